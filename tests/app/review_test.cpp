// What no machine could settle: put before a person after a day, and settled by them or by
// the gateway's evidence, whichever comes first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/payments/payment_snapshot.h"
#include "app/pipeline/ledger_books.h"
#include "app/review/reviews.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/world.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using domain::ReviewKind;
using domain::ReviewOutcome;
using domain::ReviewStatus;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

std::string say(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}
Cut lose_all(const ports::HttpRequest&) {
  return Cut::request_lost;
}

class Reconciling : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};

  void SetUp() override { world.order("100"); }

  // Recovery runs every minute, as its job would, for so long.
  void later(base::Duration span) {
    for (base::Duration passed{}; passed < span; passed += minutes(10)) {
      world.advance(minutes(10));
      world.work();
    }
  }
  std::vector<domain::Review> rows() {
    return run(world.clock, world.store->list_reviews({}, {})).items;
  }
  domain::Review only() {
    const auto all = rows();
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
  std::string resolve(ReviewOutcome outcome, app::Role role = app::Role::admin,
                      std::optional<std::string> gateway_transaction_id = {}) {
    app::Call call{.caller = {"root", role, std::nullopt}, .idempotency = {}, .render_refusal = {}};
    const app::RenderReview render = [](const domain::Review& row, const domain::Payment* payment) {
      return app::StoredReply{200,
                              {},
                              std::string(domain::to_string(row.status)) + " " +
                                  std::string(domain::to_string(payment->state))};
    };
    return say(
        run(world.clock, app::resolve_review(*world.context, call,
                                             {only().id, outcome, std::move(gateway_transaction_id),
                                              "seen in the dashboard"},
                                             render)));
  }
  // The same of an intent that was to be made; its customer is there.
  void lose_creation() {
    make_intent(world);
    world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
    EXPECT_EQ(say(make_intent(world, {}, "k")), "outcome_unknown");
    later(hours(26));
    world.wire.fate = {};
  }
  // A confirmation of which nothing is heard for more than a day.
  void lose_confirmation(const std::string& key = "") {
    world.pay(1, "100");
    world.wire.fate = lose_all;
    EXPECT_EQ(say(world.process(1, "pm_card_visa", key)), "outcome_unknown");
    later(hours(23));
    EXPECT_TRUE(rows().empty());
    later(hours(3));
  }
};

TEST_P(Reconciling, a_silent_day_puts_an_attempt_before_a_person_and_changes_nothing) {
  lose_confirmation();
  const auto row = only();
  EXPECT_EQ(row.kind, ReviewKind::unknown_outcome);
  EXPECT_EQ(row.operation, domain::Operation::confirm);
  EXPECT_EQ(row.amount->to_decimal(), "100.00");
  EXPECT_EQ(row.status, ReviewStatus::open);
  EXPECT_EQ(world.payment(1).state, PaymentState::processing);
  later(hours(72));
  EXPECT_EQ(rows().size(), 1U);
  EXPECT_EQ(world.payment(1).state, PaymentState::processing);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, recovery_asks_at_its_times) {
  world.pay(1, "100");
  world.wire.fate = lose_all;
  world.process(1);
  const auto started = world.clock.now();
  world.wire.sent.clear();
  std::vector<std::int64_t> minutes_of_looks;
  for (int minute = 1; minute <= 60 * 30; ++minute) {
    world.advance(minutes(1));
    const auto before = world.wire.sent.size();
    world.work();
    if (world.wire.sent.size() > before)
      minutes_of_looks.push_back((world.clock.now() - started) / minutes(1));
  }
  ASSERT_GE(minutes_of_looks.size(), 26U);
  EXPECT_LE(minutes_of_looks[0], 3);
  EXPECT_NEAR(static_cast<double>(minutes_of_looks[1] - minutes_of_looks[0]), 5, 1);
  EXPECT_NEAR(static_cast<double>(minutes_of_looks[2] - minutes_of_looks[1]), 60, 1);
  EXPECT_NEAR(static_cast<double>(minutes_of_looks[10] - minutes_of_looks[9]), 60, 1);
  // After the day the person has it; the gateway is asked once a day.
  EXPECT_LE(minutes_of_looks.size(), 28U);
}

