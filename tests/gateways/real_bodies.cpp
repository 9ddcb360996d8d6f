#include <fmt/format.h>

#include "gateways/billing_fixtures.h"
#include "gateways/old_shapes.h"
#include "gateways/reader_checks.h"

namespace cobro::gateways {
namespace {

using fixtures::json;
using wire::Json;
using wire::JsonObject;

Body event(std::string_view type, const Json& object) {
  return {Reader::event, std::string(type),
          JsonObject{{"id", "evt_1"},
                     {"object", "event"},
                     {"type", type},
                     {"created", 1'762'340'400},
                     {"livemode", false},
                     {"pending_webhooks", 1},
                     {"request", JsonObject{{"id", "req_1"}, {"idempotency_key", Json()}}},
                     {"data", JsonObject{{"object", object},
                                         {"previous_attributes", JsonObject{{"status", "x"}}}}}}};
}

Json list(const Json& item) {
  return JsonObject{{"object", "list"},
                    {"url", "/v1/things"},
                    {"has_more", true},
                    {"data", wire::JsonArray{item}}};
}

Json captured() {
  return fixtures::intent("succeeded", {{"amount_received", 2990}});
}

Json session(const JsonObject& more) {
  return fixtures::with(
      json(fmt::format(R"({{"id":"cs_1","object":"checkout.session","mode":"payment",
    "status":"open","payment_status":"unpaid","url":"https://checkout.stripe.com/c/pay/cs_1",
    "amount_total":2990,"currency":"usd","payment_intent":null,"subscription":null,
    "metadata":{{"cobro_payment":"{}","cobro_attempt":"{}"}}}})",
                       fixtures::kPaymentId, fixtures::kAttemptId)),
      more);
}

Json refused(const JsonObject& more) {
  return JsonObject{{"error", fixtures::with(json(R"({"type":"card_error","code":"card_declined",
    "decline_code":"insufficient_funds","message":"Declined.","param":"payment_method"})"),
                                             more)}};
}

void add_events(std::vector<Body>& all) {
  const auto moved = json(R"([{"amount":-2990,"currency":"usd","fee":1500,"type":"adjustment"},
                              {"amount":2990,"currency":"usd","type":"adjustment"}])");
  all.push_back(event("payment_intent.succeeded", captured()));
  all.push_back(event("payment_intent.canceled", fixtures::intent("canceled")));
  all.push_back(event("payment_intent.succeeded", old_shapes::intent("succeeded")));
  all.push_back(event("refund.updated", fixtures::refund("succeeded")));
  all.push_back(event("refund.failed", fixtures::refund("failed")));
  all.push_back(event("charge.refunded", old_shapes::charge()));
  all.push_back(event("charge.dispute.funds_withdrawn", fixtures::dispute("needs_response")));
  all.push_back(
      event("charge.dispute.closed", fixtures::dispute("won", {{"balance_transactions", moved}})));
  all.push_back(event("charge.dispute.updated", old_shapes::dispute()));
  all.push_back(event("charge.dispute.created", old_shapes::dispute({{"charge", "ch_1"}})));
  all.push_back(event("refund.updated", fixtures::refund("succeeded", {{"payment_intent", Json()},
                                                                       {"metadata", Json()}})));
  all.push_back(event("customer.subscription.updated", fixtures::basil_subscription("active")));
  all.push_back(event("invoice.paid", fixtures::basil_invoice("paid")));
  all.push_back(event("invoice.paid", fixtures::acacia_invoice("paid")));
  all.push_back(event("checkout.session.completed", session({{"payment_intent", "pi_1"}})));
  all.push_back(event("payment_method.detached", fixtures::method({{"customer", Json()}})));
  all.push_back(event("customer.deleted", fixtures::customer()));
}

}  // namespace

std::vector<Body> real_bodies() {
  std::vector<Body> all;
  add_events(all);
  const auto action = json(R"({"type":"redirect_to_url","redirect_to_url":{"url":"https://a.b"}})");
  all.push_back({Reader::payment, "intent", captured()});
  all.push_back({Reader::payment, "3-D Secure",
                 fixtures::intent("requires_action", {{"next_action", action}})});
  all.push_back({Reader::payment, "old intent", old_shapes::intent("requires_source_action")});
  all.push_back({Reader::refund, "refund", fixtures::refund("pending")});
  all.push_back({Reader::error, "decline",
                 refused({{"payment_intent", fixtures::intent("requires_payment_method")}})});
  all.push_back({Reader::method, "method", fixtures::method()});
  all.push_back({Reader::customer, "customer", fixtures::customer()});
  all.push_back({Reader::subscription, "subscription",
                 fixtures::basil_subscription(
                     "incomplete", {{"latest_invoice", fixtures::basil_invoice("open")}})});
  all.push_back({Reader::subscription, "old subscription", old_shapes::subscription()});
  all.push_back({Reader::page, "page", session({})});
  all.push_back({Reader::page, "paid page",
                 session({{"status", "complete"}, {"payment_intent", captured()}})});
  all.push_back({Reader::invoice, "invoice",
                 fixtures::basil_invoice("paid", {{"payment_intent", captured()}})});
  all.push_back({Reader::invoice, "old invoice", old_shapes::invoice()});
  all.push_back({Reader::price, "price", fixtures::price()});
  all.push_back({Reader::list, "intents", list(captured())});
  all.push_back({Reader::list, "refunds", list(fixtures::refund("succeeded"))});
  return all;
}

}  // namespace cobro::gateways
