// What a person does in the gateway's dashboard, while calls of ours are under way.
#include <gtest/gtest.h>

#include "domain/words.h"
#include "tests/app/world.h"

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
  EXPECT_TRUE(world.load(1).open_attempts.empty());
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
