// Money that comes late or twice: it is never dropped, and it is owed back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/payments/overpayments.h"
#include "app/payments/payment_query.h"
#include "domain/words.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::OrderStatus;
using domain::OverpaymentReason;
using domain::OverpaymentStatus;
using domain::PaymentState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string say(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}

class Overpaid : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};

  void SetUp() override { world.order("100"); }

  // The customer confirms in the browser, without us.
  void confirm_in_browser(std::int64_t payment, const std::string& method) {
    world.sandbox_post(
        "/v1/payment_intents/" + *world.payment(payment).gateway_payment_id + "/confirm",
        "payment_method=" + method);
  }
  void settle() {
    world.advance(seconds(10));
    world.work();
    world.advance(seconds(10));
    world.work();
  }
  domain::Overpayment overpayment(std::int64_t payment) {
    return *world.payment(payment).overpayment;
  }
  // The first payment is declined, the second pays the order; then the first is held in the
  // browser, and nobody hears of it.
  void hold_too_late_unheard() {
    world.pay(1, "100", "stripe", domain::CaptureMethod::manual);
    world.process(1, "pm_card_chargeDeclined");
    world.pay(1, "100");
    world.process(2);
    world.hold_webhooks = true;
    confirm_in_browser(1, "pm_card_visa");
  }
  // The first payment fails, the second pays the order, then the first is paid in the browser.
  void pay_twice(const std::string& method = "pm_card_visa") {
    world.pay(1, "100");
    world.process(1, "pm_card_chargeDeclined");
    world.pay(1, "100");
    world.process(2);
    confirm_in_browser(1, method);
    settle();
  }
  std::string refund(std::int64_t payment, const std::string& key = "",
                     app::Role role = app::Role::admin) {
    app::Call call{.caller = {"root", role, std::nullopt}, .idempotency = {}, .render_refusal = {}};
    if (!key.empty()) call.idempotency = app::Idempotency{"overpayment" + key, "{}"};
    call.render_refusal = [](const domain::Refusal& refusal) {
      return app::StoredReply{402, {}, std::string(domain::to_string(refusal.code))};
    };
    const app::RenderOverpayment render = [](const domain::Payment& row) {
      return app::StoredReply{200,
                              {},
                              std::string(domain::to_string(status_of(*row.overpayment))) + " " +
                                  row.overpayment->refunded.to_decimal()};
    };
    return say(run(
        world.clock,
        app::refund_overpayment(*world.context, call, {overpayment(payment).id, "twice"}, render)));
  }
  std::int64_t overpaid_by_ledger() {
    std::int64_t balance = 0;
    const auto report = run(world.clock, app::audit(*world.store));
    for (const auto& [account, amount] : report.balances)
      if (account.starts_with("overpayments")) balance += amount;
    return balance;
  }
};

