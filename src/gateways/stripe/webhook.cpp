// Events: only final facts are taken from them; for every other the object is fetched, as
// events come in any order and `data` is frozen at their creation.
#include <algorithm>
#include <array>
#include <span>

#include "gateways/stripe/accounts.h"
#include "gateways/stripe/disputes.h"
#include "gateways/stripe/invoices.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/news.h"
#include "gateways/stripe/signature.h"
#include "gateways/stripe/stripe.h"
#include "wire/json.h"

namespace cobro::gateways {
namespace {

using domain::RefundStatus;
using domain::RemoteState;
using domain::SubscriptionId;
using ports::GatewayEvent;
using wire::Json;

using Fetch = GatewayEvent::Fetch;

// Of an invoice, the events after which it may say something new.
constexpr auto kInvoiceEvents = std::to_array<std::string_view>(
    {"invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
     "invoice.payment_action_required", "invoice.finalized", "invoice.voided", "invoice.updated",
     "invoice.marked_uncollectible"});

constexpr auto kDisputeEvents = std::to_array<std::string_view>(
    {"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
     "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"});

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

// Succeeded and cancelled are terminal at Stripe, so the event says all there is to say.
bool is_final(const domain::GatewayPayment& payment) {
  if (payment.state == RemoteState::cancelled) return true;
  return payment.state == RemoteState::succeeded && payment.amount && payment.captured;
}

bool is_final(const domain::GatewayRefund& refund) {
  return refund.status && *refund.status != RefundStatus::pending && refund.amount;
}

void read_intent_event(const Json& object, GatewayEvent& event) {
  if (event.type == "payment_intent.created") return;
  auto payment = stripe::read_payment(object);
  const bool speaks_of_the_end =
      event.type == "payment_intent.succeeded" || event.type == "payment_intent.canceled";
  if (payment && speaks_of_the_end && is_final(*payment)) {
    event.payment = std::move(payment);
  } else if (event.gateway_payment_id || event.our_payment) {
    event.fetch = Fetch::payment;
  }
}

void read_refund_event(const Json& object, GatewayEvent& event) {
  auto refund = stripe::read_refund(object);
  if (refund && is_final(*refund)) {
    event.refund = std::move(refund);
  } else if (event.gateway_payment_id || event.our_payment) {
    event.fetch = Fetch::refunds;
  }
}

bool is_refund_event(std::string_view type) {
  return type == "refund.created" || type == "refund.updated" || type == "refund.failed" ||
         type == "charge.refund.updated";
}

void read_subscription_event(const Json& object, GatewayEvent& event) {
  event.gateway_subscription_id = stripe::id_at(object, "id");
  event.our_subscription = stripe::metadata_id<SubscriptionId>(object, "cobro_subscription");
  if (event.gateway_subscription_id) event.fetch = Fetch::subscription;
}

// An invoice without a subscription is of no payment of ours.
void read_invoice_event(const Json& object, GatewayEvent& event) {
  event.gateway_invoice_id = stripe::id_at(object, "id");
  event.gateway_subscription_id = stripe::subscription_of(object);
  event.our_subscription = stripe::our_subscription_of(object);
  if (event.gateway_invoice_id && event.gateway_subscription_id) event.fetch = Fetch::invoice;
}

void read_dispute_event(const Json& object, GatewayEvent& event) {
  event.gateway_payment_id = stripe::intent_id_of(object);
  event.dispute = stripe::read_dispute(object, event.type);
}

// A session without our metadata is of nobody here.
void read_checkout_event(const Json& object, GatewayEvent& event) {
  event.our_payment = stripe::our_payment(object);
  event.our_subscription = stripe::metadata_id<SubscriptionId>(object, "cobro_subscription");
  event.gateway_subscription_id = stripe::id_at(object, "subscription");
  if (event.our_payment)
    event.fetch = Fetch::payment;
  else if (event.our_subscription)
    event.fetch = Fetch::subscription;
}

// `card_automatically_updated` is its name before 2020.
bool is_about_method(std::string_view type) {
  return type == "payment_method.detached" || type == "payment_method.updated" ||
         type == "payment_method.automatically_updated" ||
         type == "payment_method.card_automatically_updated";
}

void read_method_event(const Json& data, GatewayEvent& event) {
  event.method = stripe::read_method(*data.find("object"));
  const Json* before = stripe::object_at(data, "previous_attributes");
  const bool detached = event.method && !event.method->gateway_customer_id;
  if (detached && before != nullptr) event.detached_from = stripe::id_at(*before, "customer");
}

void read_object(const Json& object, GatewayEvent& event) {
  if (event.type == "customer.deleted") {
    if (stripe::is_object_of_type(object, "customer"))
      event.deleted_customer = stripe::id_at(object, "id");
    return;
  }
  if (event.type.starts_with("checkout.session.")) return read_checkout_event(object, event);
  if (event.type.starts_with("customer.subscription."))
    return read_subscription_event(object, event);
  if (is_one_of(event.type, kInvoiceEvents)) return read_invoice_event(object, event);
  if (is_one_of(event.type, kDisputeEvents)) return read_dispute_event(object, event);
  const bool of_intent = event.type.starts_with("payment_intent.");
  const bool of_refund = is_refund_event(event.type);
  if (!of_intent && !of_refund && event.type != "charge.refunded") return;
  event.gateway_payment_id = of_intent ? stripe::id_at(object, "id") : stripe::intent_id_of(object);
  event.our_payment = stripe::our_payment(object);
  if (of_intent) return read_intent_event(object, event);
  if (of_refund) return read_refund_event(object, event);
  if (event.gateway_payment_id || event.our_payment) event.fetch = Fetch::refunds;
}

// By our key; one that tells no mode takes both.
bool is_of_other_mode(const Json& event, std::string_view key) {
  const auto live = stripe::is_live_key(key);
  const Json* mode = event.find("livemode");
  return live && mode != nullptr && mode->as_bool() != nullptr && *mode->as_bool() != *live;
}

std::unexpected<ports::WebhookRefusal> refuse(std::string message) {
  return std::unexpected(ports::WebhookRefusal{std::move(message)});
}

}  // namespace

std::optional<domain::GatewayRequest> Stripe::webhook_keys(const ports::WebhookRequest&) const {
  return std::nullopt;
}

base::Result<GatewayEvent, ports::WebhookRefusal> Stripe::verify(
    const ports::WebhookRequest& request, const ports::HttpResponse*, base::Timestamp now) const {
  const auto header = request.headers.find("Stripe-Signature");
  if (!header) return refuse("the Stripe-Signature field is missing");
  const auto verified =
      stripe::verify_signature(*header, request.body, settings_.webhook_secrets, now);
  if (!verified) return std::unexpected(verified.error());
  return read_event(request);
}

base::Result<GatewayEvent, ports::WebhookRefusal> Stripe::read_event(
    const ports::WebhookRequest& request) const {
  const auto document = wire::parse_json(request.body);
  if (!document) return refuse("the body is not readable JSON");
  auto id = document->string_at({"id"});
  auto type = stripe::text_at(*document, "type");
  const std::string kind = document->string_at({"object"}).value_or("");
  // What is of API v2 names its object and holds none: kept, like every type that we do not know.
  if ((kind != "event" && kind != "v2.core.event") || !id || !stripe::is_id(*id) || !type)
    return refuse("the body is not an event");
  GatewayEvent event;
  event.event_id = std::move(*id);
  event.type = std::move(*type);
  event.created_at = stripe::time_at(*document, "created").value_or(base::Timestamp{});
  event.other_mode = is_of_other_mode(*document, settings_.secret_key.reveal());
  const Json* data = stripe::object_at(*document, "data");
  const Json* object = data != nullptr ? data->find("object") : nullptr;
  if (object == nullptr) return event;
  if (is_about_method(event.type))
    read_method_event(*data, event);
  else
    read_object(*object, event);
  return event;
}

}  // namespace cobro::gateways
