// How often something is tried, how long apart, and when it is given up or goes to a person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "app/handlers/call_handlers.h"
#include "app/payments/payment_query.h"
#include "app/pipeline/inbox_row.h"
#include "app/pipeline/pipeline.h"
#include "app/subscriptions/subscription_sync.h"
#include "tests/app/faulty_store.h"
#include "tests/app/members.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::RefusalCode;
using ports::WebhookStatus;
using ports::WriteFailure;
using namespace std::chrono_literals;

// ---- an event in the inbox -------------------------------------------------------------------

TEST(InboxRow, waits_twice_as_long_each_time_up_to_its_longest) {
  const base::Timestamp now{5'000'000};
  ports::StoredWebhook row{.gateway = domain::GatewayName::stripe};
  const auto wait = [&](std::int64_t tries, base::Duration longest) {
    row.tries = tries;
    const auto left = app::waiting(row, "why", now, longest);
    EXPECT_EQ(left.tries, tries + 1);
    EXPECT_EQ(left.status, WebhookStatus::waiting);
    EXPECT_EQ(left.note, "why");
    EXPECT_FALSE(left.applied_at);
    return left.next_try_at - now;
  };
  EXPECT_EQ(wait(0, 1h), 2s);
  EXPECT_EQ(wait(1, 1h), 4s);
  EXPECT_EQ(wait(5, 1h), 64s);
  EXPECT_EQ(wait(10, 1h), 2048s);
  EXPECT_EQ(wait(11, 1h), 1h);
  EXPECT_EQ(wait(11, 6h), 4096s);
  EXPECT_EQ(wait(1000, 6h), 6h);
  EXPECT_EQ(wait(1000, 24h * 365), base::Duration(2s * (1 << 20)));
}

TEST(InboxRow, that_has_ended_says_when_and_how) {
  ports::StoredWebhook row{.gateway = domain::GatewayName::stripe};
  row.tries = 3;
  row.next_try_at = base::Timestamp{7};
  const auto left = app::ended(row, WebhookStatus::ignored, "nothing", base::Timestamp{9});
  EXPECT_EQ(left.status, WebhookStatus::ignored);
  EXPECT_EQ(left.note, "nothing");
  EXPECT_EQ(left.tries, 4);
  EXPECT_EQ(left.applied_at, base::Timestamp{9});
  EXPECT_EQ(left.next_try_at, base::Timestamp{7});
}

// ---- one write -------------------------------------------------------------------------------

// A store that answers each write as it is told, with nothing behind it.
class TellingStore final : public ForwardingStore {
 public:
  TellingStore(ports::Store& inner, ports::Clock& clock) : ForwardingStore(inner), clock_(clock) {}
  std::function<ports::WriteResult(int)> tell;
  std::vector<base::Timestamp> writes;
  int asked = 0;      // was_committed
  bool held = false;  // its answer
  std::vector<ports::Changes> decided;

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    writes.push_back(clock_.now());
    const auto loaded = co_await inner_.load(reads);
    auto changes = decide(loaded);
    if (!changes) co_return ports::WriteResult{std::move(changes).error()};
    decided.push_back(std::move(*changes));
    co_return tell(static_cast<int>(writes.size()));
  }
  base::Task<bool> was_committed(const ports::Changes&) override {
    ++asked;
    co_return held;
  }

 private:
  ports::Clock& clock_;
};

struct OneWrite : ::testing::Test {
  World world;
  TellingStore store{*world.store, world.clock};
  app::Context context{store,          world.clock, world.random,    world.wire,
                       world.gateways, world.log,   app::Settings{}, &app::call_handlers()};

  static ports::WriteResult failed(WriteFailure failure, std::string constraint = "") {
    return {ports::WriteError{failure, std::move(constraint)}};
  }
  base::Result<void, domain::Refusal> commit(bool with_event = true) {
    const app::DecideChanges decide =
        [with_event](const ports::Loaded&,
                     domain::Moment moment) -> base::Result<ports::Changes, domain::Refusal> {
      ports::Changes changes;
      if (!with_event) return changes;
      domain::Event event;
      event.id = moment.ids.next<domain::EventId>();
      event.sequence = 1;
      event.occurred_at = moment.now;
      changes.insert(event);
      return changes;
    };
    store.writes.clear();
    return run(world.clock, app::commit(context, {}, decide));
  }
};

