// One key, one answer, whoever words it first.
#include <gtest/gtest.h>

#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

// Asks again while the first call still waits for the gateway; then the refund settles.
base::Task<app::Answer> refund_again(World& world) {
  co_await world.clock.sleep(500ms);
  co_await world.inbox().poll();
  auto answer = co_await world.refunding(1, "40", "broken", "key");
  co_await world.clock.sleep(5s);
  co_await world.inbox().poll();
  co_return answer;
}

TEST(Replay, a_caller_who_waited_hears_what_its_key_answered_meanwhile) {
  World world;
  world.order("100");
  world.pay(1, "100");
  world.process(1, "pm_card_pendingRefund");
  world.wire.fate = [](const ports::HttpRequest& request) {
    const bool refund = request.method == "POST" && request.url.ends_with("/v1/refunds");
    return refund ? Cut::answer_lost : Cut::none;
  };
  std::vector<base::Task<app::Answer>> calls;
  calls.push_back(world.refunding(1, "40", "broken", "key"));
  calls.push_back(refund_again(world));
  const auto answers = world.all(std::move(calls));
  ASSERT_TRUE(answers[0]);
  ASSERT_TRUE(answers[1]);
  EXPECT_NE(answers[1]->body.find("pending"), std::string::npos) << answers[1]->body;
  EXPECT_EQ(answers[0]->body, answers[1]->body);
  EXPECT_EQ(answers[0]->headers.find("Idempotent-Replayed"), "true");
  EXPECT_EQ(world.audit(), "");
}

// Asks again when the webhook has cancelled the order and the first call still waits.
base::Task<app::Answer> cancel_again(World& world) {
  co_await world.clock.sleep(500ms);
  co_await world.inbox().poll();
  co_return co_await world.cancelling_order(1, "key");
}

TEST(Replay, one_who_waited_for_an_orders_cancellation_hears_it_as_a_repetition_too) {
  World world;
  world.order("100");
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/cancel") ? Cut::answer_slow : Cut::none;
  };
  std::vector<base::Task<app::Answer>> calls;
  calls.push_back(world.cancelling_order(1, "key"));
  calls.push_back(cancel_again(world));
  const auto answers = world.all(std::move(calls));
  ASSERT_TRUE(answers[0]);
  ASSERT_TRUE(answers[1]);
  EXPECT_EQ(answers[1]->headers.find("Idempotent-Replayed"), std::nullopt);
  EXPECT_EQ(answers[0]->body, answers[1]->body);
  EXPECT_EQ(answers[0]->headers.find("Idempotent-Replayed"), "true");
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
