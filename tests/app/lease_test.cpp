// What instances leave behind: several on one database, each with a lease and a recovery of its
// own; one of them crashes, stops, or is paused for longer than its lease.
#include <gtest/gtest.h>

#include "app/calls/instance.h"
#include "app/handlers/call_handlers.h"
#include "domain/words.h"
#include "tests/app/world.h"
#include "tests/support/forwarding_store.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Duration kWithin = seconds(15);

// A store of one process: it may be paused behind a write, and cut off from the leases.
class OwnStore final : public ForwardingStore {
 public:
  OwnStore(ports::Store& inner, ports::Clock& clock) : ForwardingStore(inner), clock_(clock) {}

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    ++writes;
    auto result = co_await inner_.write(reads, decide);
    if (pause.count() > 0) co_await clock_.sleep(std::exchange(pause, base::Duration{0}));
    co_return result;
  }
  base::Task<bool> renew_lease(domain::InstanceId instance, base::Duration span) override {
    if (cut_off) throw ports::StoreUnavailable("away");
    return inner_.renew_lease(instance, span);
  }
  base::Task<bool> begin_lease(domain::InstanceId instance, base::Duration span) override {
    if (cut_off) throw ports::StoreUnavailable("away");
    return inner_.begin_lease(instance, span);
  }

  base::Duration pause{0};  // behind the next write
  bool cut_off = false;
  int writes = 0;

 private:
  ports::Clock& clock_;
};

// One process: what it works on is gone with it, its lease is not.
class Process {
 public:
  explicit Process(World& world)
      : world_(world),
        store(*world.store, world.clock),
        context{store,          world.clock, world.random,    world.wire,
                world.gateways, world.log,   app::Settings{}, &app::call_handlers()} {
    tasks_ = std::make_unique<base::TaskGroup>(
        [](std::string_view, std::exception_ptr failure) { std::rethrow_exception(failure); });
    tasks_->spawn("lease", every(seconds(3), &Process::hold));
    tasks_->spawn("recovery", every(seconds(2), &Process::recover));
  }

  void process_payment(std::string key = "") {
    app::Call call{
        .caller = {"ana", app::Role::user, std::nullopt}, .idempotency = {}, .render_refusal = {}};
    if (!key.empty()) call.idempotency = app::Idempotency{std::move(key), ""};
    call.render_refusal = [](const domain::Refusal& refusal) {
      return app::StoredReply{402, {}, std::string(domain::to_string(refusal.code))};
    };
    tasks_->spawn("request", keep(std::move(call)));
  }
  void crash() { tasks_.reset(); }
  void stop() {
    crash();
    run(world_.clock, app::end_lease(context));
  }

  std::string answer;   // to the request, once there is one
  bool paused = false;  // its jobs do nothing

 private:
  base::Task<void> every(base::Duration period, base::Task<void> (Process::*job)()) {
    while (true) {
      if (!paused) co_await (this->*job)();
      co_await world_.clock.sleep(period);
    }
  }
  base::Task<void> hold() {
    try {
      co_await app::keep_lease(context);
    } catch (const ports::StoreUnavailable&) {
      co_return;  // as a job, which is called again
    }
  }
  base::Task<void> recover() { co_await app::recover(context); }
  base::Task<void> keep(app::Call call) {
    const app::RenderPayment render = [](const domain::Payment& payment) {
      return app::StoredReply{200, {}, std::string(domain::to_string(payment.state))};
    };
    auto told = co_await app::process_payment(context, std::move(call),
                                              {1, "pm_card_visa", "http://shop.test/back"}, render);
    answer = told ? told->body : std::string(domain::to_string(told.error().code));
  }

  World& world_;

 public:
  OwnStore store;
  app::Context context;

 private:
  std::unique_ptr<base::TaskGroup> tasks_;
};

class Leases : public ::testing::Test {
 protected:
  void SetUp() override {
    world.order("100");
    world.pay(1, "100");
    world.wire.fate = [this](const ports::HttpRequest& request) {
      if (request.method == "POST") posted.push_back(world.clock.steady());
      return fate && request.method == "POST" ? fate(static_cast<int>(posted.size())) : Cut::none;
    };
  }
  PaymentState state() { return world.payment(1).state; }
  void expect_done_once() {
    EXPECT_EQ(state(), PaymentState::succeeded);
    EXPECT_EQ(world.sandbox_charged("pen"), 10000);
    EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
    EXPECT_EQ(world.audit(), "");
  }

  World world{{.deliver_webhooks = false}};
  std::function<Cut(int)> fate;  // of the n-th POST
  std::vector<base::Duration> posted;
};

TEST_F(Leases, what_a_crash_left_is_done_within_15_s_of_the_next_start_wherever_it_struck) {
  struct Crash {
    const char* name;
    base::Duration held, after;  // behind the commit; into the request
    Cut first = Cut::none;
  };
  const Crash crashes[] = {{"committed, not sent", seconds(5), seconds(1)},
                           {"sent, not arrived", {}, milliseconds(10)},
                           {"done there, not heard of", {}, milliseconds(30)},
                           {"done there after a while", {}, seconds(1), Cut::late}};
  for (const auto& crash : crashes) {
    SCOPED_TRACE(crash.name);
    World fresh({.deliver_webhooks = false});
    fresh.order("100");
    fresh.pay(1, "100");
    int posts = 0;
    fresh.wire.fate = [&](const ports::HttpRequest& request) {
      return request.method == "POST" && ++posts == 1 ? crash.first : Cut::none;
    };
    Process first(fresh);
    fresh.advance(seconds(20));
    first.store.pause = crash.held;
    first.process_payment();
    fresh.advance(crash.after);
    first.crash();
    EXPECT_EQ(fresh.payment(1).state, PaymentState::processing);
    Process next(fresh);
    fresh.advance(kWithin);
    EXPECT_EQ(fresh.payment(1).state, PaymentState::succeeded);
    fresh.advance(seconds(60));
    EXPECT_EQ(fresh.sandbox_charged("pen"), 10000);
    EXPECT_EQ(fresh.sandbox_count("/v1/payment_intents"), 1);
    EXPECT_EQ(fresh.audit(), "");
  }
}

