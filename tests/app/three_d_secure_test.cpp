// 3-D Secure in schedules that only virtual time can hold still: events before answers, events
// in reverse order, a click at the very moment of a cancellation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "domain/words.h"
#include "tests/app/world.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::CaptureMethod;
using domain::PaymentState;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kChallenge = "pm_card_threeDSecure2Required";
constexpr const char* kChallengeThenDecline = "pm_card_threeDSecureRequiredChargeDeclined";
constexpr const char* kAsked = "1 requires_action 0.00/100.00 next:redirect_to_url";

std::string say(const app::Answer& answer) {
  return answer ? answer->body : std::string(domain::to_string(answer.error().code));
}

// The path of the bank's page, as the payment's next action names it.
std::string page_of(World& world) {
  const auto url = world.payment(1).next_action.value().url.value();
  return url.substr(url.find('/', url.find("://") + 3));
}

int press(World& world, const std::string& page, const std::string& outcome) {
  return world.sandbox_post(page, "outcome=" + outcome).status;
}

std::vector<std::string> movements(World& world) {
  std::vector<std::string> rows;
  for (const auto& row : world.load(1).transactions)
    rows.push_back(std::string(domain::to_string(row.type)) + " " +
                   std::string(domain::to_string(row.status)));
  return rows;
}

void owe(World& world, CaptureMethod capture = CaptureMethod::automatic) {
  world.order("100");
  world.pay(1, "100", "stripe", capture);
}

void expect_settled(World& world, const std::string& standing) {
  EXPECT_EQ(world.standing(1), standing);
  EXPECT_EQ(world.standing_there(1), standing);
  EXPECT_TRUE(world.load(1).open_calls.empty());
  EXPECT_FALSE(world.payment(1).conflicted);
  EXPECT_EQ(world.audit(), "");
}

// ---- the customer and the page ------------------------------------------------------------

class Page : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.deliver_webhooks = GetParam()}};
  void SetUp() override { world.run_jobs(); }

  // Waits for the webhook, or asks by `process` where none comes.
  std::string learn() {
    world.advance(seconds(5));
    return GetParam() ? "" : say(world.process(1));
  }
};

