// Events: only final facts are taken from them; for every other the object is fetched, as
// events come in any order and `data` is frozen at their creation.
#include <algorithm>
#include <array>
#include <span>

#include "gateways/stripe/accounts.h"
#include "gateways/stripe/disputes.h"
#include "gateways/stripe/invoices.h"
#include "gateways/stripe/methods.h"
#include "gateways/stripe/signature.h"
#include "gateways/stripe/snapshots.h"
#include "gateways/stripe/stripe.h"
#include "wire/json.h"

namespace cobro::gateways {
namespace {

using domain::RefundStatus;
using domain::RemoteState;
using domain::SubscriptionId;
using ports::GatewayEvent;
using ports::OfNoInterest;
using wire::Json;

using Says = GatewayEvent::Says;

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

// What is to be fetched of a payment, where the event names one.
template <class Changed>
Says fetch(ports::NamedPayment payment) {
  if (!payment.gateway_payment_id && !payment.our_payment && !payment.gateway_charge_id)
    return OfNoInterest{};
  return Changed{std::move(payment)};
}

Says read_intent_event(std::string_view type, const Json& object) {
  if (type == "payment_intent.created") return OfNoInterest{};
  auto payment = stripe::read_payment(object);
  const bool speaks_of_the_end =
      type == "payment_intent.succeeded" || type == "payment_intent.canceled";
  if (payment && speaks_of_the_end && is_final(*payment))
    return ports::PaymentEnded{std::move(*payment)};
  return fetch<ports::PaymentChanged>({stripe::id_at(object, "id"), stripe::our_payment(object)});
}

// One that says that it is of no intent is of no payment of ours; of 2017, it says nothing of that.
Says read_refunded_charge(const Json& charge) {
  ports::NamedPayment named{stripe::intent_id_of(charge), stripe::our_payment(charge)};
  if (charge.find("payment_intent") == nullptr)
    named.gateway_charge_id = stripe::id_at(charge, "id");
  auto says = fetch<ports::RefundsChanged>(std::move(named));
  if (auto* changed = std::get_if<ports::RefundsChanged>(&says))
    changed->refunded = stripe::money_at(charge, "amount_refunded");
  return says;
}

// One that names neither its intent nor its charge is asked for by its own id.
ports::NamedPayment named_or_asked(const Json& object) {
  auto named = stripe::payment_named_by(object);
  if (!named.gateway_payment_id && !named.our_payment && !named.gateway_charge_id)
    named.gateway_charge_id = stripe::id_at(object, "id");
  return named;
}

Says read_refund_event(const Json& object) {
  auto refund = stripe::read_refund(object);
  const bool names_payment = refund && (refund->gateway_payment_id || refund->our_payment);
  if (names_payment && is_final(*refund)) return ports::RefundEnded{std::move(*refund)};
  return fetch<ports::RefundsChanged>(named_or_asked(object));
}

bool is_refund_event(std::string_view type) {
  return type == "refund.created" || type == "refund.updated" || type == "refund.failed" ||
         type == "charge.refund.updated";
}

Says read_subscription_event(std::string_view type, const Json& object) {
  auto id = stripe::id_at(object, "id");
  if (!id) return OfNoInterest{};
  return ports::SubscriptionChanged{
      .subscription = {std::move(id),
                       stripe::metadata_id<SubscriptionId>(object, "cobro_subscription")},
      .trial_ends_soon = type == "customer.subscription.trial_will_end"};
}

// An invoice without a subscription is of no payment of ours.
Says read_invoice_event(const Json& object) {
  auto id = stripe::id_at(object, "id");
  auto subscription = stripe::subscription_of(object);
  if (!id || !subscription) return OfNoInterest{};
  return ports::InvoiceChanged{
      .gateway_invoice_id = std::move(*id),
      .subscription = {std::move(subscription), stripe::our_subscription_of(object)}};
}

// Whether the event's object may be what the event's type says: it says so itself, or says nothing.
bool may_be(std::string_view type, const Json& object) {
  return object.find("object") == nullptr || stripe::is_object_of_type(object, type);
}

Says read_dispute_event(std::string_view type, const Json& object) {
  if (!may_be("dispute", object) || !stripe::id_at(object, "id")) return OfNoInterest{};
  // What does not say that it is a dispute is asked for, not read.
  if (!stripe::is_object_of_type(object, "dispute"))
    return fetch<ports::DisputesChanged>(named_or_asked(object));
  auto dispute = stripe::read_dispute(object, type);
  if (dispute && stripe::is_told_whole(object, *dispute))
    return ports::DisputeMoved{std::move(*dispute)};
  return fetch<ports::DisputesChanged>(named_or_asked(object));
}

// A session without our metadata is of nobody here.
Says read_checkout_event(const Json& object) {
  if (const auto payment = stripe::our_payment(object))
    return ports::PaymentChanged{{std::nullopt, payment}};
  const auto ours = stripe::metadata_id<SubscriptionId>(object, "cobro_subscription");
  if (!ours) return OfNoInterest{};
  return ports::SubscriptionChanged{.subscription = {stripe::id_at(object, "subscription"), ours}};
}

// `card_automatically_updated` is its name before 2020.
bool is_about_method(std::string_view type) {
  return type == "payment_method.detached" || type == "payment_method.updated" ||
         type == "payment_method.automatically_updated" ||
         type == "payment_method.card_automatically_updated";
}

Says read_method_event(const Json& object) {
  auto id = stripe::id_at(object, "id");
  if (!may_be("payment_method", object) || !id) return OfNoInterest{};
  return ports::MethodChanged{std::move(*id)};
}

Says read_deleted_customer(const Json& object) {
  auto id = stripe::id_at(object, "id");
  if (!may_be("customer", object) || !id) return OfNoInterest{};
  return ports::CustomerDeleted{std::move(*id)};
}

Says read_object(std::string_view type, const Json& object) {
  if (type == "customer.deleted") return read_deleted_customer(object);
  if (is_about_method(type)) return read_method_event(object);
  if (type.starts_with("checkout.session.")) return read_checkout_event(object);
  if (type.starts_with("customer.subscription.")) return read_subscription_event(type, object);
  if (is_one_of(type, kInvoiceEvents)) return read_invoice_event(object);
  if (is_one_of(type, kDisputeEvents)) return read_dispute_event(type, object);
  if (type.starts_with("payment_intent.")) return read_intent_event(type, object);
  if (is_refund_event(type)) return read_refund_event(object);
  if (type == "charge.refunded") return read_refunded_charge(object);
  return OfNoInterest{};
}

std::optional<bool> mode_said_by(const Json* object) {
  const Json* mode = object != nullptr ? object->find("livemode") : nullptr;
  if (mode == nullptr || mode->as_bool() == nullptr) return std::nullopt;
  return *mode->as_bool();
}

// By our key; one that tells no mode takes both. An event that tells none is of its object's.
bool is_of_other_mode(const Json& event, const Json* object, std::string_view key) {
  const auto live = stripe::is_live_key(key);
  auto mode = mode_said_by(&event);
  if (!mode) mode = mode_said_by(object);
  return live && mode && *mode != *live;
}

// The account that the event is of, where it says so. A context names the accounts on the way to
// that one, the last behind the last slash.
std::optional<std::string> account_of(const Json& event) {
  if (auto account = stripe::id_at(event, "account")) return account;
  const auto context = stripe::text_at(event, "context");
  if (!context || context->empty()) return std::nullopt;
  return context->substr(context->rfind('/') + 1);
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
  const Json* data = stripe::object_at(*document, "data");
  const Json* object = data != nullptr ? data->find("object") : nullptr;
  GatewayEvent event{
      .event_id = std::move(*id),
      .type = std::move(*type),
      .created_at = stripe::time_at(*document, "created").value_or(base::Timestamp{}),
      .other_mode = is_of_other_mode(*document, object, settings_.secret_key.reveal()),
      .account = account_of(*document)};
  if (object != nullptr) event.says = read_object(event.type, *object);
  return event;
}

}  // namespace cobro::gateways
