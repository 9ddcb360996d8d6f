// What was done at the gateway without us, its event lost: the refusal that our own request
// meets is looked into, and books it in the same request.
#include <gtest/gtest.h>

#include "app/payments/payment_query.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using domain::RefusalCode;
using namespace std::chrono_literals;

class SeenThere : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};

  void pay(domain::CaptureMethod capture = domain::CaptureMethod::automatic,
           const std::string& card = "pm_card_visa") {
    world.order("100");
    world.pay(1, "100", "stripe", capture);
    ASSERT_TRUE(world.process(1, card));
  }
  std::string intent() { return *world.payment(1).gateway_payment_id; }
  void post_there(const std::string& path, const std::string& form = "") {
    const auto done = world.sandbox_post(path, form);
    ASSERT_EQ(done.status, 200) << done.body;
  }
  void expect_agreement() {
    EXPECT_EQ(world.standing(1), world.standing_there(1));
    EXPECT_EQ(world.audit(), "");
    EXPECT_TRUE(world.load(1).open_calls.empty());
    EXPECT_FALSE(world.payment(1).conflicted);
  }
  // Of the refunds, oldest first: "100.00 failed root, 100.00 succeeded gateway".
  std::string refunds() {
    std::string all;
    for (const auto& refund : world.load(1).refunds) {
      if (!all.empty()) all += ", ";
      all += refund.amount.to_decimal() + " " + std::string(domain::to_string(refund.status)) +
             " " + refund.created_by;
    }
    return all;
  }
};

TEST_P(SeenThere, a_whole_refund_there_is_booked_by_the_refund_here_that_it_leaves_no_room_for) {
  pay();
  post_there("/v1/refunds", "payment_intent=" + intent());
  const auto ours = world.refund(1);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, RefusalCode::gateway_refused);
  EXPECT_NE(ours.error().message.find("charge_already_refunded"), std::string::npos)
      << ours.error().message;
  EXPECT_EQ(refunds(), "100.00 failed root, 100.00 succeeded gateway");
  EXPECT_EQ(world.payment(1).refunded.minor(), 10'000);
  expect_agreement();
}

TEST_P(SeenThere, a_partial_refund_there_is_booked_by_the_refund_here_that_is_too_much_now) {
  pay();
  post_there("/v1/refunds", "payment_intent=" + intent() + "&amount=7000");
  const auto ours = world.refund(1, "60");
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, RefusalCode::gateway_refused);
  EXPECT_EQ(refunds(), "60.00 failed root, 70.00 succeeded gateway");
  expect_agreement();
  // What is left can be refunded at once.
  EXPECT_TRUE(world.refund(1, "30"));
  EXPECT_EQ(world.payment(1).refunded.minor(), 10'000);
  expect_agreement();
}

TEST_P(SeenThere, a_refund_there_that_leaves_room_is_booked_by_the_next_look) {
  pay();
  post_there("/v1/refunds", "payment_intent=" + intent() + "&amount=7000");
  EXPECT_EQ(run(world.clock, app::query_payment(*world.context, world.payment(1).id)),
            app::Query::snapshot);
  EXPECT_EQ(refunds(), "70.00 succeeded gateway");
  EXPECT_EQ(run(world.clock, app::query_payment(*world.context, world.payment(1).id)),
            app::Query::nothing_new);
  expect_agreement();
}

TEST_P(SeenThere, a_capture_there_ends_the_capture_here) {
  pay(domain::CaptureMethod::manual);
  post_there("/v1/payment_intents/" + intent() + "/capture");
  const auto ours = world.capture(1);
  ASSERT_TRUE(ours);  // it is as it was asked for
  EXPECT_EQ(ours->body, "1 succeeded 100.00/100.00");
  expect_agreement();
}

TEST_P(SeenThere, a_capture_there_of_another_amount_is_booked_and_ours_refused) {
  pay(domain::CaptureMethod::manual);
  post_there("/v1/payment_intents/" + intent() + "/capture", "amount_to_capture=4000");
  const auto ours = world.capture(1, "60");
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, RefusalCode::gateway_refused);
  EXPECT_EQ(world.payment(1).captured.minor(), 4000);
  EXPECT_EQ(world.audit(), "");
  EXPECT_TRUE(world.load(1).open_calls.empty());
}

TEST_P(SeenThere, a_capture_there_refuses_the_cancellation_here) {
  pay(domain::CaptureMethod::manual);
  post_there("/v1/payment_intents/" + intent() + "/capture");
  const auto ours = world.cancel_payment(1);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, RefusalCode::refund_required);
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  expect_agreement();
  EXPECT_TRUE(world.refund(1));
}

TEST_P(SeenThere, an_order_whose_cancellation_is_refused_says_why_and_can_be_cancelled) {
  struct Row {
    std::string error;
    RefusalCode code;
  };
  pay(domain::CaptureMethod::manual);
  for (const auto& row :
       std::vector<Row>{{"code=payment_intent_unexpected_state", RefusalCode::gateway_refused},
                        {"status=403", RefusalCode::gateway_refused},
                        {"status=429&code=lock_timeout", RefusalCode::gateway_busy}}) {
    post_there("/_sandbox/faults",
               "fault=refused&times=1&operation=payment_intent.cancel&" + row.error);
    const auto refused = world.cancel_order(1);
    ASSERT_FALSE(refused) << row.error;
    EXPECT_EQ(refused.error().code, row.code) << row.error;
    EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::pending) << row.error;
    EXPECT_FALSE(world.order_row(1).closing) << row.error;
    EXPECT_EQ(world.payment(1).state, PaymentState::authorized) << row.error;
  }
  ASSERT_TRUE(world.cancel_order(1));
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::cancelled);
  expect_agreement();
}

