// The sweep: what happened at the gateway while every event was lost is in the books after it,
// once, whoever sweeps, however often, and after a crash in the middle.
#include "app/sweep/sweep.h"

#include <gtest/gtest.h>

#include "app/handlers/call_handlers.h"
#include "app/review/reviews.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/faulty_store.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using namespace std::chrono_literals;

constexpr const char* kNobody = "019a0000-0000-7000-8000-000000000001";

class Sweeping : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};
  Members members{world};

  void sweep() {
    app::Sweep fresh(*world.context);
    run(world.clock, fresh.run());
  }
  void pay(std::int64_t number, domain::CaptureMethod capture = domain::CaptureMethod::automatic,
           const std::string& card = "pm_card_visa") {
    world.order("100");
    world.pay(number, "100", "stripe", capture);
    ASSERT_TRUE(world.process(number, card));
  }
  std::string intent(std::int64_t number) { return *world.payment(number).gateway_payment_id; }
  std::string post_there(const std::string& path, const std::string& form = "") {
    const auto done = world.sandbox_post(path, form);
    EXPECT_EQ(done.status, 200) << done.body;
    return wire::parse_json(done.body)->string_at({"id"}).value_or("");
  }
  void delete_there(const std::string& path) {
    ports::HttpRequest request{.method = "DELETE",
                               .url = "http://stripe.test" + path,
                               .headers = {{"Authorization", "Bearer sk_test_world"}},
                               .body = {}};
    const auto done = run(world.clock, world.wire.inner.send(std::move(request)));
    ASSERT_TRUE(done && done->status == 200);
  }
  std::string subscription_there() {
    return "/v1/subscriptions/" + *members.only("ana").gateway_subscription_id;
  }
  void expect_agreement(std::int64_t number) {
    EXPECT_EQ(world.standing(number), world.standing_there(number));
    EXPECT_FALSE(world.payment(number).conflicted);
    EXPECT_TRUE(world.load(number).open_calls.empty());
    EXPECT_EQ(world.audit(), "");
  }
  std::string refunds(std::int64_t number) {
    std::string all;
    for (const auto& refund : world.load(number).refunds) {
      if (!all.empty()) all += ", ";
      all += refund.amount.to_decimal() + " " + std::string(domain::to_string(refund.status)) +
             " " + refund.created_by;
    }
    return all;
  }
  std::vector<domain::Review> reviews() {
    return run(world.clock, world.store->list_reviews({}, {.limit = 100})).items;
  }
  // Requests for pages of that list, so far.
  int pages(const std::string& list, const std::string& part = "") {
    return static_cast<int>(std::ranges::count_if(world.wire.sent, [&](const auto& sent) {
      return sent.method == "GET" && sent.url.find("/v1/" + list + "?") != std::string::npos &&
             sent.url.find("limit=100&created") != std::string::npos &&
             sent.url.find(part) != std::string::npos;
    }));
  }
};

TEST_P(Sweeping, a_refund_whose_event_was_lost_is_booked_once) {
  pay(1);
  post_there("/v1/refunds", "payment_intent=" + intent(1) + "&amount=7000");
  sweep();
  EXPECT_EQ(refunds(1), "70.00 succeeded gateway");
  expect_agreement(1);
  sweep();
  EXPECT_EQ(refunds(1), "70.00 succeeded gateway");
  expect_agreement(1);
}