TEST_P(Overpaid, a_success_after_a_failure_pays_an_order_that_still_has_room) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  confirm_in_browser(1, "pm_card_visa");
  settle();
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  EXPECT_FALSE(world.payment(1).overpayment);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, for_an_order_paid_otherwise_it_is_an_overpayment_that_is_owed) {
  pay_twice();
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  EXPECT_EQ(overpayment(1).reason, OverpaymentReason::order_closed);
  EXPECT_EQ(overpayment(1).amount.to_decimal(), "100.00");
  EXPECT_EQ(overpaid_by_ledger(), -10000);
  EXPECT_EQ(world.order_row(1).captured.to_decimal(), "100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 20000);
  EXPECT_EQ(world.audit(), "");
  // Nothing of it can be tried again.
  EXPECT_EQ(say(world.process(1)), "invalid_state");
  EXPECT_EQ(say(world.cancel_payment(1)), "1 cancelled 0.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, where_another_payment_holds_the_order_it_is_an_overpayment_too) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  world.pay(1, "100");
  world.process(2, "pm_card_threeDSecure2Required");  // holds the order's amount
  confirm_in_browser(1, "pm_card_visa");
  settle();
  EXPECT_EQ(overpayment(1).reason, OverpaymentReason::order_full);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::pending);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, the_same_news_twice_book_one_overpayment) {
  world.hold_webhooks = true;
  pay_twice();
  EXPECT_FALSE(world.payment(1).overpayment);
  world.hold_webhooks = false;
  world.advance(hours(2));
  world.work();
  EXPECT_EQ(overpaid_by_ledger(), -10000);
  EXPECT_EQ(say(world.process(1)), "invalid_state");
  world.advance(hours(30));
  world.work();
  EXPECT_EQ(overpaid_by_ledger(), -10000);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, it_goes_back_once_and_the_liability_with_it) {
  pay_twice();
  EXPECT_EQ(refund(1, "", app::Role::service), "forbidden");
  EXPECT_EQ(refund(1, "key"), "refunded 100.00");
  EXPECT_EQ(refund(1, "key"), "refunded 100.00");
  EXPECT_EQ(refund(1), "invalid_state");
  EXPECT_EQ(overpaid_by_ledger(), 0);
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.order_row(1).status, OrderStatus::paid);
  settle();
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_refund_made_in_the_dashboard_is_posted_to_it) {
  pay_twice();
  const auto intent = *world.payment(1).gateway_payment_id;
  world.sandbox_post("/v1/refunds", "payment_intent=" + intent + "&amount=4000");
  settle();
  EXPECT_EQ(overpayment(1).refunded.to_decimal(), "40.00");
  EXPECT_EQ(status_of(overpayment(1)), OverpaymentStatus::open);
  EXPECT_EQ(refund(1), "refunded 100.00");
  settle();
  EXPECT_EQ(overpaid_by_ledger(), 0);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_refund_that_fails_later_leaves_it_open_again) {
  pay_twice("pm_card_refundFail");
  EXPECT_EQ(refund(1), "refunded 100.00");
  settle();
  EXPECT_EQ(status_of(overpayment(1)), OverpaymentStatus::open);
  EXPECT_EQ(overpaid_by_ledger(), -10000);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_refund_that_failed_there_unheard_is_asked_about_and_can_be_made_again) {
  pay_twice("pm_card_refundFail");
  world.hold_webhooks = true;
  EXPECT_EQ(refund(1), "refunded 100.00");
  EXPECT_EQ(refund(1), "invalid_state");
  world.advance(std::chrono::seconds(5));
  EXPECT_EQ(refund(1), "refunded 100.00");
  EXPECT_EQ(world.load(1).refunds.size(), 2U);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_refund_whose_answer_is_lost_is_asked_about_and_not_made_twice) {
  pay_twice();
  world.hold_webhooks = true;
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(refund(1, "key"), "outcome_unknown");
  world.wire.fate = nullptr;
  EXPECT_EQ(status_of(overpayment(1)), OverpaymentStatus::refunding);
  world.advance(minutes(2));
  EXPECT_EQ(refund(1), "invalid_state");  // it asked, and found it refunded
  EXPECT_EQ(refund(1, "key"), "refunded 100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_refund_that_nobody_can_tell_of_is_asked_about_once_and_is_in_progress) {
  pay_twice();
  world.hold_webhooks = true;
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_lost : Cut::none;
  };
  EXPECT_EQ(refund(1, "key"), "outcome_unknown");
  world.advance(minutes(2));
  const auto before = world.wire.sent.size();
  EXPECT_EQ(refund(1), "refund_in_progress");
  EXPECT_LE(world.wire.sent.size(), before + 2);  // its refunds, its disputes
}