TEST_F(OneWrite, that_conflicts_is_tried_24_times_with_short_pauses) {
  store.tell = [](int) { return failed(WriteFailure::conflict); };
  const auto result = commit();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, RefusalCode::unavailable);
  EXPECT_EQ(result.error().retry_after_s, 1);
  ASSERT_EQ(store.writes.size(), 24U);
  for (std::size_t i = 1; i < store.writes.size(); ++i) {
    const auto pause = store.writes[i] - store.writes[i - 1];
    EXPECT_GT(pause, 0us);
    EXPECT_LE(pause, std::min<base::Duration>(2ms * (1 << std::min<std::size_t>(i, 10)), 100ms));
  }
  EXPECT_EQ(store.asked, 0) << "nothing may have been committed";
}

TEST_F(OneWrite, that_holds_in_the_end_is_written_once) {
  store.tell = [](int n) { return n < 24 ? failed(WriteFailure::conflict) : ports::WriteResult{}; };
  EXPECT_TRUE(commit());
  EXPECT_EQ(store.writes.size(), 24U);
}

TEST_F(OneWrite, that_a_ceiling_refuses_is_tried_three_times_and_then_refused_by_name) {
  for (const auto& [constraint, code] :
       {std::pair("refund_ceiling", RefusalCode::refund_exceeds_remaining),
        std::pair("overpayment_ceiling", RefusalCode::refund_exceeds_remaining),
        std::pair("live_ceiling", RefusalCode::order_amount_taken),
        std::pair("capture_ceiling", RefusalCode::amount_exceeds_authorized)}) {
    store.tell = [name = constraint](int) { return failed(WriteFailure::ceiling, name); };
    const auto result = commit();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << constraint;
    EXPECT_EQ(store.writes.size(), 3U);
  }
  store.tell = [](int) { return failed(WriteFailure::ceiling, "cas_of_another"); };
  EXPECT_THROW(commit(), base::Bug);
  store.tell = [](int n) {
    return n < 3 ? failed(WriteFailure::ceiling, "live_ceiling") : ports::WriteResult{};
  };
  EXPECT_TRUE(commit());
}

// Every try names its rows alike, so that one of them can be found.
TEST_F(OneWrite, whose_answer_was_lost_is_looked_for_and_never_written_under_another_name) {
  store.tell = [](int n) {
    return failed(n == 1 ? WriteFailure::unknown_commit : WriteFailure::conflict);
  };
  const auto result = commit();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, RefusalCode::outcome_unknown);
  EXPECT_EQ(store.writes.size(), 24U);
  EXPECT_GE(store.asked, 24);
  for (const auto& changes : store.decided)
    EXPECT_EQ(changes.inserted<domain::Event>().at(0).id,
              store.decided[0].inserted<domain::Event>().at(0).id);
}

TEST_F(OneWrite, whose_answer_was_lost_and_that_held_is_not_made_again) {
  store.held = true;
  store.tell = [](int) { return failed(WriteFailure::unknown_commit); };
  EXPECT_TRUE(commit());
  EXPECT_EQ(store.writes.size(), 1U);
  EXPECT_EQ(store.asked, 1);
}

// What inserts nothing leaves no trace to look for.
TEST_F(OneWrite, whose_answer_was_lost_without_a_trace_is_made_again) {
  store.held = true;
  store.tell = [](int n) {
    return n < 3 ? failed(WriteFailure::unknown_commit) : ports::WriteResult{};
  };
  EXPECT_TRUE(commit(false));
  EXPECT_EQ(store.writes.size(), 3U);
  EXPECT_EQ(store.asked, 0);
}