TEST_P(Sweeping, captures_and_cancellations_whose_events_were_lost_are_booked) {
  for (const std::int64_t number : {1, 2}) pay(number, domain::CaptureMethod::manual);
  post_there("/v1/payment_intents/" + intent(1) + "/capture");
  post_there("/v1/payment_intents/" + intent(2) + "/cancel");
  sweep();
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.payment(2).state, PaymentState::cancelled);
  expect_agreement(1);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Sweeping, a_dispute_is_followed_from_its_opening_to_its_end) {
  pay(1, domain::CaptureMethod::automatic, "pm_card_createDispute");
  world.advance(5s);
  sweep();
  ASSERT_EQ(disputes_of(world, 1).size(), 1U);
  EXPECT_EQ(world.payment(1).disputed.minor(), 10'000);
  post_there("/v1/disputes/" + disputes_of(world, 1)[0].gateway_dispute_id,
             "evidence[uncategorized_text]=winning_evidence");
  world.advance(5s);
  sweep();
  EXPECT_EQ(disputes_of(world, 1)[0].status, domain::DisputeStatus::won);
  EXPECT_EQ(world.payment(1).disputed.minor(), 0);
  sweep();
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Sweeping, a_subscription_that_was_changed_or_ended_there_is_followed) {
  ASSERT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa")), "200 active");
  post_there(subscription_there(),
             "items[0][id]=" + *members.only("ana").gateway_item_id + "&items[0][price]=" + kBasic);
  sweep();
  EXPECT_EQ(members.only("ana").plan_code, "basic");
  delete_there(subscription_there());
  sweep();
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_FALSE(members.has_access("ana"));
  const auto history = members.history("ana");
  sweep();
  EXPECT_EQ(members.history("ana"), history);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Sweeping, renewals_whose_events_were_lost_are_booked_as_payments) {
  ASSERT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa")), "200 active");
  sweep();
  world.advance(31 * 24h);
  sweep();
  EXPECT_EQ(members.payments("ana").size(), 2U);
  sweep();
  EXPECT_EQ(members.payments("ana").size(), 2U);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Sweeping, a_refund_made_today_of_a_payment_a_year_old_is_seen) {
  pay(1);
  sweep();
  world.advance(365 * 24h);
  sweep();
  post_there("/v1/refunds", "payment_intent=" + intent(1));
  world.advance(24h);
  sweep();
  EXPECT_EQ(refunds(1), "100.00 succeeded gateway");
  expect_agreement(1);
}

// Events reach back 30 days; the lists go on from where they were left.
TEST_P(Sweeping, a_refund_is_seen_by_a_sweep_that_comes_months_later) {
  pay(1);
  sweep();
  world.advance(24h);
  post_there("/v1/refunds", "payment_intent=" + intent(1));
  world.advance(90 * 24h);
  sweep();
  EXPECT_EQ(refunds(1), "100.00 succeeded gateway");
  expect_agreement(1);
}

TEST_P(Sweeping, an_object_of_a_call_of_ours_completes_that_call) {
  pay(1);
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_FALSE(world.refund(1, "60"));
  world.order("100");
  world.pay(2, "100");
  EXPECT_FALSE(world.process(2));
  world.wire.fate = nullptr;
  sweep();
  EXPECT_EQ(refunds(1), "60.00 succeeded root");
  EXPECT_EQ(world.payment(2).state, PaymentState::succeeded);
  expect_agreement(1);
  expect_agreement(2);
  EXPECT_TRUE(reviews().empty());
}

TEST_P(Sweeping, an_object_of_ours_without_a_row_goes_to_a_person_once) {
  const auto lost =
      post_there("/v1/payment_intents", std::string("amount=5000&currency=pen&metadata[cobro_"
                                                    "payment]=") +
                                            kNobody);
  post_there("/v1/payment_intents", "amount=5000&currency=pen");  // somebody else's
  sweep();
  sweep();
  const auto rows = reviews();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].kind, domain::ReviewKind::unknown_object);
  EXPECT_EQ(rows[0].gateway_object_id, lost);
  EXPECT_EQ(rows[0].amount->to_decimal(), "50.00");
  app::Call call{.caller = {"root", app::Role::admin, std::nullopt}, .idempotency = {}};
  const auto resolved =
      run(world.clock,
          app::resolve_review(
              *world.context, call,
              {rows[0].id, domain::ReviewOutcome::failed, std::nullopt, "of a lost backup"},
              [](const domain::Review& row, const domain::Payment*) {
                return app::StoredReply{200, {}, std::string(domain::to_string(row.status))};
              }));
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->body, "resolved");
  sweep();
  EXPECT_EQ(reviews().size(), 1U);
}

