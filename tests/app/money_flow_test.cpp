#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/words.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using domain::OrderStatus;
using domain::PaymentState;
using domain::RefusalCode;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Flow : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};
  std::string body(const app::Answer& answer) {
    return answer ? answer->body : std::string(domain::to_string(answer.error().code));
  }
  RefusalCode refusal(const app::Answer& answer) {
    return answer ? RefusalCode::internal : answer.error().code;
  }
  void expect_clean() { EXPECT_EQ(world.audit(), ""); }
};

TEST_P(Flow, an_order_is_paid_and_refunded_in_parts_to_the_last_cent) {
  EXPECT_EQ(body(world.order("59.98")), "1 pending");
  EXPECT_EQ(body(world.pay(1, "59.98")), "1 pending 0.00/59.98");
  EXPECT_EQ(body(world.process(1)), "1 succeeded 59.98/59.98");
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_THAT(body(world.refund(1, "29.99")), ::testing::HasSubstr("succeeded 29.99"));
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_THAT(body(world.refund(1, "29.98")), ::testing::HasSubstr("succeeded 29.98"));
  EXPECT_THAT(body(world.refund(1)), ::testing::HasSubstr("succeeded 0.01"));
  EXPECT_EQ(refusal(world.refund(1)), RefusalCode::refund_exceeds_remaining);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::refunded);
  EXPECT_EQ(world.sandbox_charged("pen"), 0);
  expect_clean();
}

TEST_P(Flow, a_declined_payment_can_be_tried_again_with_another_method) {
  world.order("100");
  world.pay(1, "100");
  EXPECT_EQ(body(world.process(1, "pm_card_chargeDeclinedInsufficientFunds")),
            "payment_declined insufficient_funds");
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  const auto rows = world.load(1).transactions;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].status, domain::TransactionStatus::failed);
  EXPECT_EQ(rows[0].failure_reason, "insufficient_funds");
  EXPECT_EQ(body(world.process(1)), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
  expect_clean();
}

TEST_P(Flow, manual_capture_in_part_and_void) {
  world.order("100");
  world.pay(1, "100", "stripe", CaptureMethod::manual);
  EXPECT_EQ(body(world.process(1)), "1 authorized 0.00/100.00");
  EXPECT_EQ(refusal(world.capture(1, "100.01")), RefusalCode::amount_exceeds_authorized);
  EXPECT_EQ(body(world.capture(1, "40")), "1 succeeded 40.00/100.00");
  EXPECT_EQ(world.order_row(1).allocated.to_decimal(), "40.00");

  world.order("50");
  world.pay(2, "50", "stripe", CaptureMethod::manual);
  world.process(2);
  EXPECT_EQ(body(world.cancel_payment(2)), "2 cancelled 0.00/50.00");
  EXPECT_EQ(world.load(2).transactions.back().type, domain::TransactionType::void_);
  EXPECT_EQ(body(world.cancel_payment(2)), "2 cancelled 0.00/50.00");
  expect_clean();
}

TEST_P(Flow, currencies_without_decimals_and_with_three) {
  for (const auto& [currency, amount] :
       {std::pair{"JPY", "500"}, {"CLP", "19990"}, {"KWD", "1.230"}}) {
    const auto number = std::stoll(body(world.order(amount, currency)));
    EXPECT_EQ(body(world.pay(number, amount)),
              std::to_string(number) + " pending " +
                  domain::Money::zero(*domain::Currency::parse(currency)).to_decimal() + "/" +
                  amount);
    EXPECT_TRUE(world.process(number)) << currency;
    EXPECT_TRUE(world.refund(number)) << currency;
    EXPECT_EQ(world.order_row(number).status, OrderStatus::refunded) << currency;
  }
  expect_clean();
}

TEST_P(Flow, three_d_secure_asks_the_customer_and_goes_on_by_webhook) {
  world.order("10");
  world.pay(1, "10");
  const auto asked = world.process(1, "pm_card_threeDSecure2Required");
  EXPECT_EQ(body(asked), "1 requires_action 0.00/10.00 next:redirect_to_url");
  EXPECT_EQ(body(world.process(1)), "1 requires_action 0.00/10.00 next:redirect_to_url");
  EXPECT_EQ(world.sandbox_charged("pen"), 0);
  expect_clean();
}

