// One Stripe, one payment, and Stripe's objects with every field that must not leak.
#pragma once

#include <string>

#include <fmt/format.h>

#include "gateways/stripe/stripe.h"
#include "wire/json.h"

namespace cobro::gateways::fixtures {

inline constexpr std::string_view kPaymentId = "01980000-0000-7000-8000-000000000001";
inline constexpr std::string_view kAttemptId = "01980000-0000-7000-8000-000000000002";
inline constexpr std::string_view kOrderId = "01980000-0000-7000-8000-000000000003";
inline constexpr std::string_view kRefundId = "01980000-0000-7000-8000-000000000004";

inline domain::Money money(std::string_view text, std::string_view code) {
  return domain::Money::parse(text, domain::Currency::parse(code).value()).value();
}

inline Stripe stripe() {
  return Stripe{StripeSettings{
      .secret_key = base::Secret{"sk_test_canary"},
      .webhook_secrets = {base::Secret{"whsec_first"}, base::Secret{"whsec_second"}}}};
}

// A webhook with nothing but what Stripe looks at.
inline ports::WebhookRequest hook(std::string_view body, wire::Headers headers = {}) {
  return {.method = "POST", .headers = std::move(headers), .body = std::string(body)};
}

// As it counts before the gateway was asked what has become of the object.
inline ports::AnswerKind judged(const ports::GatewayAnswer& answer) {
  return answer.look_first ? ports::AnswerKind::unknown : answer.kind;
}

inline domain::CallId call_id() {
  return domain::CallId::parse(kAttemptId).value();
}

inline domain::Payment payment(std::string_view amount = "29.90", std::string_view code = "USD") {
  const auto total = money(amount, code);
  const auto none = domain::Money::zero(total.currency());
  return {.id = domain::PaymentId::parse(kPaymentId).value(),
          .order_id = {},
          .user_id = "user",
          .tenant_id = {},
          .gateway = domain::GatewayName::stripe,
          .amount = total,
          .captured = none,
          .refunded = none,
          .refunding = none,
          .disputed = none,
          .description = {},
          .gateway_payment_id = {},
          .gateway_charge_id = {},
          .gateway_response = {},
          .decline = {},
          .next_action = {},
          .pending_operation = {},
          .created_at = {},
          .updated_at = {},
          .processed_at = {}};
}

inline domain::Payment known_payment() {
  auto known = payment();
  known.gateway_payment_id = "pi_1";
  return known;
}

// A PaymentIntent as Stripe sends one with its charge expanded; `more` replaces or adds.
inline wire::Json intent(std::string_view status, const wire::JsonObject& more = {}) {
  auto json = wire::parse_json(fmt::format(R"({{
    "id":"pi_1","object":"payment_intent","amount":2990,"amount_capturable":0,
    "amount_received":0,"currency":"usd","status":"{}","capture_method":"automatic",
    "client_secret":"pi_1_secret_canary","created":1762340400,"description":"canary words",
    "receipt_email":"canary@example.com","next_action":null,"last_payment_error":null,
    "metadata":{{"cobro_payment":"{}","cobro_attempt":"{}","note":"canary note"}},
    "shipping":{{"name":"canary name"}},
    "latest_charge":{{"id":"ch_1","object":"charge","status":"succeeded","amount":2990,
      "currency":"usd","receipt_url":"https://pay.stripe.com/receipts/canary",
      "billing_details":{{"email":"canary@example.com","name":"canary"}},
      "outcome":{{"type":"authorized","network_status":"approved_by_network",
        "risk_level":"normal","seller_message":"canary"}},
      "payment_method_details":{{"type":"card","card":{{"brand":"visa","last4":"4242",
        "exp_month":12,"exp_year":2030,"funding":"credit","country":"US",
        "fingerprint":"canary"}}}}}}}})",
                                           status, kPaymentId, kAttemptId))
                  .value();
  for (const auto& [name, value] : more) json.set(name, value);
  return json;
}

inline wire::Json refund(std::string_view status, const wire::JsonObject& more = {}) {
  auto json = wire::parse_json(fmt::format(R"({{
    "id":"re_1","object":"refund","amount":1000,"currency":"usd","status":"{}",
    "payment_intent":"pi_1","charge":"ch_1","created":1762340400,"reason":null,
    "receipt_number":"canary","destination_details":{{"card":{{"reference":"canary"}}}},
    "metadata":{{"cobro_payment":"{}","cobro_attempt":"{}","note":"canary note"}}}})",
                                           status, kPaymentId, kAttemptId))
                  .value();
  for (const auto& [name, value] : more) json.set(name, value);
  return json;
}

// An event as Stripe sends it, read.
inline ports::GatewayEvent read_event(std::string_view type, const wire::Json& object) {
  const wire::Json event = wire::JsonObject{{"id", "evt_1"},
                                            {"object", "event"},
                                            {"type", type},
                                            {"created", 1'762'340'400},
                                            {"data", wire::JsonObject{{"object", object}}}};
  return stripe().read_event(hook(wire::to_text(event))).value();
}
// What it says, where that is a `What`.
template <class What>
std::optional<What> said(const ports::GatewayEvent& event) {
  const auto* what = std::get_if<What>(&event.says);
  return what != nullptr ? std::optional(*what) : std::nullopt;
}
inline bool says_nothing(const ports::GatewayEvent& event) {
  return std::holds_alternative<ports::OfNoInterest>(event.says);
}

inline wire::Json json(std::string_view text) {
  return wire::parse_json(text).value();
}

inline ports::HttpResponse answer(int status, const wire::Json& body, wire::Headers headers = {}) {
  return {status, std::move(headers), wire::to_text(body)};
}

inline ports::HttpResponse error(int status, std::string_view members, wire::Headers headers = {}) {
  return {status, std::move(headers), fmt::format(R"({{"error":{{{}}}}})", members)};
}

}  // namespace cobro::gateways::fixtures
