// Schedules that lose money in other systems: a stale refusal, a lost COMMIT, a customer who
// pays while we cancel, a gateway that contradicts itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/handlers/call_handlers.h"
#include "domain/words.h"
#include "tests/app/faulty_store.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::OrderStatus;
using domain::PaymentState;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

std::string say(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}
Cut lose_posts(const ports::HttpRequest& request) {
  return request.method == "POST" ? Cut::request_lost : Cut::none;
}

class Schedule : public ::testing::Test {
 protected:
  World world{{.deliver_webhooks = false}};
  FaultyStore store{*world.store};

  void SetUp() override {
    world.context = std::make_unique<app::Context>(
        app::Context{store, world.clock, world.random, world.wire, world.gateways, world.log,
                     app::Settings{}, &app::call_handlers()});
    world.order("100");
  }
  void later(base::Duration span) {
    world.advance(span);
    world.work();
  }
  // Counts writes from here on.
  void fail(std::function<StoreFault(int)> fate) {
    store.writes = 0;
    store.fate = std::move(fate);
  }
  // The customer confirms in the browser, without us.
  void confirm_in_browser(std::int64_t payment, const std::string& method) {
    ports::HttpRequest request{.method = "POST",
                               .url = "http://stripe.test/v1/payment_intents/" +
                                      *world.payment(payment).gateway_payment_id + "/confirm",
                               .headers = {{"Authorization", "Bearer sk_test_world"},
                                           {"Content-Type", "application/x-www-form-urlencoded"}},
                               .body = "payment_method=" + method};
    ASSERT_TRUE(run(world.clock, world.wire.inner.send(std::move(request))));
  }
};

TEST_F(Schedule, an_earlier_refusal_says_nothing_about_a_confirmation_in_flight) {
  world.pay(1, "100");
  EXPECT_EQ(say(world.process(1, "pm_card_chargeDeclined")), "payment_declined generic_decline");
  world.wire.fate = lose_posts;
  EXPECT_EQ(say(world.process(1)), "outcome_unknown");
  // The gateway still shows the first refusal: no news about the second try.
  EXPECT_EQ(say(world.process(1)), "payment_in_progress");
  EXPECT_EQ(world.payment(1).state, PaymentState::processing);
  world.wire.fate = nullptr;
  EXPECT_EQ(say(world.pay(1, "100")), "order_amount_taken");
  later(minutes(2));
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, a_second_refusal_after_a_lost_request_is_recovered_as_one) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  world.wire.fate = lose_posts;
  world.process(1, "pm_card_chargeDeclinedInsufficientFunds");
  world.wire.fate = nullptr;
  later(minutes(2));
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  EXPECT_EQ(world.load(1).transactions.size(), 2U);
  EXPECT_TRUE(world.load(1).open_calls.empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, an_order_is_not_cancelled_while_a_payment_of_it_could_still_be_paid) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/cancel") ? Cut::throttled : Cut::none;
  };
  EXPECT_EQ(say(world.cancel_order(1)), "gateway_busy");
  EXPECT_EQ(world.order_row(1).status, OrderStatus::pending);
  EXPECT_FALSE(world.order_row(1).closing);
  world.wire.fate = nullptr;
  EXPECT_EQ(say(world.cancel_order(1)), "1 cancelled");
  EXPECT_EQ(say(world.process(1)), "invalid_state");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, a_customer_who_paid_just_before_the_cancel_keeps_the_order) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  confirm_in_browser(1, "pm_card_visa");
  EXPECT_EQ(say(world.cancel_order(1)), "refund_required");
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_FALSE(world.order_row(1).closing);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, a_payment_that_was_paid_just_before_its_cancel_needs_a_refund) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  confirm_in_browser(1, "pm_card_visa");
  EXPECT_EQ(say(world.cancel_payment(1)), "refund_required");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, a_lost_commit_is_answered_with_the_row_it_wrote) {
  fail([](int n) { return n == 1 ? StoreFault::lost_answer : StoreFault::none; });
  const auto answer = say(world.pay(1, "40"));
  fail(nullptr);
  EXPECT_EQ(answer, std::to_string(world.payment(1).number) + " pending 0.00/40.00");
  EXPECT_EQ(world.order_row(1).allocated.to_decimal(), "40.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, an_attempt_whose_commit_was_lost_is_sent_all_the_same) {
  world.pay(1, "100");
  fail([](int n) { return n == 1 ? StoreFault::lost_answer : StoreFault::none; });
  EXPECT_EQ(say(world.process(1)), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
}

TEST_F(Schedule, a_settlement_whose_commit_was_lost_is_found_again) {
  world.pay(1, "100");
  fail([](int n) { return n == 2 ? StoreFault::lost_answer : StoreFault::none; });
  EXPECT_EQ(say(world.process(1)), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.load(1).transactions.size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, after_the_call_every_failure_of_ours_is_an_unknown_outcome) {
  const std::function<StoreFault(int)> fates[] = {
      [](int n) { return n >= 2 ? StoreFault::away : StoreFault::none; },
      [](int n) { return n >= 2 ? StoreFault::bug : StoreFault::none; }};
  world.pay(1, "50");
  world.pay(1, "50");
  for (std::int64_t payment : {1, 2}) {
    store.blind = true;
    fail(fates[payment - 1]);
    EXPECT_EQ(say(world.process(payment)), "outcome_unknown") << payment;
    store.blind = false;
    fail(nullptr);
  }
  later(minutes(2));
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, a_gateway_that_echoes_another_amount_is_believed_by_nobody) {
  world.pay(1, "100");
  struct Liar final : ports::HttpClient {
    explicit Liar(ports::HttpClient& behind) : real(behind) {}
    ports::HttpClient& real;
    base::Task<ports::HttpResult> send(ports::HttpRequest request) override {
      auto answer = co_await real.send(std::move(request));
      for (std::size_t at = 0;
           answer && (at = answer->body.find("10000", at)) != std::string::npos;)
        answer->body.replace(at, 5, "20000");
      co_return answer;
    }
  } liar(world.wire);
  world.context = std::make_unique<app::Context>(
      app::Context{store, world.clock, world.random, liar, world.gateways, world.log,
                   app::Settings{}, &app::call_handlers()});
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "k")), "outcome_unknown");
  EXPECT_TRUE(world.payment(1).conflicted);
  later(minutes(2));
  later(hours(13));
  later(hours(2));
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "k")), "outcome_unknown");
  EXPECT_EQ(world.payment(1).state, PaymentState::processing);
  EXPECT_EQ(world.load(1).open_calls.size(), 1U);
}