TEST_P(Overpaid, a_refund_that_was_given_up_and_is_there_after_all_is_booked) {
  world.pay(1, "100");
  world.process(1);
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_lost : Cut::none;
  };
  EXPECT_EQ(say(world.refund(1, "30")), "outcome_unknown");
  const auto attempt = world.load(1).open_calls.at(0).id.to_string();
  for (int hour = 0; hour < 14; ++hour) {
    world.advance(hours(1));
    world.work();
  }
  EXPECT_EQ(world.load(1).refunds.at(0).status, domain::RefundStatus::failed);
  const auto row = world.payment(1);
  world.sandbox_post("/v1/refunds", "payment_intent=" + *row.gateway_payment_id +
                                        "&amount=3000&metadata[cobro_payment]=" +
                                        row.id.to_string() + "&metadata[cobro_attempt]=" + attempt);
  settle();
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "30.00");
  EXPECT_EQ(world.standing(1), world.standing_there(1));
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, many_refunds_at_once_send_it_back_once) {
  pay_twice();
  const app::RenderOverpayment render = [](const domain::Payment&) {
    return app::StoredReply{200, {}, "ok"};
  };
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 8; ++i) {
    app::Call call{.caller = {"root", app::Role::admin, std::nullopt},
                   .idempotency = {},
                   .render_refusal = {}};
    tasks.push_back(
        app::refund_overpayment(*world.context, call, {overpayment(1).id, "twice"}, render));
  }
  const auto answers = world.all(std::move(tasks));
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return !!a; }), 1);
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  settle();
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, it_goes_back_by_itself_where_the_settings_say_so) {
  world.context->settings.refund_overpayments = true;
  pay_twice();
  EXPECT_EQ(status_of(overpayment(1)), OverpaymentStatus::refunded);
  EXPECT_EQ(world.sandbox_charged("pen"), 10000);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_success_after_the_cancellation_is_an_overpayment) {
  world.hold_webhooks = true;
  world.pay(1, "100");
  world.process(1, "pm_card_threeDSecure2Required");
  // Cancelled by a gateway's word that was wrong, or by hand: the object lives on.
  domain::Payment cancelled = world.payment(1);
  cancelled.state = PaymentState::cancelled;
  auto order = world.order_row(1);
  order.allocated = domain::Money::zero(order.total.currency());
  world.force(ports::Changes().update(cancelled, order));
  confirm_in_browser(1, "pm_card_visa");
  world.hold_webhooks = false;
  world.advance(minutes(2));
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(overpayment(1).reason, OverpaymentReason::payment_cancelled);
  EXPECT_EQ(say(world.pay(1, "100")), "2 pending 0.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, a_hold_that_nobody_can_capture_is_released_at_the_gateway) {
  world.pay(1, "100", "stripe", domain::CaptureMethod::manual);
  world.process(1, "pm_card_chargeDeclined");
  world.pay(1, "100");
  world.process(2);
  confirm_in_browser(1, "pm_card_visa");
  settle();
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(world.standing_there(1), "cancelled 0.00, refunded 0.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, what_nobody_can_capture_is_released_within_the_request_that_learns_of_it) {
  hold_too_late_unheard();
  world.capture(1);
  EXPECT_EQ(world.standing_there(1), "cancelled 0.00, refunded 0.00");
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
}

// Who decided, and was not the one who wrote, sends nothing.
TEST_P(Overpaid, two_who_learn_of_it_at_one_moment_release_it_once) {
  hold_too_late_unheard();
  const auto id = world.payment(1).id;
  base::TaskGroup both{[](std::string_view, const std::exception_ptr&) { FAIL(); }};
  const auto looking = [](app::Context& context, domain::PaymentId payment) -> base::Task<void> {
    (void)co_await app::query_payment(context, payment);
  };
  both.spawn("one", looking(*world.context, id));
  both.spawn("other", looking(*world.context, id));
  for (int i = 0; i < 2000 && both.running() > 0; ++i) world.clock.step();
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(std::ranges::count_if(world.wire.sent,
                                  [](const auto& sent) { return sent.url.ends_with("/cancel"); }),
            1);
}

// An order of 100 of which 50 are paid and 40 are asked for has no room for 100 more.
TEST_P(Overpaid, what_does_not_fit_all_the_same_takes_no_other_payments_place) {
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  world.pay(1, "50");
  world.process(2);
  world.pay(1, "40");
  confirm_in_browser(1, "pm_card_visa");
  settle();
  EXPECT_EQ(overpayment(1).amount.to_decimal(), "100.00");
  EXPECT_EQ(world.payment(3).state, PaymentState::pending);
  world.process(3);
  EXPECT_EQ(world.payment(3).state, PaymentState::succeeded);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Overpaid, what_fits_takes_the_place_of_no_more_than_it_needs_the_newest_first) {
  world.pay(1, "60");
  world.process(1, "pm_card_chargeDeclined");
  world.pay(1, "30");
  world.pay(1, "40");
  confirm_in_browser(1, "pm_card_visa");
  settle();
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.payment(2).state, PaymentState::pending);
  EXPECT_EQ(world.payment(3).state, PaymentState::cancelled);
  EXPECT_EQ(world.audit(), "");
}

INSTANTIATE_TEST_SUITE_P(whole_and_split, Overpaid, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

}  // namespace
}  // namespace cobro::testing
