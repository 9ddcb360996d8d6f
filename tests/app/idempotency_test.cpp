// Records under a client's key: what is kept and for how long, what a repetition hears while the
// first request runs and after it, and what leaves no record.
#include <gtest/gtest.h>

#include "app/pipeline/pipeline.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using app::Decided;
using domain::RefusalCode;
using ports::RecordState;
using namespace std::chrono_literals;

struct Keys : ::testing::Test {
  World world{{.deliver_webhooks = false}};
  int decided = 0;
  int rendered = 0;
  app::Answer rendering = app::StoredReply{200, {}, "rendered"};

  // What the command decides; the reply's status and body, or the refusal's code.
  std::string ask(const app::Decide& decide, const std::string& key = "k",
                  const std::string& hash = "h") {
    app::Call call{.caller = {"ana", app::Role::user, std::nullopt}, .idempotency = {}};
    if (!key.empty()) call.idempotency = app::Idempotency{key, hash};
    const app::Decide counted = [&](const ports::Loaded& loaded, domain::Moment moment) {
      ++decided;
      return decide(loaded, std::move(moment));
    };
    const app::RenderLoaded render = [&](const ports::Loaded& loaded) {
      EXPECT_TRUE(loaded.record_call);
      ++rendered;
      return rendering;
    };
    const auto result =
        run(world.clock, app::idempotently(*world.context, call, {}, counted, render));
    if (!result) return std::to_string(static_cast<int>(result.error().code));
    if (!result->reply) return "no reply";
    return std::to_string(result->reply->status) + " " + result->reply->body +
           (result->reply->headers.find("Idempotent-Replayed") == "true" ? " again" : "");
  }
  static app::Decide replying(int status, const std::string& body) {
    return
        [=](const ports::Loaded&, const domain::Moment&) -> base::Result<Decided, domain::Refusal> {
          return Decided{.reply = app::StoredReply{status, {}, body}};
        };
  }
  static std::string code(RefusalCode refused) { return std::to_string(static_cast<int>(refused)); }
  std::optional<ports::IdempotencyRecord> record(const std::string& key = "k") {
    ports::Reads reads;
    reads.record_key = key;
    return run(world.clock, world.store->load(reads)).record;
  }
  // Sends a call, whose deadline is in so long.
  app::Decide sending(base::Duration until) {
    domain::GatewayCall call{.operation = domain::Operation::create_customer,
                             .gateway = domain::GatewayName::stripe};
    call.id = world.random.make_id<domain::CallId>(world.clock.now());
    call.subject_id = world.random.make_id<domain::CustomerId>(world.clock.now()).uuid;
    call.gateway_key = call.id.to_string();
    call.request = {"POST", "/v1/customers", "v", ""};
    call.requested_by = "user";
    call.created_at = call.first_sent_at = world.clock.now();
    call.deadline = call.next_check_at = world.clock.now() + until;
    return
        [=](const ports::Loaded&, const domain::Moment&) -> base::Result<Decided, domain::Refusal> {
          Decided made;
          made.changes.insert(call);
          made.calls.push_back(call);
          return made;
        };
  }
  void complete(const std::string& key = "k") {
    const ports::Decide decide = [&](const ports::Loaded&) {
      return ports::Changes{.complete_records = {{key, world.clock.now() + 24h}}};
    };
    ASSERT_TRUE(run(world.clock, world.store->write({}, decide)).committed());
  }
};

TEST_F(Keys, keep_2xx_and_402_and_nothing_else) {
  for (const int status : {200, 201, 204, 299, 402}) {
    const auto key = "k" + std::to_string(status);
    EXPECT_EQ(ask(replying(status, "first"), key), std::to_string(status) + " first");
    EXPECT_EQ(ask(replying(500, "second"), key), std::to_string(status) + " first again");
  }
  EXPECT_EQ(decided, 5);
  for (const int status : {199, 300, 400, 401, 403, 404, 409, 500}) {
    const auto key = "k" + std::to_string(status);
    EXPECT_EQ(ask(replying(status, "first"), key), std::to_string(status) + " first");
    EXPECT_FALSE(record(key));
    EXPECT_EQ(ask(replying(200, "second"), key), "200 second");
  }
}

TEST_F(Keys, keep_it_for_a_day) {
  ask(replying(200, "first"));
  EXPECT_EQ(record()->state, RecordState::closed);
  EXPECT_EQ(record()->expires_at, world.clock.now() + 24h);
  EXPECT_EQ(record()->created_at, world.clock.now());
  EXPECT_FALSE(record()->call_id);
  world.advance(24h - 1us);
  EXPECT_EQ(ask(replying(200, "second")), "200 first again");
  world.advance(1us);
  EXPECT_EQ(ask(replying(200, "second")), "200 second");
  EXPECT_EQ(ask(replying(200, "third")), "200 second again");
}