TEST_P(Page, approved_it_is_paid_and_the_page_is_over) {
  owe(world);
  EXPECT_EQ(say(world.process(1, kChallenge)), kAsked);
  const auto page = page_of(world);
  EXPECT_EQ(press(world, page, "approve"), 303);
  const auto told = learn();
  EXPECT_TRUE(told.empty() || told == "1 succeeded 100.00/100.00") << told;
  expect_settled(world, "succeeded 100.00, refunded 0.00");
  EXPECT_FALSE(world.payment(1).next_action.has_value());
  EXPECT_EQ(press(world, page, "approve"), 404);
  EXPECT_EQ(press(world, page, "refuse"), 404);
  world.advance(seconds(5));
  EXPECT_EQ(world.sandbox_count("/v1/charges"), 1);
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

TEST_P(Page, refused_it_is_declined_and_another_card_pays) {
  owe(world);
  world.process(1, kChallenge);
  const auto page = page_of(world);
  EXPECT_EQ(press(world, page, "refuse"), 303);
  const auto told = learn();
  EXPECT_TRUE(told.empty() || told.starts_with("payment_declined ")) << told;
  expect_settled(world, "failed 0.00, refunded 0.00");
  EXPECT_THAT(movements(world), ElementsAre("charge failed"));
  EXPECT_EQ(world.payment(1).decline->code, "payment_intent_authentication_failure");
  EXPECT_EQ(press(world, page, "approve"), 404);
  EXPECT_EQ(say(world.process(1)), "1 succeeded 100.00/100.00");
  expect_settled(world, "succeeded 100.00, refunded 0.00");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
}

TEST_P(Page, approved_but_declined_by_the_bank_it_is_declined) {
  owe(world);
  world.process(1, kChallengeThenDecline);
  press(world, page_of(world), "approve");
  const auto told = learn();
  EXPECT_TRUE(told.empty() || told.starts_with("payment_declined ")) << told;
  expect_settled(world, "failed 0.00, refunded 0.00");
  EXPECT_THAT(movements(world), ElementsAre("charge failed"));
}

TEST_P(Page, refused_twice_it_is_asked_anew_each_time) {
  owe(world);
  std::set<std::string> pages;
  for (int round = 1; round <= 2; ++round) {
    EXPECT_EQ(say(world.process(1, kChallenge)), kAsked);
    pages.insert(page_of(world));
    EXPECT_EQ(press(world, page_of(world), "refuse"), 303);
    learn();
    expect_settled(world, "failed 0.00, refunded 0.00");
    EXPECT_EQ(movements(world).size(), static_cast<std::size_t>(round));
  }
  EXPECT_EQ(pages.size(), 2U);
  EXPECT_EQ(say(world.process(1, kChallenge)), kAsked);
  EXPECT_EQ(press(world, *pages.begin(), "approve"), 404) << "an earlier page is over";
  EXPECT_EQ(press(world, page_of(world), "approve"), 303);
  learn();
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

TEST_P(Page, approved_for_later_capture_it_is_held_and_captured) {
  owe(world, CaptureMethod::manual);
  world.process(1, kChallenge);
  press(world, page_of(world), "approve");
  const auto told = learn();
  EXPECT_TRUE(told.empty() || told == "1 authorized 0.00/100.00") << told;
  expect_settled(world, "authorized 0.00, refunded 0.00");
  EXPECT_EQ(say(world.capture(1)), "1 succeeded 100.00/100.00");
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

TEST_P(Page, nobody_presses_anything_and_nothing_happens_until_it_is_cancelled) {
  owe(world);
  world.process(1, kChallenge);
  const auto page = page_of(world);
  world.advance(hours(24));
  EXPECT_EQ(world.payment(1).state, PaymentState::requires_action);
  EXPECT_EQ(say(world.process(1, "pm_card_visa")), kAsked) << "another card changes nothing";
  EXPECT_EQ(page_of(world), page);
  EXPECT_EQ(say(world.cancel_payment(1)), "1 cancelled 0.00/100.00");
  EXPECT_EQ(press(world, page, "approve"), 404);
  world.advance(seconds(5));
  expect_settled(world, "cancelled 0.00, refunded 0.00");
  EXPECT_EQ(world.sandbox_count("/v1/charges"), 0);
}

TEST_P(Page, two_tabs_at_once_say_the_same_page) {
  owe(world);
  std::vector<base::Task<app::Answer>> tabs;
  tabs.push_back(world.processing(1, kChallenge, ""));
  tabs.push_back(world.processing(1, kChallenge, ""));
  for (const auto& answer : world.all(std::move(tabs)))
    EXPECT_TRUE(say(answer) == kAsked || say(answer) == "payment_in_progress") << say(answer);
  const auto page = page_of(world);
  std::vector<base::Task<app::Answer>> again;
  for (int i = 0; i < 8; ++i) again.push_back(world.processing(1, kChallenge, ""));
  for (const auto& answer : world.all(std::move(again))) EXPECT_EQ(say(answer), kAsked);
  EXPECT_EQ(page_of(world), page);
  press(world, page, "approve");
  learn();
  expect_settled(world, "succeeded 100.00, refunded 0.00");
  EXPECT_EQ(world.sandbox_count("/v1/charges"), 1);
}

// The key of the first call keeps saying what it said; the payment has gone on.
TEST_P(Page, the_key_of_the_first_call_repeats_its_answer) {
  owe(world);
  EXPECT_EQ(say(world.process(1, kChallenge, "k")), kAsked);
  press(world, page_of(world), "approve");
  learn();
  EXPECT_EQ(say(world.process(1, kChallenge, "k")), kAsked);
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

INSTANTIATE_TEST_SUITE_P(ThreeDSecure, Page, ::testing::Bool(), [](const auto& webhooks) {
  return webhooks.param ? "told_by_webhook" : "told_by_process";
});

// ---- a click while it is cancelled ----------------------------------------------------------

base::Task<app::Answer> after(World& world, base::Duration pause, base::Task<app::Answer> task) {
  co_await world.clock.sleep(pause);
  co_return co_await std::move(task);
}

base::Task<app::Answer> pressing(World& world, std::string page) {
  const auto reply = co_await world.posting(std::move(page), "outcome=approve");
  co_return app::StoredReply{reply.status, {}, std::to_string(reply.status)};
}

struct Race {
  CaptureMethod capture;
  bool webhooks;
};

class ClickAndCancel : public ::testing::TestWithParam<Race> {
 protected:
  // Presses Approve so long after the cancellation began (or before): how it went.
  std::string race(milliseconds offset) {
    World world({.deliver_webhooks = GetParam().webhooks});
    world.run_jobs(milliseconds(5));
    owe(world, GetParam().capture);
    world.process(1, kChallenge);
    const auto page = page_of(world);
    const milliseconds zero{0};
    std::vector<base::Task<app::Answer>> both;
    both.push_back(after(world, std::max(-offset, zero), world.cancelling(1, "")));
    both.push_back(after(world, std::max(offset, zero), pressing(world, page)));
    const auto answers = world.all(std::move(both));
    world.advance(seconds(2));
    const auto standing = world.standing(1);
    EXPECT_EQ(world.standing_there(1), standing);
    EXPECT_TRUE(world.load(1).open_calls.empty());
    EXPECT_EQ(world.audit(), "");
    return say(answers[0]) + ", click " + say(answers[1]) + ": " + standing;
  }
};

TEST_P(ClickAndCancel, either_way_both_books_say_the_same) {
  std::set<std::string> seen;
  for (int ms = -60; ms <= 60; ms += 4) {
    SCOPED_TRACE(ms);
    seen.insert(race(milliseconds(ms)));
  }
  std::set<std::string> possible = {
      "1 cancelled 0.00/100.00, click 404: cancelled 0.00, refunded 0.00"};
  if (GetParam().capture == CaptureMethod::automatic)
    possible.insert("refund_required, click 303: succeeded 100.00, refunded 0.00");
  else
    possible.insert("1 cancelled 0.00/100.00, click 303: cancelled 0.00, refunded 0.00");
  EXPECT_EQ(seen, possible);
}

INSTANTIATE_TEST_SUITE_P(ThreeDSecure, ClickAndCancel,
                         ::testing::Values(Race{CaptureMethod::automatic, true},
                                           Race{CaptureMethod::automatic, false},
                                           Race{CaptureMethod::manual, true},
                                           Race{CaptureMethod::manual, false}),
                         [](const auto& info) {
                           const auto& race = info.param;
                           return std::string(domain::to_string(race.capture)) +
                                  (race.webhooks ? "_with_webhooks" : "_without_webhooks");
                         });

// ---- the order of what is heard --------------------------------------------------------------

class Schedules : public ::testing::Test {
 protected:
  World world;

  void SetUp() override {
    world.run_jobs();
    owe(world);
  }
  void withhold() { world.sandbox_post("/_sandbox/faults", "fault=webhook_withheld"); }
  // Delivers one withheld event, and lets the inbox apply it.
  void release(const std::string& event) {
    const auto answer = world.sandbox_post("/_sandbox/webhooks/release", "event=" + event);
    EXPECT_THAT(answer.body, HasSubstr("\"released\":1"));
    world.advance(seconds(3));
  }
  // Events of the intent, oldest first, as "id type".
  std::vector<std::pair<std::string, std::string>> events() {
    std::vector<std::pair<std::string, std::string>> list;
    const auto json = wire::parse_json(world.sandbox_get("/v1/events?limit=100"));
    for (const auto& event : *json->find("data")->as_array()) {
      const auto type = *event.string_at({"type"});
      if (type.starts_with("payment_intent.") && type != "payment_intent.created")
        list.emplace(list.begin(), *event.string_at({"id"}), type);
    }
    return list;
  }
};

TEST_F(Schedules, the_webhook_and_even_the_approval_come_before_the_answer) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_slow : Cut::none;
  };
  struct Customer {
    static base::Task<app::Answer> approve_when_asked(World& world) {
      co_await world.clock.sleep(seconds(3));
      const auto loaded = co_await world.store->load(
          {.root = ports::PaymentRef{std::int64_t{1}}, .record_key = {}, .webhook = {}});
      const auto url = loaded.payment->next_action.value().url.value();
      co_return co_await pressing(world, url.substr(url.find("/_sandbox")));
    }
  };
  std::vector<base::Task<app::Answer>> both;
  both.push_back(world.processing(1, kChallenge, "k"));
  both.push_back(Customer::approve_when_asked(world));
  const auto answers = world.all(std::move(both));
  EXPECT_EQ(say(answers[1]), "303");
  // Stripe's answer says requires_action; what is known by then says more.
  EXPECT_EQ(say(answers[0]), "1 succeeded 100.00/100.00");
  EXPECT_EQ(say(world.process(1, kChallenge, "k")), "1 succeeded 100.00/100.00");
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

TEST_F(Schedules, an_answer_that_asks_again_comes_after_the_money) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(say(world.process(1, kChallenge, "k")), kAsked) << "the webhook was faster";
  world.wire.fate = nullptr;
  press(world, page_of(world), "approve");
  world.advance(hours(3));
  EXPECT_EQ(say(world.process(1, kChallenge, "k")), kAsked);
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

TEST_F(Schedules, events_in_reverse_order_end_where_stripe_is) {
  withhold();
  world.process(1, "pm_card_chargeDeclined");
  world.process(1, kChallenge);
  press(world, page_of(world), "refuse");
  EXPECT_EQ(say(world.process(1)), "payment_declined payment_intent_authentication_failure");
  world.process(1, kChallenge);
  press(world, page_of(world), "approve");
  auto all = events();
  ASSERT_EQ(all.size(), 5U);
  std::reverse(all.begin(), all.end());
  for (const auto& [id, type] : all) {
    SCOPED_TRACE(type);
    release(id);
    EXPECT_EQ(world.standing(1), "succeeded 100.00, refunded 0.00");
  }
  expect_settled(world, "succeeded 100.00, refunded 0.00");
  EXPECT_THAT(movements(world), ElementsAre("charge failed", "charge failed", "charge succeeded"));
}

// Every order in which the events of two cards can come, on one intent.
TEST(ThreeDSecure, the_events_of_two_cards_may_come_in_any_order) {
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    World world;
    world.run_jobs();
    owe(world);
    world.sandbox_post("/_sandbox/faults", "fault=webhook_withheld");
    world.process(1, kChallengeThenDecline);
    press(world, page_of(world), "approve");
    EXPECT_THAT(say(world.process(1)), EndsWith("generic_decline"));
    world.process(1, kChallenge);
    press(world, page_of(world), "approve");
    std::vector<std::string> ids;
    const auto json = wire::parse_json(world.sandbox_get("/v1/events?limit=100"));
    for (const auto& event : *json->find("data")->as_array()) {
      const auto type = *event.string_at({"type"});
      if (type.starts_with("payment_intent.") && type != "payment_intent.created")
        ids.push_back(*event.string_at({"id"}));
    }
    ASSERT_EQ(ids.size(), order.size());
    for (const auto at : order) {
      world.sandbox_post("/_sandbox/webhooks/release", "event=" + ids[at]);
      world.advance(seconds(3));
    }
    expect_settled(world, "succeeded 100.00, refunded 0.00");
    EXPECT_THAT(movements(world), ElementsAre("charge failed", "charge succeeded"));
  } while (std::next_permutation(order.begin(), order.end()));
}

// The refusal of the first card is heard while the second one's outcome is unknown.
TEST_F(Schedules, an_earlier_refusal_does_not_end_a_confirmation_that_is_unknown) {
  withhold();
  world.process(1, kChallenge);
  press(world, page_of(world), "refuse");
  EXPECT_THAT(say(world.process(1)), HasSubstr("payment_declined"));
  const auto refusal = events().back();
  EXPECT_EQ(refusal.second, "payment_intent.payment_failed");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::request_broken : Cut::none;
  };
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "k")), "outcome_unknown");
  release(refusal.first);
  EXPECT_EQ(world.payment(1).state, PaymentState::processing);
  EXPECT_EQ(world.load(1).open_calls.size(), 1U);
  world.wire.fate = nullptr;
  world.advance(minutes(2));
  EXPECT_EQ(say(world.process(1, "pm_card_visa", "k")), "1 succeeded 100.00/100.00");
  expect_settled(world, "succeeded 100.00, refunded 0.00");
}

}  // namespace
}  // namespace cobro::testing
