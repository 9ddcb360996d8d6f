#include "gateways/stripe/redact.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.h"
#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {
namespace {

using wire::Json;
using wire::JsonObject;

constexpr std::size_t kMaxMessage = 300;

// Scalars only, and numbers as databases hold them: an object under a listed name is not what the
// list meant.
JsonObject take(const Json& from, std::initializer_list<std::string_view> names) {
  JsonObject out;
  for (const auto name : names) {
    const Json* value = from.find(name);
    if (value == nullptr) continue;
    if (value->as_string() != nullptr)
      out.emplace_back(std::string(name), *text_at(from, name));
    else if (value->as_int64() || value->as_bool())
      out.emplace_back(std::string(name), *value);
  }
  return out;
}

void add(JsonObject& to, std::string_view name, JsonObject value) {
  if (!value.empty()) to.emplace_back(std::string(name), Json(std::move(value)));
}

JsonObject charge(const Json& from) {
  if (const auto* id = from.as_string())
    return is_id(*id) ? JsonObject{{"id", from}} : JsonObject{};
  JsonObject out =
      take(from, {"id", "status", "amount", "amount_captured", "amount_refunded", "currency",
                  "captured", "paid", "refunded", "disputed", "failure_code", "failure_message"});
  if (const Json* outcome = from.find("outcome"))
    add(out, "outcome",
        take(*outcome, {"type", "reason", "network_status", "network_decline_code",
                        "network_advice_code", "advice_code", "risk_level"}));
  if (const Json* card = from.at({"payment_method_details", "card"}))
    add(out, "card",
        take(*card, {"brand", "last4", "exp_month", "exp_year", "funding", "country", "network"}));
  return out;
}

JsonObject decline(const Json& error) {
  JsonObject out = take(error, {"type", "code", "decline_code", "message", "charge", "advice_code",
                                "network_advice_code", "network_decline_code"});
  if (const Json* card = error.at({"payment_method", "card"}))
    add(out, "card",
        take(*card, {"brand", "last4", "exp_month", "exp_year", "funding", "country"}));
  return out;
}

JsonObject invoice(const Json& from) {
  if (const auto* id = from.as_string())
    return is_id(*id) ? JsonObject{{"id", from}} : JsonObject{};
  return take(from, {"id", "status", "amount_due", "amount_paid", "amount_remaining", "currency",
                     "billing_reason", "attempt_count", "next_payment_attempt"});
}

JsonObject item(const Json& from) {
  JsonObject out = take(from, {"id", "quantity", "current_period_start", "current_period_end"});
  if (const Json* price = from.find("price"))
    add(out, "price", take(*price, {"id", "unit_amount", "currency", "nickname"}));
  return out;
}

bool holds_secret(std::string_view word) {
  constexpr auto kMarks = std::to_array<std::string_view>(
      {"sk_live", "sk_test", "rk_live", "rk_test", "whsec_", "_secret_"});
  return std::ranges::any_of(
      kMarks, [&](std::string_view mark) { return word.find(mark) != std::string_view::npos; });
}

}  // namespace

std::string redacted_payment(const Json& intent) {
  JsonObject out = take(intent, {"id", "object", "status", "amount", "amount_capturable",
                                 "amount_received", "currency", "capture_method", "created",
                                 "canceled_at", "cancellation_reason", "livemode"});
  if (const Json* latest = intent.find("latest_charge")) add(out, "latest_charge", charge(*latest));
  if (const Json* error = intent.find("last_payment_error"))
    add(out, "last_payment_error", decline(*error));
  if (const Json* action = object_at(intent, "next_action"))
    add(out, "next_action", take(*action, {"type"}));
  return wire::to_text(Json(std::move(out)));
}

std::string redacted_refund(const Json& refund) {
  return wire::to_text(
      Json(take(refund, {"id", "object", "status", "amount", "currency", "charge", "payment_intent",
                         "reason", "failure_reason", "pending_reason", "created"})));
}

std::string redacted_subscription(const Json& subscription) {
  JsonObject out =
      take(subscription, {"id", "object", "status", "customer", "cancel_at", "cancel_at_period_end",
                          "canceled_at", "ended_at", "created", "start_date", "trial_start",
                          "trial_end", "current_period_start", "current_period_end",
                          "collection_method", "default_payment_method", "livemode"});
  const auto items = items_at(subscription, "items");
  if (!items.empty()) add(out, "item", item(items.front()));
  if (const Json* latest = subscription.find("latest_invoice"))
    add(out, "latest_invoice", invoice(*latest));
  if (const Json* details = object_at(subscription, "cancellation_details"))
    add(out, "cancellation_details", take(*details, {"reason"}));
  return wire::to_text(Json(std::move(out)));
}

std::string redacted_checkout(const Json& session) {
  return wire::to_text(
      Json(take(session, {"id", "object", "mode", "status", "payment_status", "amount_total",
                          "currency", "customer", "created", "expires_at", "livemode"})));
}

std::string redacted_dispute(const Json& dispute) {
  JsonObject out =
      take(dispute, {"id", "object", "status", "amount", "currency", "reason", "charge",
                     "payment_intent", "created", "is_charge_refundable", "livemode"});
  if (const Json* details = dispute.find("evidence_details"))
    add(out, "evidence_details",
        take(*details, {"due_by", "has_evidence", "past_due", "submission_count"}));
  return wire::to_text(Json(std::move(out)));
}

std::string redacted_message(std::string_view text) {
  std::string out;
  for (const auto word : base::split(text, ' ')) {
    if (!out.empty()) out += ' ';
    out += holds_secret(word) ? std::string_view("***") : word;
  }
  if (out.size() <= kMaxMessage) return out;
  std::size_t end = kMaxMessage;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end);
}

}  // namespace cobro::gateways::stripe