TEST_P(Reconciling, the_gateway_may_still_tell_and_then_nobody_needs_to) {
  lose_confirmation("key");
  world.wire.fate = nullptr;
  later(hours(26));
  EXPECT_EQ(world.payment(1).state, PaymentState::pending);  // it never arrived there
  EXPECT_EQ(only().status, ReviewStatus::resolved);
  EXPECT_EQ(only().outcome, ReviewOutcome::failed);
  EXPECT_EQ(only().resolved_by, "gateway");
  EXPECT_EQ(resolve(ReviewOutcome::succeeded), "invalid_state");
  // The key is free again.
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "key")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, a_person_says_that_it_succeeded) {
  lose_confirmation("key");
  EXPECT_EQ(resolve(ReviewOutcome::succeeded, app::Role::service), "forbidden");
  EXPECT_EQ(resolve(ReviewOutcome::succeeded, app::Role::admin, "ch_seen"), "resolved succeeded");
  EXPECT_EQ(world.payment(1).gateway_charge_id, "ch_seen");
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::paid);
  const auto row = only();
  EXPECT_EQ(row.resolved_by, "root");
  EXPECT_EQ(row.note, "seen in the dashboard");
  EXPECT_EQ(row.outcome, ReviewOutcome::succeeded);
  EXPECT_EQ(resolve(ReviewOutcome::failed), "invalid_state");
  // The client's key has the outcome's own answer.
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "key")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, a_person_says_that_it_failed_and_it_may_be_tried_again) {
  lose_confirmation("key");
  EXPECT_EQ(resolve(ReviewOutcome::failed), "resolved failed");
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "key")), "payment_declined reconciled_as_failed");
  world.wire.fate = nullptr;
  EXPECT_EQ(say(world.process(1)), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, a_capture_in_part_is_settled_with_its_own_amount) {
  world.pay(1, "100", "stripe", domain::CaptureMethod::manual);
  world.process(1);
  world.wire.fate = lose_all;
  EXPECT_EQ(say(world.capture(1, "40")), "outcome_unknown");
  later(hours(26));
  EXPECT_EQ(only().operation, domain::Operation::capture);
  EXPECT_EQ(only().amount->to_decimal(), "40.00");
  EXPECT_EQ(resolve(ReviewOutcome::succeeded), "resolved succeeded");
  EXPECT_EQ(world.payment(1).captured.to_decimal(), "40.00");
  EXPECT_EQ(world.order_row(1).allocated.to_decimal(), "40.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, a_refund_is_settled_either_way) {
  world.pay(1, "100");
  world.process(1);
  world.wire.fate = lose_all;
  EXPECT_EQ(say(world.refund(1, "30")), "outcome_unknown");
  later(hours(26));
  EXPECT_EQ(resolve(ReviewOutcome::failed), "resolved succeeded");
  EXPECT_EQ(world.load(1).refunds.at(0).status, domain::RefundStatus::failed);
  EXPECT_TRUE(world.payment(1).refunding.is_zero());
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, a_cancellation_is_settled_and_the_order_follows) {
  world.pay(1, "100");
  world.process(1, "pm_card_threeDSecure2Required");
  world.wire.fate = lose_all;
  EXPECT_EQ(say(world.cancel_order(1)), "outcome_unknown");
  later(hours(26));
  EXPECT_EQ(resolve(ReviewOutcome::succeeded), "resolved cancelled");
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::cancelled);
  EXPECT_EQ(world.audit(), "");
}

