// Every route that acts at the gateway, while the gateway fails: nothing is promised, and its
// document names that answer (the desk looks).
#include "surfaces/belongings.h"

namespace cobro::testing {
namespace {

struct Act {
  std::string who;
  std::string method;
  std::string target;
  std::string body = {};
};

const std::vector<Act> kActs = {
    {"ana", "POST", "/api/v1/payments/intent",
     R"({"amount":9.99,"payment_method_id":"pm_card_visa"})"},
    {"ana", "POST", "/api/v1/payments/<payment>/process",
     R"({"payment_method_id":"pm_card_visa"})"},
    {"admin", "POST", "/api/v1/payments/<held>/capture"},
    {"admin", "POST", "/api/v1/payments/<paid>/refund", R"({"amount":5})"},
    {"admin", "POST", "/api/v1/overpayments/<overpayment>/refund"},
    {"ana", "POST", "/api/v1/payment-methods", R"({"payment_method_id":"pm_card_visa"})"},
    {"ana", "POST", "/api/v1/subscriptions",
     R"({"price_id":"price_1Sb3k64dPtEGmLmpm5n5bbJH","payment_method_id":"pm_card_mastercard"})"},
    {"ana", "PATCH", "/api/v1/subscriptions/<subscription>",
     R"({"payment_method_id":"pm_card_amex"})"},
    {"ana", "DELETE", "/api/v1/subscriptions/<subscription>"},
    {"ana", "POST", "/api/v1/subscriptions/<ending>/resume"},
    {"ana", "POST", "/payments/create-payment-intent",
     R"({"amount":2900,"currency":"usd","type":"course_purchase","courseId":"c-2"})"},
    {"ana", "POST", "/payments/create-checkout-session",
     R"({"type":"course_purchase","amount":2900,"currency":"usd","courseId":"c-3"})"},
    {"ana", "POST", "/payments/subscriptions",
     R"({"plan":"pro","paymentMethodId":"pm_card_visa"})"},
    {"ana", "DELETE", "/payments/subscriptions/<subscription>"},
    {"admin", "DELETE", "/api/v1/payments/<held>"},
};

base::Task<wire::Reply> fail(wire::Request) {
  co_return wire::json_reply(500, "{}");
}

TEST(FailingGateway, leaves_the_outcome_unknown_whatever_was_asked) {
  for (const auto& act : kActs) {
    SCOPED_TRACE(act.method + " " + act.target);
    Desk desk;
    const auto ids = make_belongings(desk, "ana", act.target);
    desk.http.connect("http://stripe.test", &fail);
    const auto answer = desk.as(act.who, act.method, fill(act.target, ids), act.body);
    EXPECT_EQ(answer.status, 504) << answer.text;
    EXPECT_EQ(answer.code(), "outcome_unknown");
  }
}

// What a change would cost is asked before anything is changed.
TEST(FailingGateway, changes_no_plan_whose_cost_it_does_not_say) {
  Desk desk;
  const auto ids = make_belongings(desk, "ana");
  desk.http.connect("http://stripe.test", &fail);
  const auto answer =
      desk.as("ana", "POST", fill("/api/v1/subscriptions/<subscription>/change-plan", ids),
              R"({"plan_id":"premium"})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "gateway_busy");
}

// Whether a subscription is paid with it is asked before it is removed.
TEST(FailingGateway, removes_no_card_whose_subscriptions_it_does_not_tell_of) {
  Desk desk;
  const auto ids = make_belongings(desk, "ana", "/api/v1/payment-methods/<method>");
  desk.http.connect("http://stripe.test", &fail);
  const auto answer = desk.as("ana", "DELETE", fill("/api/v1/payment-methods/<method>", ids), "");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "gateway_busy");
}

}  // namespace
}  // namespace cobro::testing
