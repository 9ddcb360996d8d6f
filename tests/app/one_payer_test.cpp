// One debt, one payer: who pays outside and who pays at the gateway do not both pay.
#include <gtest/gtest.h>

#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::TransactionType;
using std::chrono::minutes;

class OnePayer : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};

  // Payment 1 is declined; payment 2 is manual.
  void decline_then_wait_for_cash(const std::string& declined, const std::string& cash) {
    world.order("100");
    decline(declined);
    ASSERT_TRUE(world.pay(1, cash, "manual"));
  }
  std::int64_t decline(const std::string& amount) {
    const auto number = std::stoll(world.pay(1, amount)->body);
    EXPECT_EQ(world.process(number, "pm_card_chargeDeclined")->status, 402);
    return number;
  }
  std::string charge(std::int64_t payment, const std::string& amount, const std::string& key = "") {
    return to_string(world.record(payment, TransactionType::charge, amount, {}, key));
  }
  // As a browser with the client secret can, whatever we know.
  int confirm_there(std::int64_t payment, const std::string& method = "pm_card_visa") {
    return world
        .sandbox_post(
            "/v1/payment_intents/" + *world.payment(payment).gateway_payment_id + "/confirm",
            "payment_method=" + method)
        .status;
  }
  std::string state(std::int64_t payment) {
    return std::string(to_string(world.payment(payment).state));
  }
  // How the order stands, and whether money came twice.
  std::string outcome() {
    const auto order = world.order_row(1);
    return std::string(to_string(order.status)) + " " + order.captured.to_decimal();
  }
  void lose(const std::string& method, const std::string& part, Cut cut) {
    world.wire.fate = [=](const ports::HttpRequest& request) {
      return request.method == method && request.url.contains(part) ? cut : Cut::none;
    };
  }
  std::size_t sent(const auto& act) {
    const auto before = world.wire.sent.size();
    act();
    return world.wire.sent.size() - before;
  }
};

TEST_P(OnePayer, what_was_paid_at_the_gateway_unheard_is_the_outcome) {
  decline_then_wait_for_cash("100", "100");
  ASSERT_EQ(confirm_there(1), 200);
  EXPECT_EQ(charge(2, "100"), "invalid_state");
  EXPECT_EQ(state(1), "succeeded");
  EXPECT_EQ(state(2), "cancelled");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_FALSE(world.payment(1).overpayment);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, what_is_open_at_the_gateway_is_cancelled_before_cash_is_booked) {
  decline_then_wait_for_cash("100", "100");
  EXPECT_EQ(charge(2, "100"), "charge succeeded");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_EQ(state(1), "cancelled");
  EXPECT_EQ(world.standing(1), world.standing_there(1));
  EXPECT_EQ(confirm_there(1), 400);
  EXPECT_EQ(world.sandbox_charged("pen"), 0);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, a_hold_that_came_unheard_is_released) {
  world.order("100");
  world.pay(1, "100", "stripe", domain::CaptureMethod::manual);
  EXPECT_EQ(world.process(1, "pm_card_chargeDeclined")->status, 402);
  world.pay(1, "100", "manual");
  ASSERT_EQ(confirm_there(1), 200);
  EXPECT_EQ(charge(2, "100"), "charge succeeded");
  EXPECT_EQ(world.standing_there(1), "cancelled 0.00, refunded 0.00");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, all_that_would_find_no_room_are_cancelled) {
  world.order("100");
  decline("100");
  decline("60");
  decline("40");
  ASSERT_TRUE(world.pay(1, "60", "manual"));
  EXPECT_EQ(charge(4, "60"), "charge succeeded");
  EXPECT_EQ(state(1), "cancelled");
  EXPECT_EQ(state(2), "cancelled");
  EXPECT_EQ(state(3), "failed");  // the rest can still be paid with it
  EXPECT_EQ(to_string(world.process(3)), "3 succeeded 40.00/40.00");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, another_payment_keeps_the_part_that_it_holds) {
  world.order("100");
  world.pay(1, "60");
  EXPECT_EQ(to_string(world.process(1, "pm_card_threeDSecure2Required")),
            "1 requires_action 0.00/60.00 next:redirect_to_url");
  ASSERT_TRUE(world.pay(1, "40", "manual"));
  EXPECT_EQ(sent([&] { EXPECT_EQ(charge(2, "40"), "charge succeeded"); }), 0U);
  EXPECT_EQ(state(1), "requires_action");
}

TEST_P(OnePayer, nothing_is_sent_for_what_is_refused_here) {
  decline_then_wait_for_cash("100", "100");
  const auto refuse = [&] {
    EXPECT_EQ(charge(2, "99"), "validation_failed");
    EXPECT_EQ(charge(1, "100"), "invalid_state");
    EXPECT_EQ(to_string(world.record(2, TransactionType::refund, "100")), "invalid_state");
  };
  EXPECT_EQ(sent(refuse), 0U);
  EXPECT_EQ(sent([&] {
              EXPECT_EQ(to_string(world.record(2, TransactionType::void_, "100")),
                        "void cancelled");
            }),
            0U);
  EXPECT_EQ(state(1), "failed");
}

TEST_P(OnePayer, a_refund_of_cash_leaves_the_gateway_alone) {
  world.order("100");
  world.pay(1, "60", "manual");
  ASSERT_EQ(charge(1, "60"), "charge succeeded");
  decline("40");
  EXPECT_EQ(sent([&] {
              EXPECT_EQ(to_string(world.record(1, TransactionType::refund, "10")),
                        "refund succeeded");
            }),
            0U);
  EXPECT_EQ(state(2), "failed");
}