TEST_F(Leases, another_instance_waits_for_the_lease_and_no_longer) {
  Process other(world);
  Process dying(world);
  world.advance(seconds(20));
  dying.process_payment();
  world.advance(milliseconds(10));
  dying.crash();
  world.advance(seconds(6));  // it was renewed at most 3 s before
  EXPECT_EQ(posted.size(), 1U);
  world.advance(seconds(4) + kWithin);
  expect_done_once();
}

TEST_F(Leases, a_call_of_a_living_instance_is_left_alone) {
  fate = [](int) { return Cut::answer_slow; };
  Process other(world);
  Process slow(world);
  world.advance(seconds(20));
  slow.store.pause = seconds(18);
  slow.process_payment();
  world.advance(seconds(30));
  EXPECT_EQ(posted.size(), 1U);
  EXPECT_EQ(slow.answer, "succeeded");
  expect_done_once();
}

TEST_F(Leases, a_stop_in_good_order_leaves_what_is_unknown_to_others_at_once) {
  fate = [](int n) { return n == 1 ? Cut::answer_broken : Cut::none; };
  world.wire.fate = [this](const ports::HttpRequest& request) {
    if (request.method != "POST") return Cut::request_broken;
    posted.push_back(world.clock.steady());
    return fate(static_cast<int>(posted.size()));
  };
  Process other(world);
  Process stopping(world);
  world.advance(seconds(20));
  stopping.process_payment();
  world.advance(seconds(1));
  EXPECT_EQ(stopping.answer, "outcome_unknown");
  world.advance(seconds(5));
  EXPECT_EQ(posted.size(), 1U);
  stopping.stop();
  world.advance(seconds(3));
  EXPECT_EQ(posted.size(), 2U);
  expect_done_once();
}

TEST_F(Leases, who_wakes_up_after_its_lease_sends_nothing_and_writes_nothing) {
  Process paused(world);
  world.advance(seconds(20));
  paused.store.pause = seconds(60);
  paused.process_payment();
  paused.paused = true;
  world.advance(seconds(59));
  EXPECT_EQ(posted.size(), 0U);
  const auto writes = paused.store.writes;
  world.advance(seconds(2));  // it goes on, before its jobs do
  EXPECT_EQ(paused.answer, "outcome_unknown");
  EXPECT_EQ(posted.size(), 0U);
  EXPECT_EQ(paused.store.writes, writes);
  EXPECT_EQ(state(), PaymentState::processing);
  paused.paused = false;
  world.advance(kWithin);
  expect_done_once();  // as another instance, which took it over
}

TEST_F(Leases, an_answer_that_comes_after_the_take_over_still_counts_when_it_proves_something) {
  fate = [](int n) { return n == 1 ? Cut::answer_slow : Cut::request_lost; };
  Process paused(world);
  Process other(world);
  world.advance(seconds(20));
  paused.process_payment();
  world.advance(milliseconds(10));
  run(world.clock, world.store->end_lease(*paused.context.lease->instance()));
  paused.paused = true;
  world.advance(seconds(3));
  EXPECT_EQ(posted.size(), 2U);  // the other one's hangs
  EXPECT_EQ(state(), PaymentState::processing);
  world.advance(seconds(4));
  EXPECT_EQ(paused.answer, "succeeded");
  expect_done_once();
}

TEST_F(Leases, who_cannot_renew_makes_no_call_until_it_has_a_lease_again) {
  Process process(world);
  world.advance(seconds(20));
  const auto before = *process.context.lease->instance();
  process.store.cut_off = true;
  world.advance(seconds(11));
  process.process_payment();
  world.advance(seconds(1));
  EXPECT_EQ(process.answer, "unavailable");
  EXPECT_EQ(state(), PaymentState::pending);
  process.store.cut_off = false;
  world.advance(seconds(4));
  EXPECT_NE(*process.context.lease->instance(), before);
  process.process_payment();
  world.advance(seconds(1));
  EXPECT_EQ(process.answer, "succeeded");
  expect_done_once();
}

// The gateway may still be at what the dead one sent: its key is in use.
TEST_F(Leases, a_take_over_without_an_answer_is_tried_again_until_the_old_deadline) {
  world.wire.fate = [this](const ports::HttpRequest& request) {
    if (request.method != "POST") return Cut::request_broken;
    posted.push_back(world.clock.steady());
    return posted.size() == 1 ? Cut::request_broken : Cut::server_error_before;
  };
  Process first(world);
  world.advance(seconds(20));
  first.process_payment();
  world.advance(milliseconds(5));
  first.crash();
  Process next(world);
  world.advance(seconds(60));
  std::vector<std::int64_t> pauses;
  for (std::size_t i = 2; i < posted.size(); ++i)
    pauses.push_back(std::chrono::round<seconds>(posted[i] - posted[i - 1]).count());
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{1, 2, 4, 8}));
  const auto call = world.load(1).open_calls.at(0);
  EXPECT_TRUE(call.unknown);
  EXPECT_FALSE(call.every_send_not_executed);
  world.wire.fate = nullptr;
  world.advance(seconds(300));
  expect_done_once();
}

}  // namespace
}  // namespace cobro::testing