TEST_P(Sweeping, two_instances_at_once_share_the_lists) {
  pay(1);
  post_there("/v1/refunds", "payment_intent=" + intent(1) + "&amount=7000");
  app::Sweep one(*world.context);
  app::Sweep two(*world.context);
  world.wire.sent.clear();
  base::TaskGroup group([](std::string_view, const std::exception_ptr&) { FAIL(); });
  group.spawn("one", one.run());
  group.spawn("two", two.run());
  world.clock.advance(10min);
  EXPECT_EQ(group.running(), 0U);
  EXPECT_EQ(refunds(1), "70.00 succeeded gateway");
  EXPECT_EQ(pages("payment_intents"), 1);
  expect_agreement(1);
}

TEST_P(Sweeping, hundreds_of_objects_are_read_in_pages_with_pauses) {
  pay(1);
  post_there("/v1/refunds", "payment_intent=" + intent(1));
  for (int i = 0; i < 250; ++i) post_there("/v1/payment_intents", "amount=5000&currency=pen");
  world.wire.sent.clear();
  const auto before = world.clock.now();
  sweep();
  EXPECT_EQ(pages("payment_intents"), 3);
  EXPECT_GE(world.clock.now() - before, 1s);
  EXPECT_EQ(refunds(1), "100.00 succeeded gateway");
  EXPECT_TRUE(reviews().empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_P(Sweeping, a_walk_goes_on_where_its_instance_died) {
  pay(1);
  for (int i = 0; i < 250; ++i) post_there("/v1/payment_intents", "amount=5000&currency=pen");
  world.wire.sent.clear();
  {
    app::Sweep dies(*world.context);
    base::TaskGroup group([](std::string_view, const std::exception_ptr&) { FAIL(); });
    group.spawn("dies", dies.run());
    world.clock.advance(200ms);  // a page and a part of the pause
  }
  EXPECT_EQ(pages("payment_intents"), 1);
  sweep();
  EXPECT_EQ(pages("payment_intents"), 1);  // it still belongs to the one that died
  world.advance(6min);
  sweep();
  EXPECT_EQ(pages("payment_intents"), 3);
  EXPECT_EQ(pages("payment_intents", "starting_after"), 2);
}

TEST_P(Sweeping, a_list_that_gives_no_answer_is_read_by_the_next_sweep) {
  pay(1);
  post_there("/v1/refunds", "payment_intent=" + intent(1));
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "GET" ? Cut::server_error_before : Cut::none;
  };
  sweep();
  EXPECT_EQ(refunds(1), "");
  world.wire.fate = nullptr;
  sweep();
  EXPECT_EQ(refunds(1), "100.00 succeeded gateway");
}

// Each was listed, and what it is about could not be asked: an hour later it is, not never.
TEST_P(Sweeping, what_a_list_shows_and_nobody_could_ask_about_is_asked_about_an_hour_later) {
  pay(1);
  pay(2, domain::CaptureMethod::manual);
  post_there("/v1/refunds", "payment_intent=" + intent(1) + "&amount=7000");
  post_there("/v1/payment_intents/" + intent(2) + "/capture");
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  post_there(subscription_there(), "cancel_at_period_end=true");
  // The events tell the same, without a question.
  world.wire.fate = [](const ports::HttpRequest& request) {
    const bool page = request.url.find("limit=100&created") != std::string::npos &&
                      request.url.find("/v1/events") == std::string::npos;
    return page ? Cut::none : Cut::server_error_before;
  };
  app::Sweep lives(*world.context);
  run(world.clock, lives.run());
  EXPECT_EQ(refunds(1), "");
  EXPECT_EQ(world.payment(2).state, PaymentState::authorized);
  world.wire.fate = [](const ports::HttpRequest& request) {
    const bool events = request.url.find("/v1/events") != std::string::npos;
    return events ? Cut::server_error_before : Cut::none;
  };
  world.advance(1h);
  run(world.clock, lives.run());
  EXPECT_EQ(refunds(1), "70.00 succeeded gateway");
  EXPECT_EQ(world.payment(2).state, PaymentState::succeeded);
  EXPECT_TRUE(members.only("ana").cancel_at_period_end);
  expect_agreement(1);
  // Then the walk was over, for a day.
  const auto read = pages("refunds");
  world.advance(1h);
  run(world.clock, lives.run());
  EXPECT_EQ(pages("refunds"), read);
}

TEST_P(Sweeping, an_event_that_could_not_be_stored_is_taken_by_the_next_walk) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto method = members.saved("ana").methods.front().gateway_payment_method_id;
  world.advance(2h);
  post_there("/v1/payment_methods/" + method + "/detach");
  FaultyStore store(*world.store);
  store.blind = true;
  store.fate = [](int) { return StoreFault::away; };
  app::Context context{store,          world.clock, world.random,    world.wire,
                       world.gateways, world.log,   app::Settings{}, &app::call_handlers()};
  app::Sweep lives(context);
  run(world.clock, lives.run());
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
  store.fate = nullptr;
  store.blind = false;
  world.advance(1h);
  run(world.clock, lives.run());
  EXPECT_TRUE(members.saved("ana").methods.empty());
}