TEST_P(OnePayer, while_the_gateway_does_not_say_whether_it_cancelled_nothing_is_booked) {
  decline_then_wait_for_cash("100", "100");
  lose("POST", "/cancel", Cut::answer_lost);
  EXPECT_EQ(charge(2, "100", "k"), "outcome_unknown");
  EXPECT_EQ(outcome(), "pending 0.00");
  EXPECT_EQ(state(2), "pending");
  world.wire.fate = nullptr;
  EXPECT_EQ(charge(2, "100", "k"), "outcome_unknown");  // the record is open
  EXPECT_EQ(charge(2, "100", "l"), "charge succeeded");
  EXPECT_EQ(state(1), "cancelled");
  EXPECT_EQ(charge(2, "100", "l"), "charge succeeded");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, what_the_gateway_never_heard_is_cancelled_by_recovery_and_cash_is_booked_then) {
  decline_then_wait_for_cash("100", "100");
  lose("POST", "/cancel", Cut::request_lost);
  EXPECT_EQ(charge(2, "100", "k"), "outcome_unknown");
  EXPECT_EQ(charge(2, "100"), "payment_in_progress");
  world.wire.fate = nullptr;
  EXPECT_EQ(charge(2, "100"), "payment_in_progress");
  world.advance(minutes(2));
  world.work();
  EXPECT_EQ(state(1), "cancelled");
  EXPECT_EQ(outcome(), "pending 0.00");
  EXPECT_EQ(charge(2, "100", "k"), "charge succeeded");
  EXPECT_EQ(charge(2, "100", "k"), "charge succeeded");
  EXPECT_EQ(charge(2, "100"), "invalid_state");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, what_was_paid_while_nobody_could_ask_is_the_outcome_of_the_key_too) {
  decline_then_wait_for_cash("100", "100");
  ASSERT_EQ(confirm_there(1), 200);
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::request_lost; };
  EXPECT_EQ(charge(2, "100", "k"), "outcome_unknown");
  world.wire.fate = nullptr;
  world.advance(minutes(2));
  world.work();
  EXPECT_EQ(charge(2, "100", "k"), "invalid_state");
  EXPECT_EQ(state(1), "succeeded");
  EXPECT_EQ(outcome(), "paid 100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, a_gateway_that_refuses_to_cancel_is_answered_and_holds_up_no_second_try) {
  decline_then_wait_for_cash("100", "100");
  lose("POST", "/cancel", Cut::throttled);
  EXPECT_EQ(charge(2, "100", "k"), "gateway_busy");
  EXPECT_EQ(outcome(), "pending 0.00");
  world.wire.fate = nullptr;
  EXPECT_EQ(charge(2, "100", "k"), "charge succeeded");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, two_entries_at_once_book_one_charge) {
  decline_then_wait_for_cash("100", "100");
  std::vector<base::Task<app::Answer>> both;
  both.push_back(world.recording(2, TransactionType::charge, "100", "k"));
  both.push_back(world.recording(2, TransactionType::charge, "100", "k"));
  const auto answers = world.all(std::move(both));
  EXPECT_NE(answers[0].has_value(), answers[1].has_value());
  EXPECT_EQ(charge(2, "100", "k"), "charge succeeded");
  EXPECT_EQ(world.load(2).transactions.size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(OnePayer, what_a_person_must_decide_is_decided_first) {
  decline_then_wait_for_cash("100", "100");
  auto row = world.payment(1);
  row.conflicted = true;
  world.force(ports::Changes().update(row));
  EXPECT_EQ(sent([&] { EXPECT_EQ(charge(2, "100"), "payment_conflicted"); }), 0U);
  EXPECT_EQ(outcome(), "pending 0.00");
}

TEST_P(OnePayer, process_of_what_was_paid_there_books_it_though_its_room_is_taken) {
  world.order("100");
  decline("60");
  world.pay(1, "50");
  ASSERT_EQ(to_string(world.process(2)), "2 succeeded 50.00/50.00");
  EXPECT_EQ(to_string(world.process(1)), "order_amount_taken");
  ASSERT_EQ(confirm_there(1), 200);
  lose("GET", "", Cut::server_error_before);
  EXPECT_EQ(to_string(world.process(1)), "gateway_busy");
  world.wire.fate = nullptr;
  EXPECT_EQ(to_string(world.process(1)), "invalid_state");
  ASSERT_TRUE(world.payment(1).overpayment);
  EXPECT_EQ(world.payment(1).overpayment->amount.to_decimal(), "60.00");
  EXPECT_EQ(outcome(), "pending 50.00");
  EXPECT_EQ(world.audit(), "");
}

// The question was for room, not for the outcome of a try: the new try is made.
TEST_P(OnePayer, process_goes_on_where_the_other_payment_gave_its_room_back_there) {
  world.order("100");
  decline("60");
  world.pay(1, "50");
  EXPECT_EQ(to_string(world.process(2, "pm_card_threeDSecure2Required")),
            "2 requires_action 0.00/50.00 next:redirect_to_url");
  ASSERT_EQ(world
                .sandbox_post(
                    "/v1/payment_intents/" + *world.payment(2).gateway_payment_id + "/cancel", "")
                .status,
            200);
  EXPECT_EQ(to_string(world.process(1)), "1 succeeded 60.00/60.00");
  EXPECT_EQ(state(2), "cancelled");
  EXPECT_EQ(world.audit(), "");
}

INSTANTIATE_TEST_SUITE_P(Writes, OnePayer, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

}  // namespace
}  // namespace cobro::testing
