#include "gateways/stripe/snapshots.h"

#include <algorithm>

#include "gateways/stripe/amounts.h"
#include "gateways/stripe/redact.h"

namespace cobro::gateways::stripe {
namespace {

using wire::Json;

constexpr std::size_t kMaxIdLength = 255;
constexpr std::size_t kMaxTextLength = 500;
constexpr std::int64_t kLastSecond = 99'999'999'999;  // the year 5138

domain::RemoteState state_of(const Json& intent) {
  using enum domain::RemoteState;
  const std::string status = intent.string_at({"status"}).value_or("");
  // Before 2019-02-11 methods were sources.
  if (status == "requires_payment_method" || status == "requires_source")
    return object_at(intent, "last_payment_error") != nullptr ? declined : unconfirmed;
  if (status == "requires_confirmation") return unconfirmed;
  if (status == "requires_action" || status == "requires_source_action") return requires_action;
  if (status == "processing") return processing;
  if (status == "requires_capture") return authorized;
  if (status == "succeeded") return succeeded;
  if (status == "canceled") return cancelled;
  return unrecognized;
}

// Before 2022-11-15 an intent held a list of its charges, newest first.
std::optional<std::string> latest_charge_of(const Json& intent) {
  if (auto id = id_at(intent, "latest_charge")) return id;
  const auto charges = items_at(intent, "charges");
  return charges.empty() ? std::nullopt : id_at(charges.front(), "id");
}

std::optional<domain::RefundStatus> refund_status(const Json& refund) {
  using enum domain::RefundStatus;
  const std::string status = refund.string_at({"status"}).value_or("");
  if (status == "pending" || status == "requires_action") return pending;
  if (status == "succeeded") return succeeded;
  if (status == "failed" || status == "canceled") return failed;
  return std::nullopt;
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdLength && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::optional<std::string> id_at(const Json& object, std::string_view field) {
  auto id = object.string_at({field});
  if (!id) id = object.string_at({field, "id"});
  return id && is_id(*id) ? id : std::nullopt;
}

std::optional<std::string> text_at(const Json& object, std::string_view field) {
  auto text = object.string_at({field});
  if (!text) return std::nullopt;
  std::erase(*text, '\0');
  if (text->size() <= kMaxTextLength) return text;
  std::size_t end = kMaxTextLength;
  while (end > 0 && (static_cast<unsigned char>((*text)[end]) & 0xC0) == 0x80) --end;
  text->resize(end);
  return text;
}

std::span<const Json> items_at(const Json& object, std::string_view field) {
  const Json* value = object.find(field);
  if (value != nullptr && value->as_object() != nullptr) value = value->find("data");
  const auto* items = value == nullptr ? nullptr : value->as_array();
  return items == nullptr ? std::span<const Json>{} : std::span<const Json>(*items);
}

bool is_object_of_type(const Json& value, std::string_view type) {
  return value.as_object() != nullptr && value.string_at({"object"}) == type;
}

const Json* object_at(const Json& object, std::string_view field) {
  const Json* value = object.find(field);
  return value != nullptr && value->as_object() != nullptr ? value : nullptr;
}

std::optional<domain::Money> money_at(const Json& object, std::string_view field) {
  const auto amount = object.int_at({field});
  const auto currency = object.string_at({"currency"});
  if (!amount || *amount < 0 || !currency) return std::nullopt;
  const auto money = from_stripe(*amount, *currency);
  return money && money->minor() <= domain::kMaxStatedMinor ? money : std::nullopt;
}

std::string unread_money_at(const Json& object, std::string_view field) {
  const Json* amount = object.find(field);
  const std::string digits =
      amount != nullptr && amount->as_number() != nullptr ? amount->as_number()->text : "no number";
  return digits + " " + text_at(object, "currency").value_or("without a currency");
}

std::optional<base::Timestamp> time_at(const Json& object, std::string_view field) {
  const auto seconds = object.int_at({field});
  if (!seconds || *seconds < 0 || *seconds > kLastSecond) return std::nullopt;
  return base::Timestamp::from_unix_seconds(*seconds);
}

bool is_web_url(std::string_view url) {
  return (url.starts_with("https://") || url.starts_with("http://")) &&
         url.find('\0') == std::string_view::npos;
}

bool is_true(const Json& object, std::string_view field) {
  const Json* value = object.find(field);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

// Kinds that we do not know are Stripe.js's to handle: it takes any with the client secret.
domain::NextAction read_next_action(const Json& intent) {
  domain::NextAction action{"use_stripe_sdk", std::nullopt, text_at(intent, "client_secret")};
  auto url = intent.string_at({"next_action", "redirect_to_url", "url"});
  if (!url) url = intent.string_at({"next_source_action", "authorize_with_url", "url"});
  if (url && is_web_url(*url)) {
    action.type = "redirect_to_url";
    action.url = std::move(url);
  }
  return action;
}

std::optional<domain::GatewayPayment> read_payment(const Json& intent) {
  auto id = id_at(intent, "id");
  if (!is_object_of_type(intent, "payment_intent") || !id) return std::nullopt;
  domain::GatewayPayment snapshot;
  snapshot.gateway_payment_id = std::move(*id);
  snapshot.state = state_of(intent);
  snapshot.amount = money_at(intent, "amount");
  if (!snapshot.amount) snapshot.unread_amount = unread_money_at(intent, "amount");
  if (snapshot.state == domain::RemoteState::succeeded)
    snapshot.captured = money_at(intent, "amount_received");
  snapshot.charge_id = latest_charge_of(intent);
  if (const Json* error = object_at(intent, "last_payment_error"))
    snapshot.decline = read_decline(*error);
  if (snapshot.state == domain::RemoteState::requires_action)
    snapshot.next_action = read_next_action(intent);
  snapshot.our_payment = our_payment(intent);
  snapshot.our_call = metadata_id<domain::CallId>(intent, "cobro_attempt");
  snapshot.client_secret = text_at(intent, "client_secret");
  if (const Json* charge = object_at(intent, "latest_charge")) {
    snapshot.refunded = money_at(*charge, "amount_refunded");
    snapshot.disputed = is_true(*charge, "disputed");
    if (snapshot.captured) snapshot.charged_at = time_at(*charge, "created");
  }
  snapshot.redacted = redacted_payment(intent);
  return snapshot;
}

std::optional<domain::GatewayRefund> read_refund(const Json& refund) {
  auto id = id_at(refund, "id");
  if (!is_object_of_type(refund, "refund") || !id) return std::nullopt;
  domain::GatewayRefund snapshot;
  snapshot.gateway_refund_id = std::move(*id);
  snapshot.gateway_payment_id = intent_id_of(refund);
  snapshot.status = refund_status(refund);
  snapshot.amount = money_at(refund, "amount");
  if (!snapshot.amount) snapshot.unread_amount = unread_money_at(refund, "amount");
  if (const Json* metadata = object_at(refund, "metadata"))
    snapshot.reason = text_at(*metadata, "reason");
  if (!snapshot.reason) snapshot.reason = text_at(refund, "reason");
  snapshot.failure_reason = text_at(refund, "failure_reason");
  snapshot.our_payment = our_payment(refund);
  snapshot.our_call = metadata_id<domain::CallId>(refund, "cobro_attempt");
  snapshot.redacted = redacted_refund(refund);
  return snapshot;
}

domain::Decline read_decline(const Json& error) {
  domain::Decline decline;
  decline.code = text_at(error, "code").value_or("card_declined");
  decline.decline_code = text_at(error, "decline_code");
  decline.message = text_at(error, "message").value_or("Your card was declined.");
  return decline;
}

std::optional<std::string> intent_id_of(const Json& object) {
  if (auto id = id_at(object, "payment_intent")) return id;
  const Json* charge = object_at(object, "charge");
  return charge != nullptr ? id_at(*charge, "payment_intent") : std::nullopt;
}

std::optional<domain::PaymentId> our_payment(const Json& object) {
  return metadata_id<domain::PaymentId>(object, "cobro_payment");
}

ports::NamedPayment payment_named_by(const Json& object) {
  auto ours = our_payment(object);
  if (const Json* charge = object_at(object, "charge"); charge != nullptr && !ours)
    ours = our_payment(*charge);
  return {intent_id_of(object), ours, id_at(object, "charge")};
}

}  // namespace cobro::gateways::stripe
