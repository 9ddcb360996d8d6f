// Stripe's objects as API versions of 2017 to 2022 show them, for an endpoint that was made then.
#pragma once

#include "gateways/billing_fixtures.h"

namespace cobro::gateways::old_shapes {

// Of 2017 a charge holds its refunds; its card is a `source`.
inline wire::Json charge(const wire::JsonObject& more = {}) {
  return fixtures::with(fixtures::json(fmt::format(R"({{"id":"ch_1","object":"charge","amount":2990,
    "amount_refunded":1000,"captured":true,"paid":true,"refunded":false,"currency":"usd",
    "status":"succeeded","payment_intent":"pi_1","dispute":null,"invoice":null,
    "source":{{"id":"card_1","object":"card","brand":"Visa","last4":"4242"}},
    "refunds":{{"object":"list","has_more":false,"total_count":1,"url":"/v1/charges/ch_1/refunds",
      "data":[{{"id":"re_1","object":"refund","amount":1000,"balance_transaction":"txn_1",
        "charge":"ch_1","currency":"usd","metadata":{{}},"reason":null,"status":"succeeded"}}]}},
    "metadata":{{"cobro_payment":"{}"}}}})",
                                                   fixtures::kPaymentId)),
                        more);
}

// Before 2019-02-11: sources, and `authorize_with_url`; before 2022-11-15: a list of charges.
inline wire::Json intent(std::string_view status, const wire::JsonObject& more = {}) {
  return fixtures::with(
      fixtures::json(fmt::format(R"({{"id":"pi_1","object":"payment_intent","amount":2990,
    "amount_received":2990,"currency":"usd","status":"{}","client_secret":"pi_1_secret_canary",
    "allowed_source_types":["card"],"source":"src_1","charges":{{"object":"list","has_more":false,
      "total_count":2,"data":[{{"id":"ch_2","object":"charge","amount":2990}},
                              {{"id":"ch_1","object":"charge","amount":2990}}]}},
    "next_source_action":{{"type":"authorize_with_url",
      "authorize_with_url":{{"url":"https://hooks.stripe.com/3d"}}}},
    "metadata":{{"cobro_payment":"{}","cobro_attempt":"{}"}}}})",
                                 status, fixtures::kPaymentId, fixtures::kAttemptId)),
      more);
}

// One line, and the charge in whole.
inline wire::Json dispute(const wire::JsonObject& more = {}) {
  return fixtures::with(fixtures::json(R"({"id":"dp_1","object":"dispute","amount":2990,
    "currency":"usd","status":"needs_response","reason":"general","is_charge_refundable":false,
    "charge":{"id":"ch_1","object":"charge","payment_intent":"pi_1"},
    "balance_transaction":{"id":"txn_1","object":"balance_transaction","amount":-2990,
      "currency":"usd","fee":1500,"net":-4490,"type":"adjustment"}})"),
                        more);
}

// A plan at the top, a period at the top, a source, and items that hold plans.
inline wire::Json subscription(const wire::JsonObject& more = {}) {
  return fixtures::with(
      fixtures::json(fmt::format(R"({{"id":"sub_1","object":"subscription","status":"active",
    "customer":"cus_1","cancel_at_period_end":true,"canceled_at":1762340500,"ended_at":null,
    "current_period_start":1762340400,"current_period_end":1764932400,"trial_end":null,
    "default_source":"card_1","billing":"charge_automatically","quantity":2,
    "items":{{"object":"list","data":[{{"id":"si_1","object":"subscription_item","quantity":2,
      "plan":{{"id":"gold","object":"plan","amount":1495,"currency":"usd","interval":"month",
        "interval_count":3}}}}]}},
    "plan":{{"id":"gold","object":"plan","amount":1495,"currency":"usd","interval":"month",
      "interval_count":3}},
    "metadata":{{"cobro_subscription":"{}"}}}})",
                                 fixtures::kSubscriptionId)),
      more);
}

// Before 2018-11-08: no status; the payment by its charge alone.
inline wire::Json invoice(const wire::JsonObject& more = {}) {
  return fixtures::with(
      fixtures::json(R"({"id":"in_1","object":"invoice","amount_due":2990,"currency":"usd",
    "attempted":true,"closed":true,"forgiven":false,"paid":true,"subscription":"sub_1",
    "charge":{"id":"ch_1","object":"charge","payment_intent":"pi_1"}})"),
      more);
}

}  // namespace cobro::gateways::old_shapes