// Whatever the gateway refused: the order has a state of its own by now.
TEST_P(SeenThere, an_order_whose_payment_was_paid_and_sent_back_there_says_its_state) {
  pay(domain::CaptureMethod::manual);
  post_there("/v1/payment_intents/" + intent() + "/capture");
  post_there("/v1/refunds", "payment_intent=" + intent());
  const auto refused = world.cancel_order(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RefusalCode::invalid_state);
  EXPECT_NE(refused.error().message.find("is refunded"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::refunded);
  expect_agreement();
}

TEST_P(SeenThere, an_order_of_which_a_part_was_paid_and_sent_back_there_can_be_cancelled_yet) {
  world.order("100");
  world.pay(1, "60", "stripe", domain::CaptureMethod::manual);
  ASSERT_TRUE(world.process(1, "pm_card_visa"));
  post_there("/v1/payment_intents/" + intent() + "/capture");
  post_there("/v1/refunds", "payment_intent=" + intent());
  const auto refused = world.cancel_order(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RefusalCode::invalid_state) << refused.error().message;
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::pending);
  EXPECT_TRUE(world.cancel_order(1));
  expect_agreement();
}

TEST_P(SeenThere, a_cancellation_there_refuses_the_capture_here) {
  pay(domain::CaptureMethod::manual);
  post_there("/v1/payment_intents/" + intent() + "/cancel");
  const auto ours = world.capture(1);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, RefusalCode::gateway_refused);
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(world.audit(), "");
  // The order is free for another payment.
  EXPECT_TRUE(world.pay(1, "100"));
}

TEST_P(SeenThere, a_dispute_is_booked_by_the_refund_that_it_forbids) {
  pay(domain::CaptureMethod::automatic, "pm_card_createDispute");
  world.advance(5s);
  const auto ours = world.refund(1);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().code, RefusalCode::gateway_refused);
  EXPECT_NE(ours.error().message.find("charge_disputed"), std::string::npos);
  EXPECT_EQ(refunds(), "100.00 failed root");
  EXPECT_EQ(disputes_of(world, 1).size(), 1U);
  EXPECT_EQ(world.payment(1).disputed.minor(), 10'000);
  EXPECT_EQ(world.audit(), "");
  // From now on it is our own answer.
  EXPECT_EQ(world.refund(1).error().code, RefusalCode::payment_disputed);
}

TEST_P(SeenThere, a_dispute_is_booked_by_any_look_at_its_payment) {
  pay(domain::CaptureMethod::automatic, "pm_card_createDispute");
  world.advance(5s);
  EXPECT_EQ(run(world.clock, app::query_payment(*world.context, world.payment(1).id)),
            app::Query::snapshot);
  EXPECT_EQ(disputes_of(world, 1).size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

INSTANTIATE_TEST_SUITE_P(Writes, SeenThere, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

class SubscriptionSeenThere : public ::testing::Test {
 protected:
  World world{{.deliver_webhooks = false}};
  Members members{world};

  void SetUp() override {
    ASSERT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa")), "200 active");
  }
  std::string id() { return *members.only("ana").gateway_subscription_id; }
  std::string there() { return "/v1/subscriptions/" + id(); }
  void end_there() {
    ports::HttpRequest request{.method = "DELETE",
                               .url = "http://stripe.test" + there(),
                               .headers = {{"Authorization", "Bearer sk_test_world"}},
                               .body = {}};
    const auto done = run(world.clock, world.wire.inner.send(std::move(request)));
    ASSERT_TRUE(done && done->status == 200);
  }
};

TEST_F(SubscriptionSeenThere, one_that_was_ended_there_has_ended_when_it_is_to_end_here) {
  end_there();
  EXPECT_EQ(members.now(members.ending("ana", id(), true)), "200 cancelled");
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(world.audit(), "");
}

TEST_F(SubscriptionSeenThere, a_change_of_one_that_was_ended_there_is_refused_and_ends_it) {
  end_there();
  EXPECT_EQ(members.now(members.changing("ana", id(), kBasic, false)), "invalid_state");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(world.audit(), "");
}

TEST_F(SubscriptionSeenThere, resuming_one_that_was_ended_there_is_refused_and_ends_it) {
  EXPECT_EQ(members.now(members.ending("ana", id(), false)), "200 active ending");
  end_there();
  EXPECT_EQ(members.now(members.resuming("ana", id())), "invalid_state");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(SubscriptionSeenThere, what_was_changed_there_is_in_the_answer_to_what_is_asked_here) {
  const auto item = *members.only("ana").gateway_item_id;
  const auto changed =
      world.sandbox_post(there(), "items[0][id]=" + item + "&items[0][price]=" + kBasic);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(members.now(members.ending("ana", id(), false)), "200 active ending");
  EXPECT_EQ(members.only("ana").plan_code, "basic");
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