TEST_P(Flow, a_webhook_before_the_answer_twice_and_a_day_late_changes_things_once) {
  world.order("10");
  world.pay(1, "10");
  // The answer is lost after the work; the webhook is the first to know.
  world.wire.fate = [](const ports::HttpRequest& r) {
    return r.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  world.hold_webhooks = true;
  EXPECT_EQ(refusal(world.process(1, "pm_card_visa", "key-1")), RefusalCode::outcome_unknown);
  world.hold_webhooks = false;
  world.wire.fate = nullptr;
  world.advance(minutes(1));
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  // The caller's key now has the outcome, worded by its own route, and keeps it.
  EXPECT_EQ(body(world.process(1, "pm_card_visa", "key-1")), "1 succeeded 10.00/10.00");
  EXPECT_EQ(body(world.process(1, "pm_card_visa", "key-1")), "1 succeeded 10.00/10.00");
  EXPECT_EQ(refusal(world.process(1, "pm_card_mastercard", "key-1")),
            RefusalCode::idempotency_key_reused);
  EXPECT_EQ(world.sandbox_charged("pen"), 1000);
  expect_clean();
}

TEST_P(Flow, a_caller_whose_answer_is_lost_hears_what_a_webhook_said_meanwhile) {
  world.order("10");
  world.pay(1, "10");
  world.wire.fate = [](const ports::HttpRequest& r) {
    return r.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(body(world.process(1, "pm_card_visa", "key-1")), "1 succeeded 10.00/10.00");
  EXPECT_EQ(world.load(1).transactions.size(), 1U);
  expect_clean();
}

TEST_P(Flow, webhooks_a_day_late_change_nothing_that_is_known) {
  world.hold_webhooks = true;
  world.order("10");
  world.pay(1, "10");
  world.process(1);
  world.refund(1, "4");
  const auto before = world.load(1).transactions.size();
  world.advance(hours(24));
  world.hold_webhooks = false;
  world.advance(hours(24));
  EXPECT_GT(world.webhooks_received, 0);
  world.work();
  EXPECT_EQ(world.load(1).transactions.size(), before);
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  expect_clean();
}

TEST_P(Flow, a_lost_answer_is_recovered_with_the_same_key_and_one_charge) {
  World quiet({.split_writes = GetParam(), .deliver_webhooks = false});
  quiet.order("10");
  quiet.pay(1, "10");
  quiet.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
  EXPECT_EQ(refusal(quiet.process(1)), RefusalCode::outcome_unknown);
  EXPECT_EQ(refusal(quiet.process(1)), RefusalCode::payment_in_progress);
  quiet.wire.fate = nullptr;
  quiet.work();  // too early: the deadline and a minute have not passed
  EXPECT_EQ(quiet.payment(1).state, PaymentState::processing);
  quiet.advance(minutes(2));
  quiet.work();
  EXPECT_EQ(quiet.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(quiet.sandbox_charged("pen"), 1000);
  EXPECT_EQ(quiet.sandbox_count("/v1/payment_intents"), 1);
  EXPECT_EQ(quiet.audit(), "");
}

TEST_P(Flow, after_the_gateways_window_recovery_only_looks) {
  World quiet({.split_writes = GetParam(), .deliver_webhooks = false});
  quiet.order("10");
  quiet.order("10");
  quiet.pay(1, "10");
  quiet.pay(2, "10");
  int calls = 0;
  quiet.wire.fate = [&](const ports::HttpRequest&) {
    return ++calls == 1 ? Cut::answer_lost : Cut::request_lost;
  };
  quiet.process(1);
  quiet.process(2);
  quiet.wire.sent.clear();
  quiet.wire.fate = nullptr;
  quiet.advance(hours(13));
  quiet.work();
  for (const auto& request : quiet.wire.sent) EXPECT_EQ(request.method, "GET") << request.url;
  EXPECT_EQ(quiet.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(quiet.payment(2).state, PaymentState::pending);  // certainly never arrived
  EXPECT_EQ(quiet.audit(), "");
}

TEST_P(Flow, a_throttled_call_moves_nothing_and_the_key_may_be_used_again) {
  world.order("10");
  world.pay(1, "10");
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::throttled; };
  EXPECT_EQ(refusal(world.process(1, "pm_card_visa", "k")), RefusalCode::gateway_busy);
  EXPECT_EQ(world.payment(1).state, PaymentState::pending);
  world.wire.fate = nullptr;
  EXPECT_EQ(body(world.process(1, "pm_card_visa", "k")), "1 succeeded 10.00/10.00");
  expect_clean();
}

TEST_P(Flow, a_lost_refund_is_never_paid_twice) {
  World quiet({.split_writes = GetParam(), .deliver_webhooks = false});
  quiet.order("100");
  quiet.pay(1, "100");
  quiet.process(1);
  quiet.wire.fate = [](const ports::HttpRequest& r) {
    return r.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(refusal(quiet.refund(1, "60")), RefusalCode::outcome_unknown);
  EXPECT_EQ(quiet.payment(1).refunding.to_decimal(), "60.00");
  // A retry without a key asks first, and reports what it found.
  EXPECT_EQ(refusal(quiet.refund(1, "60")), RefusalCode::refund_in_progress);
  quiet.wire.fate = nullptr;
  EXPECT_EQ(quiet.payment(1).refunded.to_decimal(), "60.00");
  EXPECT_EQ(refusal(quiet.refund(1, "60")), RefusalCode::refund_exceeds_remaining);
  EXPECT_EQ(quiet.sandbox_count("/v1/refunds"), 1);
  EXPECT_EQ(quiet.audit(), "");
}

TEST_P(Flow, a_pending_refund_settles_and_one_that_fails_later_gives_the_order_back) {
  world.order("100");
  world.pay(1, "100");
  world.process(1, "pm_card_pendingRefund");
  EXPECT_THAT(body(world.refund(1)), ::testing::HasSubstr("pending 100.00"));
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  world.advance(seconds(10));
  world.work();
  EXPECT_EQ(world.order_row(1).status, OrderStatus::refunded);

  world.order("100");
  world.pay(2, "100");
  world.process(2, "pm_card_refundFail");
  EXPECT_THAT(body(world.refund(2)), ::testing::HasSubstr("succeeded 100.00"));
  EXPECT_EQ(world.order_row(2).status, OrderStatus::refunded);
  world.advance(seconds(10));
  world.work();
  EXPECT_EQ(world.order_row(2).status, OrderStatus::paid);
  EXPECT_TRUE(world.payment(2).refunded.is_zero());
  expect_clean();
}

TEST_P(Flow, cancelling_an_order_cancels_its_payments_at_the_gateway_too) {
  world.order("100");
  world.pay(1, "60", "stripe", CaptureMethod::manual);
  world.pay(1, "40");
  world.process(1);
  world.process(2, "pm_card_chargeDeclined");
  EXPECT_EQ(body(world.cancel_order(1, "k")), "1 cancelled");
  EXPECT_EQ(body(world.cancel_order(1, "k")), "1 cancelled");
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(world.payment(2).state, PaymentState::cancelled);
  EXPECT_EQ(refusal(world.pay(1, "10")), RefusalCode::invalid_state);
  expect_clean();
}

TEST_P(Flow, a_paid_order_is_refunded_rather_than_cancelled) {
  world.order("100");
  world.pay(1, "100");
  world.process(1);
  EXPECT_EQ(refusal(world.cancel_order(1)), RefusalCode::refund_required);
  EXPECT_EQ(refusal(world.cancel_payment(1)), RefusalCode::refund_required);
  expect_clean();
}

TEST_P(Flow, a_silent_gateway_leaves_the_order_closing_and_recovery_carries_on) {
  world.order("100");
  world.pay(1, "100", "stripe", CaptureMethod::manual);
  world.process(1);
  world.hold_webhooks = true;
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
  EXPECT_EQ(refusal(world.cancel_order(1)), RefusalCode::outcome_unknown);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::pending);
  EXPECT_EQ(refusal(world.pay(1, "10")), RefusalCode::order_closing);
  world.wire.fate = nullptr;
  world.advance(minutes(2));
  world.work();
  EXPECT_EQ(world.order_row(1).status, OrderStatus::cancelled);
  EXPECT_EQ(body(world.cancel_order(1)), "1 cancelled");
  expect_clean();
}

TEST_P(Flow, a_manual_payment_is_recorded_by_hand) {
  world.order("100");
  world.pay(1, "100", "manual");
  EXPECT_EQ(body(world.process(1)), "1 pending 0.00/100.00 next:manual");
  EXPECT_EQ(refusal(world.record(1, domain::TransactionType::charge, "99")),
            RefusalCode::validation_failed);
  // The clocks of those who record may be five minutes ahead of ours.
  const auto ahead = world.clock.now() + std::chrono::minutes(5);
  EXPECT_EQ(refusal(world.record(1, domain::TransactionType::charge, "100",
                                 ahead + std::chrono::microseconds(1))),
            RefusalCode::validation_failed);
  EXPECT_EQ(body(world.record(1, domain::TransactionType::charge, "100", ahead)),
            "charge succeeded");
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_EQ(body(world.record(1, domain::TransactionType::refund, "30")), "refund succeeded");
  EXPECT_EQ(refusal(world.record(1, domain::TransactionType::refund, "70.01")),
            RefusalCode::refund_exceeds_remaining);
  EXPECT_THAT(body(world.refund(1)), ::testing::HasSubstr("succeeded 70.00"));
  EXPECT_EQ(world.order_row(1).status, OrderStatus::refunded);
  expect_clean();
}

TEST_P(Flow, two_payments_for_the_whole_order_at_once_one_is_refused) {
  world.order("100");
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(world.paying(1, "100"));
  tasks.push_back(world.paying(1, "100"));
  const auto answers = world.all(std::move(tasks));
  EXPECT_NE(answers[0].has_value(), answers[1].has_value());
  const auto& refused = answers[0] ? answers[1] : answers[0];
  EXPECT_EQ(refusal(refused), RefusalCode::order_amount_taken);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("payment "));
  expect_clean();
}

TEST_P(Flow, sixty_four_refunds_of_sixty_on_a_hundred_one_succeeds) {
  world.order("100");
  world.pay(1, "100");
  world.process(1);
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 64; ++i)
    tasks.push_back(world.refunding(1, "60", "reason " + std::to_string(i), ""));
  int succeeded = 0;
  for (const auto& answer : world.all(std::move(tasks))) {
    succeeded += answer ? 1 : 0;
    if (!answer) {
      EXPECT_EQ(refusal(answer), RefusalCode::refund_exceeds_remaining);
    }
  }
  EXPECT_EQ(succeeded, 1);
  EXPECT_EQ(world.sandbox_count("/v1/refunds"), 1);
  expect_clean();
}

TEST_P(Flow, a_refund_of_the_same_amount_and_reason_is_not_started_twice) {
  world.order("100");
  world.pay(1, "100");
  world.process(1);
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(world.refunding(1, "10", "broken", ""));
  int succeeded = 0;
  for (const auto& answer : world.all(std::move(tasks))) {
    succeeded += answer ? 1 : 0;
    if (!answer) {
      EXPECT_EQ(refusal(answer), RefusalCode::refund_in_progress);
    }
  }
  EXPECT_EQ(succeeded, 1);
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "10.00");
  expect_clean();
}