TEST_F(Keys, are_of_one_body) {
  ask(replying(200, "first"));
  EXPECT_EQ(ask(replying(200, "second"), "k", "other"), code(RefusalCode::idempotency_key_reused));
  EXPECT_EQ(ask(replying(200, "second"), "k2", "other"), "200 second");
  EXPECT_EQ(decided, 2);
  world.advance(24h);
  EXPECT_EQ(ask(replying(200, "second"), "k", "other"), "200 second");
}

TEST_F(Keys, that_are_not_given_keep_nothing) {
  EXPECT_EQ(ask(replying(200, "first"), ""), "200 first");
  EXPECT_EQ(ask(replying(200, "second"), ""), "200 second");
}

TEST_F(Keys, of_a_call_under_way_say_so_until_its_deadline) {
  EXPECT_EQ(ask(sending(25s)), "no reply");
  const auto open = record();
  EXPECT_EQ(open->state, RecordState::open);
  EXPECT_FALSE(open->expires_at || open->reply);
  ASSERT_TRUE(open->call_id);
  const auto stored = run(
      world.clock,
      world.store->load({.call = ports::CallRef{*open->call_id, domain::CallSubject::customer}}));
  EXPECT_EQ(stored.call.value().record_key, "k");
  EXPECT_EQ(ask(replying(200, "second")), code(RefusalCode::idempotency_in_progress));
  EXPECT_EQ(ask(replying(200, "second"), "k", "other"), code(RefusalCode::idempotency_key_reused));
  world.advance(25s - 1us);
  EXPECT_EQ(ask(replying(200, "second")), code(RefusalCode::idempotency_in_progress));
  world.advance(1us);
  EXPECT_EQ(ask(replying(200, "second")), code(RefusalCode::outcome_unknown));
  world.advance(24h * 30);
  EXPECT_EQ(ask(replying(200, "second")), code(RefusalCode::outcome_unknown)) << "for ever";
  EXPECT_EQ(decided, 1);
}

TEST_F(Keys, of_a_call_that_ended_without_its_caller_are_answered_by_the_route) {
  ask(sending(25s));
  complete();
  EXPECT_EQ(record()->state, RecordState::completed);
  world.advance(1h);
  EXPECT_EQ(ask(replying(200, "second"), "k", "other"), code(RefusalCode::idempotency_key_reused));
  EXPECT_EQ(ask(replying(200, "second")), "200 rendered");
  EXPECT_EQ(decided, 1);
  const auto closed = record();
  EXPECT_EQ(closed->state, RecordState::closed);
  EXPECT_EQ(closed->expires_at, world.clock.now() + 24h);
  EXPECT_EQ(closed->reply->body, "rendered");
  const auto before = rendered;
  EXPECT_EQ(ask(replying(200, "second")), "200 rendered again");
  EXPECT_EQ(rendered, before);
}

// A refusal leaves no record: the key is free for another try, and keeps what that answers.
TEST_F(Keys, of_a_call_that_came_to_nothing_are_free_again) {
  ask(sending(25s));
  complete();
  rendering = std::unexpected(domain::Refusal{.code = RefusalCode::gateway_refused, .message = ""});
  EXPECT_EQ(ask(replying(200, "second"), "k", "other"), code(RefusalCode::idempotency_key_reused));
  EXPECT_EQ(ask(replying(200, "second")), "200 second");
  EXPECT_EQ(ask(replying(200, "third")), "200 second again");
  EXPECT_EQ(decided, 2);
}

TEST_F(Keys, are_not_used_up_by_a_refusal_or_by_what_must_be_asked_first) {
  const app::Decide refusing = [](const ports::Loaded&,
                                  const domain::Moment&) -> base::Result<Decided, domain::Refusal> {
    return std::unexpected(domain::Refusal{.code = RefusalCode::invalid_state, .message = ""});
  };
  EXPECT_EQ(ask(refusing), code(RefusalCode::invalid_state));
  const app::Decide asking = [](const ports::Loaded&,
                                const domain::Moment&) -> base::Result<Decided, domain::Refusal> {
    return Decided{.status_query = domain::PaymentId{}};
  };
  EXPECT_EQ(ask(asking), "no reply");
  const app::Decide again = [](const ports::Loaded&,
                               const domain::Moment&) -> base::Result<Decided, domain::Refusal> {
    return Decided{.again = true};
  };
  EXPECT_EQ(ask(again), "no reply");
  EXPECT_FALSE(record());
  EXPECT_EQ(ask(replying(201, "made")), "201 made");
}

}  // namespace
}  // namespace cobro::testing
