// What changes while a call waits for the gateway: a webhook, a person or another instance comes
// first, and what was decided before it is decided again.
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

base::Task<app::Answer> after(World& world, base::Duration span, base::Task<app::Answer> act) {
  co_await world.clock.sleep(span);
  co_return co_await std::move(act);
}

base::Task<app::Answer> at_gateway(World& world, base::Duration span, std::string path,
                                   std::string form) {
  co_await world.clock.sleep(span);
  co_await world.posting(std::move(path), std::move(form));
  co_return app::StoredReply{};
}

struct Meanwhile : ::testing::Test {
  World world{{.split_writes = true}};
  Members members{world};

  template <class... Tasks>
  std::vector<app::Answer> at_once(Tasks... tasks) {
    std::vector<base::Task<app::Answer>> all;
    (all.push_back(std::move(tasks)), ...);
    return world.all(std::move(all));
  }

  // The next request of that kind is answered some seconds after it was carried out.
  void slow_down(const std::string& method, const std::string& part) {
    world.wire.fate = [=, done = false](const ports::HttpRequest& request) mutable {
      if (done || request.method != method || !request.url.contains(part)) return Cut::none;
      done = true;
      return Cut::answer_slow;
    };
  }
  std::string movements() {
    std::string all;
    for (const auto& row : world.load(1).transactions)
      all += (all.empty() ? "" : ", ") + std::string(domain::to_string(row.type)) + " " +
             std::string(domain::to_string(row.status));
    return all;
  }
  int posts(const std::string& part) {
    return static_cast<int>(std::ranges::count_if(world.wire.sent, [&](const auto& sent) {
      return sent.method == "POST" && sent.url.contains(part);
    }));
  }
  void owe(domain::CaptureMethod capture = domain::CaptureMethod::automatic) {
    world.order("100");
    world.pay(1, "100", "stripe", capture);
  }
  // Here and there alike, with no operation open and nothing for a person.
  void expect_settled(const std::string& standing, const std::string& moved) {
    EXPECT_EQ(world.standing(1), standing);
    EXPECT_EQ(world.standing_there(1), standing);
    EXPECT_EQ(movements(), moved);
    EXPECT_FALSE(world.payment(1).pending_operation);
    EXPECT_FALSE(world.payment(1).conflicted);
    EXPECT_EQ(world.audit(), "");
  }
};

TEST_F(Meanwhile, a_webhook_ends_a_payment_before_its_answer_comes) {
  owe();
  slow_down("POST", "/v1/payment_intents");
  const auto answer = world.process(1, "pm_card_visa", "k");
  EXPECT_EQ(to_string(answer), "1 succeeded 100.00/100.00");
  EXPECT_GT(world.webhooks_received, 0);
  expect_settled("succeeded 100.00, refunded 0.00", "charge succeeded");
  EXPECT_EQ(to_string(world.process(1, "pm_card_visa", "k")), to_string(answer));
}

TEST_F(Meanwhile, a_webhook_ends_a_capture_before_its_answer_comes) {
  owe(domain::CaptureMethod::manual);
  world.process(1);
  slow_down("POST", "/capture");
  EXPECT_EQ(to_string(world.capture(1, "60", "k")), "1 succeeded 60.00/100.00");
  EXPECT_EQ(world.payment(1).captured.to_decimal(), "60.00");
  EXPECT_EQ(movements(), "charge succeeded");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Meanwhile, a_webhook_ends_a_cancellation_before_its_answer_comes) {
  owe(domain::CaptureMethod::manual);
  world.process(1);
  slow_down("POST", "/cancel");
  EXPECT_EQ(to_string(world.cancel_payment(1, "k")), "1 cancelled 0.00/100.00");
  EXPECT_EQ(movements(), "void succeeded");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Meanwhile, a_webhook_ends_a_refund_before_its_answer_comes) {
  owe();
  world.process(1);
  slow_down("POST", "/v1/refunds");
  EXPECT_TRUE(to_string(world.refund(1, "30", "broken", "k")).ends_with("succeeded 30.00"));
  expect_settled("succeeded 100.00, refunded 30.00", "charge succeeded, refund succeeded");
}

TEST_F(Meanwhile, a_webhook_makes_a_subscription_before_its_answer_comes) {
  slow_down("POST", "/v1/subscriptions");
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k")), "200 active");
  EXPECT_EQ(members.payments("ana").size(), 1U);
  EXPECT_TRUE(members.has_access("ana"));
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k")), "200 active");
  EXPECT_EQ(world.sandbox_count("/v1/subscriptions"), 1);
  EXPECT_EQ(world.audit(), "");
}