class Conflict : public Reconciling {
 protected:
  // A second object of the payment turns up at the gateway.
  void contradict() {
    world.pay(1, "100");
    world.process(1, "pm_card_chargeDeclined");
    auto row = world.payment(1);
    row.gateway_payment_id = "pi_other";
    world.force(ports::Changes().update(row));
  }
  void tell(domain::GatewayPayment snapshot) {
    const app::DecideChanges decide =
        [&](const ports::Loaded& loaded,
            domain::Moment moment) -> base::Result<ports::Changes, domain::Refusal> {
      ports::Changes changes;
      domain::Books books(std::move(moment), *loaded.payment, loaded.order, loaded.refunds,
                          loaded.transactions);
      app::apply_gateway_payment(*world.context, loaded, books, snapshot, changes);
      app::collect(books, changes);
      return changes;
    };
    ports::Reads reads{.root = ports::PaymentRef{std::int64_t{1}},
                       .record_key = {},
                       .webhook = {},
                       .transaction_numbers = 1};
    ASSERT_TRUE(run(world.clock, app::commit(*world.context, reads, decide)));
  }
  domain::GatewayPayment other_object(domain::RemoteState state) {
    domain::GatewayPayment snapshot;
    snapshot.gateway_payment_id = "pi_second";
    snapshot.state = state;
    snapshot.redacted = "{}";
    return snapshot;
  }
};

TEST_P(Conflict, a_second_object_stops_the_payment_and_asks_once) {
  contradict();
  tell(other_object(domain::RemoteState::succeeded));
  tell(other_object(domain::RemoteState::succeeded));
  EXPECT_TRUE(world.payment(1).conflicted);
  EXPECT_EQ(only().kind, ReviewKind::conflict);
  EXPECT_THAT(only().detail, HasSubstr("pi_second"));
  EXPECT_EQ(say(world.process(1)), "payment_conflicted");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Conflict, a_person_settles_it_for_the_payment) {
  contradict();
  tell(other_object(domain::RemoteState::succeeded));
  EXPECT_EQ(resolve(ReviewOutcome::succeeded, app::Role::admin, "ch_second"), "resolved succeeded");
  EXPECT_FALSE(world.payment(1).conflicted);
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::paid);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Conflict, or_against_it) {
  contradict();
  tell(other_object(domain::RemoteState::succeeded));
  EXPECT_EQ(resolve(ReviewOutcome::failed), "resolved failed");
  EXPECT_FALSE(world.payment(1).conflicted);
  EXPECT_EQ(world.audit(), "");
}

INSTANTIATE_TEST_SUITE_P(whole_and_split, Reconciling, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });
TEST_P(Reconciling, an_intent_that_was_made_after_all_is_named_and_can_be_paid) {
  lose_creation();
  const auto listed = wire::parse_json(world.sandbox_get("/v1/payment_intents"));
  const auto id = listed->find("data")->as_array()->front().string_at({"id"});
  EXPECT_EQ(resolve(ReviewOutcome::succeeded), "validation_failed");
  EXPECT_EQ(resolve(ReviewOutcome::succeeded, app::Role::admin, id), "resolved pending");
  EXPECT_EQ(say(process_intent(world, 2, "pm_card_visa")), "2 succeeded 100.00/100.00");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 2);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Reconciling, an_intent_that_was_never_made_is_cancelled) {
  lose_creation();
  EXPECT_EQ(resolve(ReviewOutcome::failed), "resolved cancelled");
  EXPECT_EQ(world.audit(), "");
}

// The gateway said that it does not know the object: until a person has looked nothing is sent
// about it, also by recovery, whatever the gateway would say by then.
TEST_P(Reconciling, of_a_conflict_nothing_is_sent_until_a_person_has_decided) {
  world.pay(1, "100", "stripe", domain::CaptureMethod::manual);
  world.process(1);
  const auto held = world.standing_there(1);
  for (const std::string operation : {"payment_intent.capture", "payment_intent.retrieve"})
    world.sandbox_post("/_sandbox/faults",
                       "fault=refused&status=404&code=resource_missing&param=intent&times=1"
                       "&operation=" +
                           operation);
  world.capture(1);
  ASSERT_TRUE(world.payment(1).conflicted);
  for (int hour = 0; hour < 30; ++hour) {
    world.advance(std::chrono::hours(1));
    world.work();
  }
  EXPECT_EQ(world.standing_there(1), held);
  EXPECT_TRUE(world.payment(1).conflicted);
}

INSTANTIATE_TEST_SUITE_P(whole_and_split, Conflict, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

}  // namespace
}  // namespace cobro::testing
