// A refund that ends its subscription: what cannot be ended is said before money moves, and once it
// has moved the refund is the answer, whatever becomes of the end.
#include <gtest/gtest.h>

#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

class RefundAndEnd : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};
  Members members{world};

  void SetUp() override {
    members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
    pass(1min);
  }

  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
  // "200 5.00 ended", or with why it has not.
  std::string refund_and_end(const std::string& amount, const std::string& key = "") {
    auto call = members.call("boss", "refund", key, amount);
    call.caller.roles = app::Role::admin;
    return members.now(app::refund_and_end(
        *world.context, std::move(call),
        {.payment = ports::PaymentRef{members.payments("ana").front().id},
         .amount = amount,
         .reason = "broken"},
        [](const domain::Refund& refund, const domain::Payment&) {
          return app::StoredReply{200, {}, refund.amount.to_decimal()};
        },
        [](app::StoredReply refunded, const std::optional<domain::Refusal>& not_ended) {
          refunded.body += not_ended ? " " + std::string(to_string(not_ended->code)) : " ended";
          return refunded;
        }));
  }
  std::string there() { return *members.only("ana").gateway_subscription_id; }
  // How much was given back, here and there.
  std::string refunded() { return members.payments("ana").front().refunded.to_decimal(); }
  int refunds_there() { return world.sandbox_count("/v1/refunds"); }
  void lose_what_is_said_of_subscriptions() {
    world.wire.fate = [](const ports::HttpRequest& request) {
      const bool lost = request.url.find("/v1/subscriptions/") != std::string::npos;
      return lost ? Cut::request_lost : Cut::none;
    };
  }
};

TEST_P(RefundAndEnd, does_both) {
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 ended");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_TRUE(members.history("ana").ends_with(", cancelled cancel_requested admin"));
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 ended");
  EXPECT_EQ(refunds_there(), 1);
  // What has ended already is no hindrance.
  EXPECT_EQ(refund_and_end("6.00"), "200 6.00 ended");
  EXPECT_EQ(refunded(), "11.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(RefundAndEnd, that_the_gateway_is_too_busy_to_end_is_a_refund_all_the_same) {
  world.wire.fate = [busy = true](const ports::HttpRequest& request) mutable {
    const bool end = request.method == "DELETE";
    return end && std::exchange(busy, false) ? Cut::throttled : Cut::none;
  };
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 gateway_busy");
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 ended");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_EQ(refunded(), "5.00");
  EXPECT_EQ(refunds_there(), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(RefundAndEnd, whose_end_is_unknown_is_ended_by_recovery) {
  lose_what_is_said_of_subscriptions();
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 outcome_unknown");
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 outcome_unknown");
  // Without the key it would be another refund: the open end is said before it is made.
  EXPECT_EQ(refund_and_end("5.00"), "payment_in_progress");
  EXPECT_EQ(refunded(), "5.00");
  world.wire.fate = nullptr;
  pass(10min);
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 ended");
  EXPECT_EQ(refunds_there(), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(RefundAndEnd, waits_for_a_change_of_the_subscription_before_money_moves) {
  lose_what_is_said_of_subscriptions();
  EXPECT_EQ(members.now(members.ending("ana", there(), false)), "outcome_unknown");
  EXPECT_EQ(refund_and_end("5.00", "k"), "payment_in_progress");
  world.wire.fate = nullptr;
  EXPECT_EQ(refunds_there(), 0);
  EXPECT_EQ(refunded(), "0.00");
  pass(10min);
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00 ended");
  EXPECT_EQ(refunds_there(), 1);
}

TEST_P(RefundAndEnd, that_is_refused_ends_nothing) {
  EXPECT_EQ(refund_and_end("500.00"), "refund_exceeds_remaining");
  EXPECT_EQ(members.status("ana"), "active");
}

TEST_P(RefundAndEnd, that_fails_at_once_ends_nothing_however_often_it_is_asked_for) {
  world.hold_webhooks = true;
  world.wire.forge = [](const ports::HttpRequest& request, ports::HttpResponse& answer) {
    if (!request.url.ends_with("/v1/refunds")) return;
    auto refund = *wire::parse_json(answer.body);
    refund.set("status", "failed");
    answer.body = wire::to_text(refund);
  };
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00");
  EXPECT_EQ(refund_and_end("5.00", "k"), "200 5.00");
  EXPECT_EQ(refunded(), "0.00");
  EXPECT_EQ(members.status("ana"), "active");
}

INSTANTIATE_TEST_SUITE_P(Writes, RefundAndEnd, ::testing::Bool());

}  // namespace
}  // namespace cobro::testing