// The gateway said "the customer must act"; they refused while that was on its way.
TEST_F(Meanwhile, a_customer_refuses_while_somebody_asks_how_it_stands) {
  owe();
  world.process(1, "pm_card_threeDSecure2Required");
  const auto url = world.payment(1).next_action.value().url.value();
  const auto page = url.substr(url.find('/', url.find("://") + 3));
  slow_down("GET", "/v1/payment_intents");
  const auto answers = at_once(world.processing(1, "pm_card_visa", ""),
                               at_gateway(world, 1s, page, "outcome=refuse"));
  EXPECT_TRUE(!answers[0] || !answers[0]->body.contains("requires_action"))
      << to_string(answers[0]);
  EXPECT_EQ(world.payment(1).state, domain::PaymentState::failed);
  EXPECT_EQ(movements(), "charge failed");
  EXPECT_EQ(world.audit(), "");
}

// The facts that were fetched before it are older than the end that was asked for.
TEST_F(Meanwhile, a_member_asks_for_the_end_while_the_gateway_is_asked) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  world.advance(1min);
  const auto id = members.only("ana").id;
  const auto there = *members.only("ana").gateway_subscription_id;
  world.hold_webhooks = true;
  slow_down("GET", "/v1/subscriptions/");
  const auto sync = [](World& in, domain::SubscriptionId row) -> base::Task<app::Answer> {
    co_await app::sync_subscription(*in.context, row);
    co_return app::StoredReply{};
  };
  at_once(sync(world, id), after(world, 1s, members.ending("ana", there, false)));
  EXPECT_TRUE(members.only("ana").cancel_at_period_end);
  EXPECT_TRUE(members.history("ana").ends_with("active cancel_requested user"))
      << members.history("ana");
}

// The same at the gateway's dashboard, while an operation of ours asks what it has changed.
TEST_F(Meanwhile, an_end_is_set_at_the_dashboard_while_a_plan_changes) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  world.advance(1min);
  const auto there = *members.only("ana").gateway_subscription_id;
  world.wire.fate = [&, until = world.clock.now() + 1s](const ports::HttpRequest& request) {
    const bool asks = request.method == "GET" && request.url.contains("/v1/subscriptions/");
    return asks && world.clock.now() < until ? Cut::answer_slow : Cut::none;
  };
  at_once(members.changing("ana", there, kPro, false),
          at_gateway(world, 2s, "/v1/subscriptions/" + there, "cancel_at_period_end=true"));
  world.advance(10s);
  EXPECT_EQ(members.only("ana").plan_code, "pro");
  EXPECT_TRUE(members.only("ana").cancel_at_period_end);
}

// It was paid while its page ran out: the gateway is asked first, and then it is no incomplete
// one any more.
TEST_F(Meanwhile, a_subscription_is_paid_while_its_page_runs_out) {
  members.now(members.subscribing("ana", kPro, "pm_card_threeDSecure2Required"));
  ASSERT_EQ(members.status("ana"), "incomplete");
  world.hold_webhooks = true;
  const auto intent = *members.payments("ana").at(0).gateway_payment_id;
  const auto shown = wire::parse_json(world.sandbox_get("/v1/payment_intents/" + intent));
  const auto url = *shown->string_at({"next_action", "use_stripe_sdk", "stripe_js"});
  world.sandbox_post(url.substr(url.find('/', url.find("://") + 3)), "outcome=approve");
  run(world.clock, app::end_incomplete(*world.context, members.only("ana").id));
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_TRUE(members.has_access("ana"));
  const auto there =
      world.sandbox_get("/v1/subscriptions/" + *members.only("ana").gateway_subscription_id);
  EXPECT_EQ(wire::parse_json(there)->string_at({"status"}), "active");
}

// Two instances find the same operation due: whoever claims it first sends it, and nobody else.
TEST_F(Meanwhile, another_instance_recovers_the_same_operation) {
  owe();
  world.hold_webhooks = true;
  world.wire.fate = [done = false](const ports::HttpRequest& request) mutable {
    if (done && request.method == "POST") return Cut::none;
    done = true;
    return Cut::answer_lost;
  };
  EXPECT_EQ(to_string(world.process(1, "pm_card_visa", "k")), "outcome_unknown");
  const auto before = posts("/v1/payment_intents");
  world.advance(10min);
  const auto recovering = [](World& in) -> base::Task<app::Answer> {
    co_await app::recover(*in.context);
    co_return app::StoredReply{};
  };
  at_once(recovering(world), recovering(world), recovering(world));
  EXPECT_EQ(posts("/v1/payment_intents"), before + 1);
  expect_settled("succeeded 100.00, refunded 0.00", "charge succeeded");
}

}  // namespace
}  // namespace cobro::testing