// The place where a walk goes on is before what it missed, however far it read.
TEST_P(Sweeping, a_walk_that_missed_something_and_was_stopped_goes_on_before_it) {
  pay(1, domain::CaptureMethod::manual);
  for (int i = 0; i < 99; ++i) post_there("/v1/payment_intents", "amount=500&currency=pen");
  pay(2, domain::CaptureMethod::manual);  // on the first page, the other one on the second
  for (const std::int64_t number : {1, 2})
    post_there("/v1/payment_intents/" + intent(number) + "/capture");
  app::Sweep stops(*world.context);
  world.wire.fate = [&](const ports::HttpRequest& request) {
    if (request.url.find("starting_after") != std::string::npos) stops.stop();
    const bool page = request.url.find("payment_intents?limit=100&created") != std::string::npos;
    return page ? Cut::none : Cut::server_error_before;
  };
  run(world.clock, stops.run());
  EXPECT_EQ(pages("payment_intents", "starting_after"), 1);
  for (const std::int64_t number : {1, 2})
    EXPECT_EQ(world.payment(number).state, PaymentState::authorized);
  world.wire.fate = [](const ports::HttpRequest& request) {
    const bool events = request.url.find("/v1/events") != std::string::npos;
    return events ? Cut::server_error_before : Cut::none;
  };
  sweep();
  for (const std::int64_t number : {1, 2})
    EXPECT_EQ(world.payment(number).state, PaymentState::succeeded);
}

TEST_P(Sweeping, one_process_walks_each_list_once_a_day) {
  app::Sweep lives(*world.context);
  run(world.clock, lives.run());
  EXPECT_EQ(pages("refunds"), 1);
  for (int hour = 1; hour <= 23; ++hour) {
    world.advance(1h);
    run(world.clock, lives.run());
  }
  EXPECT_EQ(pages("refunds"), 1);
  world.advance(1h);
  run(world.clock, lives.run());
  EXPECT_EQ(pages("refunds"), 2);
}

TEST_P(Sweeping, a_stopped_one_leaves_the_rest_to_who_comes_next) {
  pay(1);
  post_there("/v1/refunds", "payment_intent=" + intent(1));
  app::Sweep stops(*world.context);
  stops.stop();
  run(world.clock, stops.run());
  EXPECT_EQ(refunds(1), "");
  sweep();
  EXPECT_EQ(refunds(1), "100.00 succeeded gateway");
}

INSTANTIATE_TEST_SUITE_P(Writes, Sweeping, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

}  // namespace
}  // namespace cobro::testing
