// Small facts about subscriptions, checkout sessions, entitlements and disputes.
#include <algorithm>

#include "base/check.h"
#include "domain/checkout_session.h"
#include "domain/dispute.h"
#include "domain/entitlement.h"
#include "domain/gateway_objects.h"

namespace cobro::domain {

bool is_terminal(SubscriptionStatus status) {
  return status == SubscriptionStatus::cancelled ||
         status == SubscriptionStatus::incomplete_expired;
}

bool is_active(SubscriptionStatus status) {
  return status == SubscriptionStatus::trialing || status == SubscriptionStatus::active ||
         status == SubscriptionStatus::past_due;
}

bool is_to_end(const Subscription& subscription) {
  return subscription.cancel_at_period_end || subscription.cancel_at;
}

std::optional<std::string> secret_to_act_with(const Subscription& subscription) {
  const bool acts =
      subscription.status == SubscriptionStatus::incomplete || subscription.next_action;
  return acts ? subscription.client_secret : std::nullopt;
}

bool is_to_end(const GatewaySubscription& snapshot) {
  return snapshot.cancel_at_period_end || snapshot.cancel_at;
}

bool is_collected(const GatewayInvoice& invoice) {
  return invoice.status == InvoiceStatus::paid ||
         (invoice.payment && invoice.payment->state == RemoteState::processing);
}

std::optional<std::string> unread_money(const GatewayInvoice& invoice) {
  const auto& payment = invoice.payment;
  if (!payment || payment->amount) return std::nullopt;
  const bool moved =
      invoice.status == InvoiceStatus::paid || payment->state == RemoteState::succeeded;
  return moved ? payment->unread_amount : std::nullopt;
}

CheckoutStatus status_of(const CheckoutSession& session, const Payment& payment,
                         base::Timestamp now) {
  if (payment.state == PaymentState::succeeded || payment.state == PaymentState::authorized)
    return CheckoutStatus::complete;
  if (payment.state == PaymentState::cancelled) return CheckoutStatus::expired;
  return now < session.expires_at ? session.status : CheckoutStatus::expired;
}

CheckoutStatus status_of(const CheckoutSession& session, const Subscription& subscription,
                         base::Timestamp now) {
  // Once it was active it was paid here, whatever became of it since.
  if (session.status == CheckoutStatus::complete || is_active(subscription.status))
    return CheckoutStatus::complete;
  if (is_terminal(subscription.status)) return CheckoutStatus::expired;
  return now < session.expires_at ? session.status : CheckoutStatus::expired;
}

namespace {

// To disputes, all that did not go back anyway. What open ones hold may still come back; what was
// lost stays lost, whatever is opened after it.
bool is_lost(const Payment& payment, const std::vector<Dispute>& disputes) {
  const auto gone = lost(disputes, payment.amount.currency());
  return gone.is_positive() && gone + payment.refunded >= payment.captured;
}

// The first that any dispute has counts for all.
constexpr DisputeStatus kBySeverity[] = {DisputeStatus::lost,         DisputeStatus::needs_response,
                                         DisputeStatus::under_review, DisputeStatus::won,
                                         DisputeStatus::closed,       DisputeStatus::prevented};

}  // namespace

bool grants_access(const Payment& payment, const ReadRows<Dispute>& disputes) {
  return payment.kind == PaymentKind::course_purchase && payment.state == PaymentState::succeeded &&
         !is_refunded_in_full(payment) && !(payment.dispute_status && is_lost(payment, disputes));
}

bool grants_access(const Subscription& subscription) {
  return is_active(subscription.status);
}

Entitlement entitlement_of(const Payment& payment, bool granted, base::Timestamp now,
                           IdSource& ids) {
  COBRO_CHECK(payment.course_id.has_value());
  return {.id = ids.next<EntitlementId>(),
          .user_id = payment.user_id,
          .tenant_id = payment.tenant_id,
          .kind = EntitlementKind::course,
          .reference = *payment.course_id,
          .payment_id = payment.id,
          .amount = payment.captured,
          .granted_at = granted ? now : payment.processed_at.value_or(now),
          .revoked_at = granted ? std::nullopt : std::optional(now)};
}

Entitlement entitlement_of(const Subscription& subscription, bool granted, base::Timestamp now,
                           IdSource& ids) {
  return {.id = ids.next<EntitlementId>(),
          .user_id = subscription.user_id,
          .tenant_id = subscription.tenant_id,
          .kind = EntitlementKind::plan,
          .reference = subscription.plan_code.value_or(subscription.gateway_price_id),
          .subscription_id = subscription.id,
          .amount = subscription.price,
          .granted_at = granted ? now : subscription.created_at,
          .revoked_at = granted ? std::nullopt : std::optional(now)};
}

Money withdrawn(const Dispute& dispute) {
  return dispute.withdrawn_amount;
}

Money lost(const std::vector<Dispute>& disputes, Currency currency) {
  auto sum = Money::zero(currency);
  for (const auto& dispute : disputes)
    if (dispute.status == DisputeStatus::lost) sum += withdrawn(dispute);
  return sum;
}

std::optional<DisputeStatus> standing(const std::vector<Dispute>& disputes) {
  for (const auto status : kBySeverity)
    if (std::ranges::find(disputes, status, &Dispute::status) != disputes.end()) return status;
  return std::nullopt;
}

bool is_closed(DisputeStatus status) {
  return status != DisputeStatus::needs_response && status != DisputeStatus::under_review;
}

int progress(DisputeStage stage, DisputeStatus status) {
  const int within = status == DisputeStatus::needs_response ? 0
                     : status == DisputeStatus::under_review ? 1
                                                             : 2;
  return stage == DisputeStage::inquiry ? within : 3 + within;
}

}  // namespace cobro::domain
