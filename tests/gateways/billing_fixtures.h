// Stripe's billing objects, in the shape of API versions since 2025-03-31.basil (`basil`) and
// before it (`acacia`), with fields that must not leak.
#pragma once

#include "gateways/fixtures.h"

namespace cobro::gateways::fixtures {

inline constexpr std::string_view kCustomerId = "01980000-0000-7000-8000-000000000005";
inline constexpr std::string_view kSubscriptionId = "01980000-0000-7000-8000-000000000006";
inline constexpr std::string_view kOtherCallId = "01980000-0000-7000-8000-000000000007";

inline domain::CallId other_call_id() {
  return domain::CallId::parse(kOtherCallId).value();
}

// What is asked about no payment.
using OtherCommand = std::variant<ports::MethodCommand, ports::SubscriptionCommand>;

inline base::Result<domain::GatewayRequest, domain::Refusal> build(const ports::Gateway& gateway,
                                                                   const OtherCommand& command) {
  struct Builder {
    const ports::Gateway& gateway;
    auto operator()(const ports::MethodCommand& wanted) const {
      return gateway.saved_methods()->build(wanted, other_call_id());
    }
    auto operator()(const ports::SubscriptionCommand& wanted) const {
      return gateway.subscriptions()->build(wanted, other_call_id());
    }
  };
  return std::visit(Builder{gateway}, command);
}

inline domain::SubscriptionId subscription_id() {
  return domain::SubscriptionId::parse(kSubscriptionId).value();
}

inline wire::Json with(wire::Json object, const wire::JsonObject& more) {
  for (const auto& [name, value] : more) object.set(name, value);
  return object;
}

inline wire::Json customer(const wire::JsonObject& more = {}) {
  return with(json(fmt::format(R"({{"id":"cus_1","object":"customer","email":"canary@example.com",
    "metadata":{{"cobro_customer":"{}","user_id":"user"}}}})",
                               kCustomerId)),
              more);
}

inline wire::Json method(const wire::JsonObject& more = {}) {
  return with(json(R"({"id":"pm_1","object":"payment_method","type":"card","customer":"cus_1",
    "billing_details":{"name":"canary"},"card":{"brand":"visa","last4":"4242","exp_month":12,
      "exp_year":2030,"fingerprint":"canary"}})"),
              more);
}

inline wire::Json price(const wire::JsonObject& more = {}) {
  return with(json(R"({"id":"price_1","object":"price","currency":"usd","unit_amount":2990,
    "type":"recurring","recurring":{"interval":"month","interval_count":1}})"),
              more);
}

inline wire::Json setup_intent(std::string_view status, const wire::JsonObject& more = {}) {
  return with(json(fmt::format(R"({{"id":"seti_1","object":"setup_intent","status":"{}",
    "client_secret":"seti_1_secret_canary"}})",
                               status)),
              more);
}

// Expanded as far as its fetch asks for it.
inline wire::Json basil_invoice(std::string_view status, const wire::JsonObject& more = {}) {
  return with(json(fmt::format(R"({{"id":"in_1","object":"invoice","status":"{}","amount_due":2990,
    "currency":"usd","confirmation_secret":{{"client_secret":"pi_1_secret_canary",
      "type":"payment_intent"}},
    "parent":{{"type":"subscription_details","subscription_details":{{"subscription":"sub_1",
      "metadata":{{"cobro_subscription":"{}"}}}}}},
    "payments":{{"object":"list","has_more":false,"data":[{{"id":"inpay_1","is_default":true,
      "status":"open","payment":{{"type":"payment_intent","payment_intent":"pi_1"}}}}]}}}})",
                               status, kSubscriptionId)),
              more);
}

inline wire::Json acacia_invoice(std::string_view status, const wire::JsonObject& more = {}) {
  return with(json(fmt::format(R"({{"id":"in_1","object":"invoice","status":"{}","amount_due":2990,
    "currency":"usd","subscription":"sub_1","payment_intent":"pi_1",
    "subscription_details":{{"metadata":{{"cobro_subscription":"{}"}}}}}})",
                               status, kSubscriptionId)),
              more);
}

inline wire::Json subscription(std::string_view status, const wire::JsonObject& more = {}) {
  return with(json(fmt::format(R"({{"id":"sub_1","object":"subscription","status":"{}",
    "customer":"cus_1","cancel_at_period_end":false,"canceled_at":null,"ended_at":null,
    "trial_end":null,"default_payment_method":"pm_1","latest_invoice":"in_1",
    "pending_setup_intent":null,"description":"canary",
    "metadata":{{"cobro_subscription":"{}","cobro_errand":"{}","note":"canary"}}}})",
                               status, kSubscriptionId, kOtherCallId)),
              more);
}

inline wire::Json items(const wire::JsonObject& more = {}) {
  auto item = json(R"({"id":"si_1","object":"subscription_item","quantity":1})");
  item.set("price", price());
  return wire::JsonObject{{"object", "list"}, {"data", wire::JsonArray{with(item, more)}}};
}

inline wire::Json basil_subscription(std::string_view status, const wire::JsonObject& more = {}) {
  const auto periods =
      items({{"current_period_start", 1'762'340'400}, {"current_period_end", 1'764'932'400}});
  return with(subscription(status, {{"items", periods}}), more);
}

inline wire::Json acacia_subscription(std::string_view status, const wire::JsonObject& more = {}) {
  return with(subscription(status, {{"items", items()},
                                    {"current_period_start", 1'762'340'400},
                                    {"current_period_end", 1'764'932'400}}),
              more);
}

inline wire::Json dispute(std::string_view status, const wire::JsonObject& more = {}) {
  return with(json(fmt::format(R"({{"id":"du_1","object":"dispute","status":"{}","amount":2990,
    "currency":"usd","reason":"fraudulent","charge":"ch_1","payment_intent":"pi_1",
    "balance_transactions":[],"evidence":{{"customer_name":"canary"}},
    "evidence_details":{{"due_by":1762945200,"has_evidence":false,"submission_count":0}}}})",
                               status)),
              more);
}

}  // namespace cobro::gateways::fixtures