TEST_F(Schedule, a_look_up_asks_for_the_time_of_the_sends_alone) {
  world.pay(1, "100");
  world.advance(hours(72));
  const auto sent = world.clock.now().unix_seconds();
  world.wire.fate = lose_posts;
  world.process(1);
  world.wire.fate = nullptr;
  world.advance(hours(24));
  world.wire.sent.clear();
  world.work();
  ASSERT_FALSE(world.wire.sent.empty());
  const auto& url = world.wire.sent.front().url;
  EXPECT_THAT(url, HasSubstr("created%5Bgte%5D=" + std::to_string(sent - 60)));
  EXPECT_EQ(world.payment(1).state, PaymentState::pending);
}

TEST_F(Schedule, a_throttled_resend_does_not_prove_that_the_first_send_did_nothing) {
  world.pay(1, "100");
  world.process(1);
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(say(world.refund(1, "60", "x", "k")), "outcome_unknown");
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::throttled; };
  later(minutes(2));
  EXPECT_EQ(world.payment(1).refunding.to_decimal(), "60.00");
  world.wire.fate = nullptr;
  later(hours(1));
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "60.00");
  EXPECT_THAT(say(world.refund(1, "60", "x", "k")), HasSubstr("succeeded 60.00"));
  EXPECT_EQ(world.sandbox_count("/v1/refunds"), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Schedule, the_same_outside_refund_recorded_twice_is_refused) {
  world.pay(1, "100", "manual");
  world.record(1, domain::TransactionType::charge, "100");
  EXPECT_EQ(say(world.record(1, domain::TransactionType::refund, "30")), "refund succeeded");
  EXPECT_EQ(say(world.record(1, domain::TransactionType::refund, "30")), "invalid_state");
  EXPECT_EQ(world.audit(), "");
}

// The customer pays in the browser a payment that had been declined, while another payment
// has taken its room.
class LateMoney : public ::testing::Test {
 protected:
  World world;
  void SetUp() override {
    world.order("100");
    world.pay(1, "100");
    world.process(1, "pm_card_chargeDeclined");
  }
  void confirm_first_in_browser() {
    ports::HttpRequest request{.method = "POST",
                               .url = "http://stripe.test/v1/payment_intents/" +
                                      *world.payment(1).gateway_payment_id + "/confirm",
                               .headers = {{"Authorization", "Bearer sk_test_world"},
                                           {"Content-Type", "application/x-www-form-urlencoded"}},
                               .body = "payment_method=pm_card_visa"};
    run(world.clock, world.wire.inner.send(std::move(request)));
  }
};

TEST_F(LateMoney, a_payment_for_which_nothing_exists_at_a_gateway_gives_way) {
  world.pay(1, "60");
  world.pay(1, "40", "manual");
  confirm_first_in_browser();
  world.advance(minutes(1));
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.payment(2).state, PaymentState::cancelled);
  EXPECT_EQ(world.payment(3).state, PaymentState::cancelled);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_EQ(say(world.process(2)), "invalid_state");
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.audit(), "");
}

// A decision that forgot its check: the database holds the ceiling, and its refusal is worded.
TEST_F(Schedule, the_database_refuses_a_refund_that_no_code_checked) {
  world.pay(1, "100");
  world.process(1);
  const app::DecideChanges careless = [](const ports::Loaded& loaded, domain::Moment) {
    ports::Changes changes;
    auto payment = *loaded.payment;
    payment.refunding = payment.captured + domain::Money(1, payment.amount.currency());
    changes.update(std::move(payment));
    return base::Result<ports::Changes, domain::Refusal>(std::move(changes));
  };
  const auto refused =
      run(world.clock,
          app::commit(*world.context,
                      {.root = ports::PaymentRef{std::int64_t{1}}, .record_key = {}, .webhook = {}},
                      careless));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::RefusalCode::refund_exceeds_remaining);
  EXPECT_TRUE(world.payment(1).refunding.is_zero());
}

TEST_F(Schedule, the_database_refuses_a_payment_that_an_order_has_no_room_for) {
  const app::DecideChanges careless = [](const ports::Loaded& loaded, domain::Moment) {
    ports::Changes changes;
    auto order = *loaded.order;
    order.allocated = order.total + domain::Money(1, order.total.currency());
    changes.update(std::move(order));
    return base::Result<ports::Changes, domain::Refusal>(std::move(changes));
  };
  const auto refused =
      run(world.clock,
          app::commit(*world.context,
                      {.root = ports::OrderRef{std::int64_t{1}}, .record_key = {}, .webhook = {}},
                      careless));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::RefusalCode::order_amount_taken);
}

TEST_F(Schedule, an_order_whose_money_all_went_back_can_be_cancelled) {
  world.pay(1, "50");
  world.process(1);
  EXPECT_EQ(say(world.cancel_order(1)), "refund_required");
  world.refund(1);
  EXPECT_EQ(say(world.cancel_order(1)), "1 cancelled");
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
