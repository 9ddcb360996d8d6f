// What a person does in the gateway's dashboard, while calls of ours are under way.
#include <gtest/gtest.h>

#include "app/payments/payment_query.h"
#include "domain/words.h"
#include "tests/app/world.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Dashboard : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};

  void SetUp() override {
    world.order("100");
    world.pay(1, "100");
    world.process(1);
  }
  void later(base::Duration span) {
    world.advance(span);
    world.work();
  }
  // Not through our wire: nobody cuts it.
  void post_there(const std::string& path, const std::string& form, int status) {
    ports::HttpRequest request{.method = "POST",
                               .url = "http://stripe.test" + path,
                               .headers = {{"Authorization", "Bearer sk_test_world"},
                                           {"Content-Type", "application/x-www-form-urlencoded"}},
                               .body = form};
    const auto done = run(world.clock, world.wire.inner.send(std::move(request)));
    ASSERT_TRUE(done && done->status == status);
  }
};

TEST_P(Dashboard, a_refund_there_takes_the_room_of_one_that_never_arrived) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_lost : Cut::none;
  };
  const auto lost = world.refund(1, "60");
  EXPECT_EQ(lost.error().code, domain::RefusalCode::outcome_unknown);
  post_there("/v1/refunds",
             "payment_intent=" + *world.payment(1).gateway_payment_id + "&amount=10000", 200);
  world.wire.fate = nullptr;
  later(hours(1));
  EXPECT_EQ(world.payment(1).refunding.minor(), 6000);  // ours may still be anything
  later(hours(13));
  later(hours(2));
  EXPECT_EQ(world.payment(1).refunding.minor(), 0);
  EXPECT_EQ(world.payment(1).refunded.minor(), 10000);
  EXPECT_TRUE(world.load(1).open_calls.empty());
  EXPECT_EQ(world.audit(), "");
}

// What its own events have told needs no look at the gateway: `charge.refunded` says how much.
TEST_P(Dashboard, the_event_of_a_charge_whose_refunds_are_all_booked_asks_nothing) {
  const auto heard = world.webhooks_received;
  ASSERT_TRUE(world.refund(1, "40"));
  world.wire.sent.clear();
  later(minutes(5));
  EXPECT_GE(world.webhooks_received, heard + 2);
  EXPECT_TRUE(world.wire.sent.empty());
  EXPECT_EQ(world.standing(1), world.standing_there(1));
}

// Its event comes before we know the object: the charge is learned first.
TEST_P(Dashboard, a_refund_there_of_a_charge_that_we_have_not_heard_of_is_booked) {
  world.hold_webhooks = true;
  world.order("50");
  world.pay(2, "50");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(world.process(2).error().code, domain::RefusalCode::outcome_unknown);
  ASSERT_FALSE(world.payment(2).gateway_payment_id);
  const auto listed = wire::parse_json(world.sandbox_get("/v1/payment_intents?limit=1"));
  const auto intent = *listed->find("data")->as_array()->front().string_at({"id"});
  post_there("/v1/refunds", "payment_intent=" + std::string(intent), 200);
  const auto asked = run(world.clock, app::query_refunds(*world.context, world.payment(2).id));
  EXPECT_EQ(asked, app::Query::snapshot);
  EXPECT_EQ(world.payment(2).refunded.minor(), 5000);
  EXPECT_EQ(world.standing(2), world.standing_there(2));
  EXPECT_EQ(world.audit(), "");
}

// Seen at the gateway: a refusal of a card that we never sent.
TEST_P(Dashboard, a_refusal_on_its_form_says_nothing_about_a_confirmation_under_way) {
  world.order("50");
  world.pay(2, "50");
  world.process(2, "pm_card_chargeDeclined");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_lost : Cut::none;
  };
  EXPECT_EQ(world.process(2).error().code, domain::RefusalCode::outcome_unknown);
  post_there("/v1/payment_intents/" + *world.payment(2).gateway_payment_id + "/confirm",
             "payment_method=pm_card_chargeDeclinedInsufficientFunds", 402);
  later(seconds(2));
  EXPECT_EQ(world.payment(2).state, domain::PaymentState::processing);
  world.wire.fate = nullptr;
  later(minutes(2));
  EXPECT_EQ(world.payment(2).state, domain::PaymentState::succeeded);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Dashboard, a_refund_may_fail_when_its_order_is_cancelled_already) {
  world.order("100");
  world.pay(2, "50");
  world.process(2, "pm_card_refundFail");
  EXPECT_TRUE(world.refund(2));
  EXPECT_TRUE(world.cancel_order(2));
  EXPECT_EQ(world.audit(), "");
  later(minutes(1));
  EXPECT_EQ(world.payment(2).refunded.minor(), 0);
  EXPECT_EQ(world.order_row(2).status, domain::OrderStatus::cancelled);
  EXPECT_EQ(world.audit(), "");
  EXPECT_TRUE(world.refund(2));  // it can be tried again
}

INSTANTIATE_TEST_SUITE_P(Writes, Dashboard, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

}  // namespace
}  // namespace cobro::testing
