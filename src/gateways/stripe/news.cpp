#include "gateways/stripe/news.h"

#include <algorithm>

#include "gateways/stripe/amounts.h"
#include "gateways/stripe/redact.h"

namespace cobro::gateways::stripe {
namespace {

using wire::Json;

constexpr std::size_t kMaxIdLength = 255;
constexpr std::int64_t kLastSecond = 99'999'999'999;  // the year 5138

domain::RemoteState state_of(const Json& intent) {
  using enum domain::RemoteState;
  const std::string status = intent.string_at({"status"}).value_or("");
  if (status == "requires_payment_method")
    return object_at(intent, "last_payment_error") != nullptr ? declined : unconfirmed;
  if (status == "requires_confirmation") return unconfirmed;
  if (status == "requires_action") return requires_action;
  if (status == "processing") return processing;
  if (status == "requires_capture") return authorized;
  if (status == "succeeded") return succeeded;
  if (status == "canceled") return cancelled;
  return unrecognized;
}

bool is_web_url(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
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
  return from_stripe(*amount, *currency);
}

std::optional<base::Timestamp> time_at(const Json& object, std::string_view field) {
  const auto seconds = object.int_at({field});
  if (!seconds || *seconds < 0 || *seconds > kLastSecond) return std::nullopt;
  return base::Timestamp::from_unix_seconds(*seconds);
}

bool is_true(const Json& object, std::string_view field) {
  const Json* value = object.find(field);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

// Kinds that we do not know are Stripe.js's to handle: it takes any with the client secret.
domain::NextAction read_next_action(const Json& intent) {
  domain::NextAction action{"use_stripe_sdk", std::nullopt, intent.string_at({"client_secret"})};
  auto url = intent.string_at({"next_action", "redirect_to_url", "url"});
  if (url && is_web_url(*url)) {
    action.type = "redirect_to_url";
    action.url = std::move(url);
  }
  return action;
}

std::optional<domain::PaymentNews> read_payment(const Json& intent) {
  auto id = id_at(intent, "id");
  if (!is_object_of_type(intent, "payment_intent") || !id) return std::nullopt;
  domain::PaymentNews news;
  news.gateway_payment_id = std::move(*id);
  news.state = state_of(intent);
  news.amount = money_at(intent, "amount");
  if (news.state == domain::RemoteState::succeeded)
    news.captured = money_at(intent, "amount_received");
  news.charge_id = id_at(intent, "latest_charge");
  if (const Json* error = object_at(intent, "last_payment_error"))
    news.decline = read_decline(*error);
  if (news.state == domain::RemoteState::requires_action)
    news.next_action = read_next_action(intent);
  news.our_payment = our_payment(intent);
  news.our_call = metadata_id<domain::CallId>(intent, "cobro_attempt");
  news.client_secret = intent.string_at({"client_secret"});
  news.redacted = redacted_payment(intent);
  return news;
}

std::optional<domain::RefundNews> read_refund(const Json& refund) {
  auto id = id_at(refund, "id");
  if (!is_object_of_type(refund, "refund") || !id) return std::nullopt;
  domain::RefundNews news;
  news.gateway_refund_id = std::move(*id);
  news.gateway_payment_id = id_at(refund, "payment_intent");
  news.status = refund_status(refund);
  news.amount = money_at(refund, "amount");
  news.reason = refund.string_at({"metadata", "reason"});
  if (!news.reason) news.reason = refund.string_at({"reason"});
  news.failure_reason = refund.string_at({"failure_reason"});
  news.our_payment = our_payment(refund);
  news.our_call = metadata_id<domain::CallId>(refund, "cobro_attempt");
  news.redacted = redacted_refund(refund);
  return news;
}

domain::Decline read_decline(const Json& error) {
  domain::Decline decline;
  decline.code = error.string_at({"code"}).value_or("card_declined");
  decline.decline_code = error.string_at({"decline_code"});
  decline.message = error.string_at({"message"}).value_or("Your card was declined.");
  return decline;
}

std::optional<domain::PaymentId> our_payment(const Json& object) {
  return metadata_id<domain::PaymentId>(object, "cobro_payment");
}

}  // namespace cobro::gateways::stripe