// A call to the gateway is sent as it was decided: while the lost COMMIT may still come, it is that
// which is written again, whatever a new decision would say.
TEST_F(OneWrite, of_a_call_whose_answer_was_lost_is_written_as_it_was) {
  int decisions = 0;
  const app::DecideChanges decide =
      [&](const ports::Loaded&,
          domain::Moment moment) -> base::Result<ports::Changes, domain::Refusal> {
    if (++decisions == 2)
      return std::unexpected(domain::Refusal{.code = RefusalCode::order_closing, .message = "no"});
    domain::GatewayCall call{};
    call.id = moment.ids.next<domain::CallId>();
    call.request.body = "amount=" + std::to_string(decisions);
    return ports::Changes().insert(call);
  };
  store.tell = [](int n) {
    return n < 3 ? failed(WriteFailure::unknown_commit) : ports::WriteResult{};
  };
  EXPECT_TRUE(run(world.clock, app::commit(context, {}, decide)));
  EXPECT_EQ(decisions, 1);
  ASSERT_EQ(store.decided.size(), 3U);
  EXPECT_EQ(store.decided[2].inserted<domain::GatewayCall>().at(0).request.body, "amount=1");
  // Rows that moved tell that it cannot come any more.
  decisions = 0;
  store.tell = [n = 0](int) mutable {
    return failed(++n == 1 ? WriteFailure::unknown_commit : WriteFailure::conflict);
  };
  const auto refused = run(world.clock, app::commit(context, {}, decide));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RefusalCode::order_closing);
}

TEST_F(OneWrite, that_is_refused_is_tried_once) {
  const app::DecideChanges refuse =
      [](const ports::Loaded&,
         const domain::Moment&) -> base::Result<ports::Changes, domain::Refusal> {
    return std::unexpected(domain::Refusal{.code = RefusalCode::order_closing, .message = "no"});
  };
  store.tell = [](int) { return ports::WriteResult{}; };
  const auto result = run(world.clock, app::commit(context, {}, refuse));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, RefusalCode::order_closing);
  EXPECT_EQ(store.writes.size(), 1U);
}

// ---- a status query whose row moves all the time -----------------------------------------------

// Every look that somebody else's write follows at once.
class RestlessStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  bool moves = false;

  base::Task<ports::Loaded> load(const ports::Reads& reads) override {
    auto loaded = co_await inner_.load(reads);
    if (!moves) co_return loaded;
    ports::Reads again{.root = reads.root, .subscription = reads.subscription};
    const ports::Decide touch = [](const ports::Loaded& now) {
      ports::Changes changes;
      if (now.payment) changes.update(*now.payment);
      if (now.subscription) changes.update(*now.subscription);
      return changes;
    };
    EXPECT_TRUE((co_await inner_.write(again, touch)).committed());
    co_return loaded;
  }
};

struct Restless : ::testing::Test {
  World world{{.deliver_webhooks = false}};
  RestlessStore store{*world.store};

  void SetUp() override {
    world.context = std::make_unique<app::Context>(
        app::Context{store, world.clock, world.random, world.wire, world.gateways, world.log,
                     app::Settings{}, &app::call_handlers()});
  }
  int looks() {
    return static_cast<int>(std::ranges::count_if(
        world.wire.sent, [](const auto& sent) { return sent.method == "GET"; }));
  }
};

TEST_F(Restless, a_payment_is_asked_about_three_times) {
  world.order("100");
  world.pay(1, "100");
  world.process(1, "pm_card_threeDSecure2Required");
  const auto id = world.payment(1).id;
  world.wire.sent.clear();
  store.moves = true;
  auto asked = run(world.clock, app::query_payment(*world.context, id));
  ASSERT_TRUE(asked);
  EXPECT_EQ(*asked, app::Query::no_answer);
  EXPECT_EQ(looks(), 3);
  store.moves = false;
  asked = run(world.clock, app::query_payment(*world.context, id));
  EXPECT_EQ(*asked, app::Query::nothing_new);
  EXPECT_EQ(looks(), 4);
}

TEST_F(Restless, a_subscription_is_asked_about_five_times) {
  Members members{world};
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto id = members.only("ana").id;
  const auto before = members.only("ana").version;
  world.wire.sent.clear();
  store.moves = true;
  EXPECT_EQ(run(world.clock, app::sync_subscription(*world.context, id)), app::Synced::no_answer);
  store.moves = false;
  EXPECT_EQ(members.only("ana").version, before + 5);
  const auto per_look = looks() / 5;
  EXPECT_EQ(looks(), 5 * per_look);
  EXPECT_GE(per_look, 1);
  EXPECT_EQ(run(world.clock, app::sync_subscription(*world.context, id)), app::Synced::nothing_new);
  EXPECT_EQ(looks(), 6 * per_look);
}