TEST_P(Flow, sixty_four_process_calls_make_one_charge) {
  world.order("100");
  world.pay(1, "100");
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 64; ++i) tasks.push_back(world.processing(1, "pm_card_visa", ""));
  for (const auto& answer : world.all(std::move(tasks)))
    EXPECT_TRUE(answer || refusal(answer) == RefusalCode::payment_in_progress);
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.sandbox_count("/v1/charges"), 1);
  expect_clean();
}

TEST_P(Flow, the_same_key_sixty_four_times_at_once_has_one_effect_and_one_answer) {
  world.order("100");
  world.pay(1, "100");
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 64; ++i) tasks.push_back(world.processing(1, "pm_card_visa", "same"));
  for (const auto& answer : world.all(std::move(tasks))) {
    if (answer) {
      EXPECT_EQ(answer->body, "1 succeeded 100.00/100.00");
    } else {
      EXPECT_EQ(refusal(answer), RefusalCode::idempotency_in_progress);
    }
  }
  EXPECT_EQ(world.sandbox_count("/v1/charges"), 1);
  expect_clean();
}

TEST_P(Flow, somebody_elses_payment_does_not_exist) {
  world.order("100", "PEN", "eve");
  world.pay(1, "100");
  EXPECT_EQ(refusal(world.process(1)), RefusalCode::not_found);
}

INSTANTIATE_TEST_SUITE_P(Store, Flow, ::testing::Bool(), [](const auto& mode) {
  return mode.param ? "split_writes" : "whole_writes";
});

}  // namespace
}  // namespace cobro::testing
