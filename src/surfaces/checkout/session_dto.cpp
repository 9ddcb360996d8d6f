#include "surfaces/checkout/session_dto.h"

#include "base/check.h"
#include "base/text.h"

namespace cobro::surfaces::checkout {
namespace {

// Held money is paid, as far as the customer is concerned.
PaymentStatus status_of(domain::PaymentState state) {
  switch (state) {
    case domain::PaymentState::pending:
      return PaymentStatus::pending;
    case domain::PaymentState::requires_action:
      return PaymentStatus::requires_action;
    case domain::PaymentState::processing:
      return PaymentStatus::processing;
    case domain::PaymentState::authorized:
    case domain::PaymentState::succeeded:
      return PaymentStatus::succeeded;
    case domain::PaymentState::failed:
      return PaymentStatus::failed;
    case domain::PaymentState::cancelled:
      return PaymentStatus::cancelled;
  }
  return PaymentStatus::pending;
}

// Of a subscription's first payment. A next action without an address is what every unpaid one
// has: that Stripe.js should find out.
PaymentStatus status_of(const domain::Subscription& subscription) {
  const bool at_bank = subscription.next_action && subscription.next_action->url;
  if (subscription.status == domain::SubscriptionStatus::incomplete)
    return at_bank ? PaymentStatus::requires_action : PaymentStatus::pending;
  return is_terminal(subscription.status) ? PaymentStatus::cancelled : PaymentStatus::succeeded;
}

Interval interval_of(domain::BillingCycle cycle) {
  switch (cycle) {
    case domain::BillingCycle::daily:
      return Interval::day;
    case domain::BillingCycle::weekly:
      return Interval::week;
    case domain::BillingCycle::monthly:
      return Interval::month;
    case domain::BillingCycle::yearly:
      return Interval::year;
  }
  return Interval::month;
}

std::optional<ShownDecline> shown(const std::optional<domain::Decline>& decline) {
  if (!decline) return std::nullopt;
  return ShownDecline{decline->decline_code.value_or(decline->code), decline->message};
}

std::optional<std::string> redirect_of(const app::CheckoutView& view) {
  if (view.status != domain::CheckoutStatus::open) return std::nullopt;
  return view.payment ? app::page_url(*view.payment) : app::page_url(*view.subscription);
}

// Everybody reads it, so that no secret key goes out here, whatever the settings were given.
std::string shown_key(const std::string& publishable_key) {
  const auto low = base::to_lower(publishable_key);
  const bool holds_secret = low.contains("sk_") || low.contains("rk_") || low.contains("whsec_");
  return publishable_key.starts_with("pk_") && !holds_secret ? publishable_key : "";
}

std::optional<PageGateway> gateway_of(const app::CheckoutView& view,
                                      const CheckoutPageSettings& settings) {
  const auto& secret =
      view.payment ? view.payment->client_secret : view.subscription->client_secret;
  if (redirect_of(view)) return std::nullopt;
  if (view.status != domain::CheckoutStatus::open || !secret) return std::nullopt;
  return PageGateway{.name = view.payment ? view.payment->gateway : view.subscription->gateway,
                     .publishable_key = shown_key(settings.publishable_key),
                     .api_base = settings.sandbox_api_base,
                     .sandbox = settings.sandbox_api_base.has_value(),
                     .client_secret = *secret};
}

void show_payment(const domain::Payment& payment, Session& out) {
  out.amount = payment.amount.to_decimal();
  out.currency = payment.amount.currency().code();
  out.description = payment.description;
  out.payment_status = status_of(payment.state);
  out.decline = shown(payment.decline);
}

void show_subscription(const domain::Subscription& subscription, Session& out) {
  if (subscription.price) {
    out.amount = subscription.price->to_decimal();
    out.currency = subscription.price->currency().code();
  }
  out.description = subscription.plan_code;
  if (subscription.billing_cycle) out.interval = interval_of(*subscription.billing_cycle);
  out.payment_status = status_of(subscription);
}

}  // namespace

Session to_dto(const app::CheckoutView& view, const CheckoutPageSettings& settings) {
  Session out{.id = view.session.id,
              .status = view.status,
              .mode = view.session.mode,
              .success_url = view.session.success_url,
              .cancel_url = view.session.cancel_url,
              .expires_at = view.session.expires_at,
              .gateway = gateway_of(view, settings),
              .redirect_url = redirect_of(view)};
  if (view.payment)
    show_payment(*view.payment, out);
  else
    show_subscription(*view.subscription, out);
  if (view.plan_name) out.description = view.plan_name;
  return out;
}

}  // namespace cobro::surfaces::checkout