// ---- recovery --------------------------------------------------------------------------------

struct Forgotten : ::testing::Test {
  World world{{.deliver_webhooks = false}};

  domain::GatewayCall open() {
    return run(world.clock, world.store->due_calls(world.clock.now() + 24h * 365, 10)).at(0);
  }
  std::int64_t reviews() { return run(world.clock, world.store->list_reviews({}, {})).total; }
};

// 5 minutes, then every hour; after a day a person is asked, and it is looked at once a day.
TEST_F(Forgotten, a_call_is_looked_at_by_this_calendar_and_goes_to_a_person_after_a_day) {
  world.order("100");
  world.pay(1, "100");
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::request_lost; };
  ASSERT_FALSE(world.process(1));
  const auto first = open();
  EXPECT_EQ(first.checks, 0);
  EXPECT_EQ(first.sends, 1);
  EXPECT_EQ(first.deadline - first.first_sent_at, 25s);
  EXPECT_TRUE(first.unknown);
  std::vector<std::int64_t> pauses_min;
  int looks_before_a_person = 0;
  for (int look = 1; look <= 30; ++look) {
    world.clock.advance(open().next_check_at - world.clock.now() - 1us);
    world.work();
    ASSERT_EQ(open().checks, look - 1) << "before its time";
    world.clock.advance(1us);
    const auto at = world.clock.now();
    world.work();
    const auto now = open();
    ASSERT_EQ(now.checks, look);
    pauses_min.push_back((now.next_check_at - at) / 1min);
    if (!now.in_review) {
      EXPECT_LT(at, first.first_sent_at + 24h);
      EXPECT_EQ(reviews(), 0);
      ++looks_before_a_person;
    } else {
      EXPECT_GE(at, first.first_sent_at + 24h);
      EXPECT_EQ(reviews(), 1);
    }
    if (now.in_review && pauses_min.size() > 2 && pauses_min[pauses_min.size() - 2] == 24 * 60)
      break;
  }
  ASSERT_GT(looks_before_a_person, 20);
  for (std::size_t i = 0; i < pauses_min.size(); ++i) {
    const auto wanted = i == 0                                                ? 5
                        : i < static_cast<std::size_t>(looks_before_a_person) ? 60
                                                                              : 24 * 60;
    EXPECT_EQ(pauses_min[i], wanted) << i;
  }
}

// ---- an event whose failure cannot even be noted ------------------------------------------------

class KeptLog final : public ports::Log {
 public:
  std::vector<std::string> lines;
  void write(ports::LogLevel, std::string_view message,
             std::initializer_list<ports::LogField>) override {
    lines.emplace_back(message);
  }
};

TEST(InboxOfAFailingStore, lets_an_event_go_whose_failure_cannot_be_noted) {
  World world{{.split_writes = true}};
  FaultyStore store{*world.store};
  KeptLog log;
  world.context = std::make_unique<app::Context>(
      app::Context{store, world.clock, world.random, world.wire, world.gateways, log,
                   app::Settings{}, &app::call_handlers()});
  world.order("100");
  world.pay(1, "100");
  world.process(1, "pm_card_chargeDeclined");
  world.advance(1min);
  store.writes = 0;
  // Not applied as it comes, stored alone; then neither applied nor noted.
  store.fate = [](int n) { return n == 2 ? StoreFault::none : StoreFault::bug; };
  world.sandbox_post("/v1/payment_intents/" + *world.payment(1).gateway_payment_id + "/confirm",
                     "payment_method=pm_card_threeDSecure2Required");
  world.advance(1s);
  EXPECT_EQ(store.writes, 4);
  EXPECT_EQ(world.payment(1).state, domain::PaymentState::failed);
  EXPECT_THAT(log.lines, ::testing::Contains("a webhook waits for its lease to run out"));
  store.fate = [](int) { return StoreFault::none; };
  world.advance(app::kWebhookLease);
  world.work();
  EXPECT_EQ(world.payment(1).state, domain::PaymentState::requires_action);
}

}  // namespace
}  // namespace cobro::testing
