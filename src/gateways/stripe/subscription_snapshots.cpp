// What a subscription says, in API versions from 2017 on: 2025-03-31.basil moved the current
// period to the items; prices were plans, methods were sources, and there was one plan, at the
// top.
#include "gateways/stripe/invoices.h"
#include "gateways/stripe/prices.h"
#include "gateways/stripe/redact.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/subscriptions.h"

namespace cobro::gateways::stripe {
namespace {

using domain::GatewaySubscription;
using domain::SubscriptionStatus;
using wire::Json;

std::optional<SubscriptionStatus> status_of(const Json& subscription) {
  using enum SubscriptionStatus;
  const std::string status = subscription.string_at({"status"}).value_or("");
  if (status == "incomplete") return incomplete;
  if (status == "incomplete_expired") return incomplete_expired;
  if (status == "trialing") return trialing;
  if (status == "active") return active;
  if (status == "past_due") return past_due;
  if (status == "unpaid") return unpaid;
  if (status == "paused") return paused;
  if (status == "canceled") return cancelled;
  return std::nullopt;
}

// We make subscriptions of one item.
const Json* item_of(const Json& subscription) {
  const auto items = items_at(subscription, "items");
  return items.empty() ? nullptr : &items.front();
}

// What several of it cost, when somebody set a quantity in the dashboard.
std::optional<domain::GatewayPrice> price_of(const Json& item) {
  const Json* price = object_at(item, "price");
  if (price == nullptr) price = object_at(item, "plan");
  auto snapshot = price != nullptr ? read_price(*price) : std::nullopt;
  const auto quantity = item.int_at({"quantity"}).value_or(1);
  if (!snapshot || !snapshot->amount || quantity == 1) return snapshot;
  std::int64_t total = 0;
  if (quantity < 1 || __builtin_mul_overflow(snapshot->amount->minor(), quantity, &total) ||
      total > domain::kMaxStatedMinor)
    snapshot->amount.reset();
  else
    snapshot->amount = domain::Money{total, snapshot->amount->currency()};
  return snapshot;
}

void read_item(const Json& subscription, GatewaySubscription& snapshot) {
  const Json* item = item_of(subscription);
  if (item != nullptr) {
    snapshot.gateway_item_id = id_at(*item, "id");
    snapshot.price = price_of(*item);
    snapshot.current_period_start = time_at(*item, "current_period_start");
    snapshot.current_period_end = time_at(*item, "current_period_end");
  }
  if (!snapshot.price) snapshot.price = price_of(subscription);
  if (!snapshot.current_period_start)
    snapshot.current_period_start = time_at(subscription, "current_period_start");
  if (!snapshot.current_period_end)
    snapshot.current_period_end = time_at(subscription, "current_period_end");
}

// Of a PaymentIntent or a SetupIntent that the customer can still act on.
bool read_intent(const Json& intent, GatewaySubscription& snapshot) {
  const std::string status = intent.string_at({"status"}).value_or("");
  if (!status.starts_with("requires_")) return false;
  snapshot.client_secret = text_at(intent, "client_secret");
  if (status == "requires_action" || status == "requires_source_action")
    snapshot.next_action = read_next_action(intent);
  return true;
}

// With nothing but its secret in sight, Stripe.js finds out what an incomplete subscription
// waits for. Another one may as well wait for a card that pays.
bool read_invoice_of(const Json& invoice, GatewaySubscription& snapshot) {
  if (is_closed_invoice(invoice)) return false;
  const Json* intent = intent_of(invoice);
  if (intent != nullptr && intent->as_object() != nullptr) return read_intent(*intent, snapshot);
  snapshot.action_unseen = true;
  const Json* confirmation = object_at(invoice, "confirmation_secret");
  auto secret = confirmation != nullptr ? text_at(*confirmation, "client_secret") : std::nullopt;
  if (!secret) return false;
  if (snapshot.status == SubscriptionStatus::incomplete) {
    snapshot.next_action = {"use_stripe_sdk", std::nullopt, secret};
    snapshot.action_unseen = false;
  }
  snapshot.client_secret = std::move(secret);
  return true;
}

void read_what_to_do(const Json& subscription, GatewaySubscription& snapshot) {
  if (snapshot.status && domain::is_terminal(*snapshot.status)) return;
  const Json* invoice = object_at(subscription, "latest_invoice");
  if (invoice != nullptr && read_invoice_of(*invoice, snapshot)) return;
  const Json* setup = object_at(subscription, "pending_setup_intent");
  if (setup != nullptr && read_intent(*setup, snapshot)) snapshot.action_unseen = false;
}

}  // namespace

std::optional<GatewaySubscription> read_subscription(const Json& subscription) {
  auto id = id_at(subscription, "id");
  auto customer = id_at(subscription, "customer");
  if (!is_object_of_type(subscription, "subscription") || !id || !customer) return std::nullopt;
  GatewaySubscription snapshot;
  snapshot.gateway_subscription_id = std::move(*id);
  snapshot.status = status_of(subscription);
  snapshot.gateway_customer_id = std::move(*customer);
  read_item(subscription, snapshot);
  snapshot.gateway_payment_method_id = id_at(subscription, "default_payment_method");
  if (!snapshot.gateway_payment_method_id)
    snapshot.gateway_payment_method_id = id_at(subscription, "default_source");
  const auto* method = subscription.find("default_payment_method");
  snapshot.has_no_method =
      !snapshot.gateway_payment_method_id && method != nullptr && method->is_null();
  snapshot.trial_end = time_at(subscription, "trial_end");
  snapshot.cancel_at_period_end = is_true(subscription, "cancel_at_period_end");
  snapshot.cancel_at = time_at(subscription, "cancel_at");
  snapshot.cancelled_at = time_at(subscription, "canceled_at");
  snapshot.ended_at = time_at(subscription, "ended_at");
  snapshot.latest_invoice_id = id_at(subscription, "latest_invoice");
  read_what_to_do(subscription, snapshot);
  snapshot.our_subscription =
      metadata_id<domain::SubscriptionId>(subscription, "cobro_subscription");
  snapshot.our_call = metadata_id<domain::CallId>(subscription, "cobro_errand");
  snapshot.redacted = redacted_subscription(subscription);
  return snapshot;
}

}  // namespace cobro::gateways::stripe
