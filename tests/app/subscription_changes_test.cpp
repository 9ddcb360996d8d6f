// Subscriptions as the gateway's portal and their users change them: an end on a day, a plan
// that is not paid, another method.
#include <gtest/gtest.h>

#include "domain/words.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kMonth = 31 * 24h;
constexpr const char* kFailsLater = "pm_card_chargeCustomerFail";

class SubscriptionChanges : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};
  Members members{world};

  void SetUp() override {
    members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
    pass(1min);  // what the gateway tells of it has come
  }

  std::string there() { return *members.only("ana").gateway_subscription_id; }
  void post_there(const std::string& form) {
    ASSERT_EQ(world.sandbox_post("/v1/subscriptions/" + there(), form).status, 200);
    pass(1min);
  }
  std::string field_there(const std::string& field) {
    const auto body = wire::parse_json(world.sandbox_get("/v1/subscriptions/" + there()));
    const auto* value = body->find(field);
    return value == nullptr ? "?" : wire::to_text(*value);
  }
  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
  std::string in_days(int days) {
    return std::to_string((world.clock.now() + days * 24h).unix_seconds());
  }
  std::string yearly_price() {
    const auto made = world.sandbox_post(
        "/v1/prices",
        "currency=usd&unit_amount=19000&recurring[interval]=year&product_data[name]=Year");
    return *wire::parse_json(made.body)->string_at({"id"});
  }
  domain::PaymentMethod newest() { return members.saved("ana").methods.back(); }
};

TEST_P(SubscriptionChanges, an_end_on_a_day_is_shown_with_its_date_and_comes) {
  const auto day = in_days(10);
  post_there("cancel_at=" + day);
  const auto row = members.only("ana");
  EXPECT_EQ(std::to_string(row.cancel_at.value().unix_seconds()), day);
  EXPECT_FALSE(row.cancel_at_period_end);
  EXPECT_TRUE(row.cancelled_at);
  EXPECT_TRUE(members.history("ana").ends_with(", active cancel_requested gateway"));
  pass(11 * 24h);
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_TRUE(members.history("ana").ends_with(", cancelled period_ended gateway"));
}

TEST_P(SubscriptionChanges, another_day_is_another_line) {
  post_there("cancel_at=" + in_days(10));
  const auto before = members.history("ana");
  post_there("cancel_at=" + in_days(12));
  EXPECT_EQ(members.history("ana"), before + ", active cancel_requested gateway");
}

TEST_P(SubscriptionChanges, an_end_with_the_period_moves_with_it_and_nobody_asked_for_that) {
  EXPECT_EQ(members.now(members.ending("ana", there(), false)), "200 active ending");
  pass(1min);
  const auto before = members.history("ana");
  const auto end = members.only("ana").cancel_at;
  EXPECT_TRUE(
      members.now(members.changing("ana", there(), yearly_price(), false)).starts_with("200"));
  pass(1min);
  EXPECT_TRUE(members.only("ana").cancel_at_period_end);
  EXPECT_NE(members.only("ana").cancel_at, end);
  EXPECT_EQ(members.history("ana"), before + ", active plan_changed user");
}

TEST_P(SubscriptionChanges, resume_clears_an_end_on_a_day) {
  post_there("cancel_at=" + in_days(10));
  EXPECT_EQ(members.now(members.resuming("ana", there())), "200 active");
  EXPECT_EQ(field_there("cancel_at"), "null");
  EXPECT_FALSE(members.only("ana").cancel_at || members.only("ana").cancelled_at);
  EXPECT_TRUE(members.history("ana").ends_with(", active resumed user"));
}

TEST_P(SubscriptionChanges, resume_clears_an_end_that_nobody_told_us_of) {
  world.hold_webhooks = true;
  post_there("cancel_at=" + in_days(10));
  ASSERT_FALSE(members.only("ana").cancel_at);
  EXPECT_EQ(members.now(members.resuming("ana", there())), "200 active");
  EXPECT_EQ(field_there("cancel_at"), "null");
}

TEST_P(SubscriptionChanges, resume_says_so_only_when_the_gateway_does) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "GET" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.resuming("ana", there())), "gateway_busy");
}

TEST_P(SubscriptionChanges, resume_of_another_end_than_we_know_is_refused_once_and_locks_nothing) {
  EXPECT_EQ(members.now(members.ending("ana", there(), false)), "200 active ending");
  pass(1min);
  world.hold_webhooks = true;
  post_there("cancel_at=" + in_days(10));
  EXPECT_EQ(members.now(members.resuming("ana", there())), "gateway_refused");
  EXPECT_TRUE(members.only("ana").cancel_at);
  EXPECT_EQ(members.now(members.resuming("ana", there())), "200 active");
  EXPECT_EQ(field_there("cancel_at"), "null");
}

TEST_P(SubscriptionChanges, a_day_that_was_taken_back_there_is_followed) {
  post_there("cancel_at=" + in_days(10));
  post_there("cancel_at=");
  EXPECT_FALSE(members.only("ana").cancel_at || members.only("ana").cancelled_at);
  EXPECT_TRUE(members.history("ana").ends_with(", active resumed gateway"));
}

TEST_P(SubscriptionChanges, a_change_of_plan_that_is_declined_is_a_402_and_leaves_the_plan) {
  EXPECT_EQ(members.now(members.paying_with("ana", there(), kFailsLater)), "200 active");
  const auto price = yearly_price();
  const auto declined = "402 payment_declined generic_decline";
  EXPECT_EQ(members.now(members.changing("ana", there(), price, false, "k")), declined);
  EXPECT_EQ(members.now(members.changing("ana", there(), price, false, "k")), declined);
  EXPECT_EQ(members.only("ana").plan_code, "basic");
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(members.now(members.ending("ana", there(), false)), "200 active ending");
  EXPECT_EQ(members.now(members.ending("ana", there(), true)), "200 cancelled ending");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(SubscriptionChanges, a_change_at_the_moment_that_a_dry_run_showed_costs_what_it_said) {
  pass(10 * 24h + 12345s);
  const auto at = base::Timestamp::from_unix_seconds(world.clock.now().unix_seconds());
  const auto dry = members.now(members.changing("ana", there(), kPro, true));
  pass(3 * 24h);
  EXPECT_NE(members.now(members.changing("ana", there(), kPro, true)), dry);
  auto made = members.now(members.changing("ana", there(), kPro, false, "", at));
  EXPECT_EQ(made.replace(4, 3, "basic"), dry);
  const auto items = wire::parse_json(world.sandbox_get("/v1/invoiceitems"));
  std::string kept = "200 basic";
  for (const auto& item : *items->find("data")->as_array()) {
    const domain::Money amount{*item.int_at({"amount"}), *domain::Currency::parse("USD")};
    const auto text = amount.to_decimal();
    kept = amount.is_negative() ? "200 basic credit " + text.substr(1) + kept.substr(9)
                                : kept + " charge " + text;
  }
  EXPECT_EQ(kept, dry);
}

TEST_P(SubscriptionChanges, a_quantity_that_was_set_there_is_in_the_price_of_the_change) {
  const auto body = wire::parse_json(world.sandbox_get("/v1/subscriptions/" + there()));
  const auto item = *body->at({"items", "data"})->as_array()->front().string_at({"id"});
  post_there("items[0][id]=" + item + "&items[0][quantity]=3&proration_behavior=none");
  // Two minutes of the month are over.
  EXPECT_EQ(members.now(members.changing("ana", there(), kPro, true)),
            "200 basic credit 57.00 charge 146.99");
}

TEST_P(SubscriptionChanges, a_moment_outside_of_the_period_is_the_callers_mistake) {
  EXPECT_EQ(members.now(members.changing("ana", there(), kPro, false, "", world.clock.now() - 24h)),
            "validation_failed");
  EXPECT_EQ(members.only("ana").plan_code, "basic");
}

TEST_P(SubscriptionChanges, another_card_pays_the_next_period) {
  EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_card_mastercard", "k")),
            "200 active");
  EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_card_mastercard", "k")),
            "200 active");
  EXPECT_EQ(members.saved("ana").methods.size(), 2U);
  const auto id = newest().gateway_payment_method_id;
  EXPECT_EQ(members.only("ana").gateway_payment_method_id, id);
  EXPECT_EQ(field_there("default_payment_method"), '"' + id + '"');
  EXPECT_TRUE(members.history("ana").ends_with(", active payment_method_changed user"));
  pass(kMonth);
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(members.now(members.paying_with("bob", there(), "pm_card_visa")), "not_found");
  EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_nobody")), "validation_failed");
}

TEST_P(SubscriptionChanges, another_card_pays_what_is_open_or_is_declined) {
  members.now(members.paying_with("ana", there(), kFailsLater));
  pass(kMonth);
  ASSERT_EQ(members.status("ana"), "past_due");
  EXPECT_EQ(members.now(members.paying_with("ana", there(), kFailsLater, "k")),
            "402 payment_declined generic_decline");
  EXPECT_EQ(members.status("ana"), "past_due");
  EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_card_mastercard", "k2")),
            "200 active");
  EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_card_mastercard", "k2")),
            "200 active");
  const auto payments = members.payments("ana");
  ASSERT_EQ(payments.size(), 2U);
  EXPECT_EQ(payments[0].captured, payments[1].captured);
  EXPECT_TRUE(members.has_access("ana"));
  EXPECT_EQ(world.audit(), "");
}

// The card is changed by then, and says so.
TEST_P(SubscriptionChanges, another_card_that_was_set_and_not_charged_is_told_as_that) {
  members.now(members.paying_with("ana", there(), kFailsLater));
  pass(kMonth);
  ASSERT_EQ(members.status("ana"), "past_due");
  int number = 0;
  for (const auto cut : {Cut::throttled, Cut::none}) {
    const bool busy = cut == Cut::throttled;
    world.wire.fate = [cut](const ports::HttpRequest& request) {
      return request.url.ends_with("/pay") ? cut : Cut::none;
    };
    world.wire.forge = [busy](const ports::HttpRequest& request, ports::HttpResponse& answer) {
      if (busy || !request.url.ends_with("/pay")) return;
      answer.status = 403;
      answer.body = R"({"error":{"type":"invalid_request_error","message":"no leave to pay"}})";
    };
    const std::string card = busy ? "pm_card_mastercard" : kFailsLater;
    const auto answer = run(
        world.clock, members.paying_with("ana", there(), card, "told" + std::to_string(++number)));
    ASSERT_FALSE(answer);
    const auto& refusal = answer.error();
    EXPECT_EQ(refusal.code,
              busy ? domain::RefusalCode::gateway_busy : domain::RefusalCode::gateway_refused);
    EXPECT_EQ(refusal.message.find("nothing was done"), std::string::npos) << refusal.message;
    EXPECT_NE(refusal.message.find("what is owed was not paid"), std::string::npos)
        << refusal.message;
    EXPECT_EQ(members.only("ana").gateway_payment_method_id, newest().gateway_payment_method_id);
  }
}

TEST_P(SubscriptionChanges, a_new_default_pays_what_the_old_one_paid) {
  members.now(members.saving("ana", "pm_card_mastercard"));
  const auto method = newest();
  EXPECT_EQ(members.now(members.making_default("ana", method.id.to_string(), "k")),
            "200 attached 4444 default");
  EXPECT_EQ(members.only("ana").gateway_payment_method_id, method.gateway_payment_method_id);
  EXPECT_EQ(field_there("default_payment_method"), '"' + method.gateway_payment_method_id + '"');
  const auto old = members.saved("ana").methods.front().id.to_string();
  EXPECT_EQ(members.now(members.removing("ana", method.id.to_string())), "method_in_use");
  EXPECT_EQ(members.now(members.removing("ana", old)), "200 detached 4242");
}

TEST_P(SubscriptionChanges, a_new_default_tries_what_is_open) {
  members.now(members.paying_with("ana", there(), kFailsLater));
  members.now(members.making_default("ana", newest().id.to_string()));
  pass(kMonth);
  ASSERT_EQ(members.status("ana"), "past_due");
  members.now(members.saving("ana", "pm_card_mastercard"));
  members.now(members.making_default("ana", newest().id.to_string()));
  EXPECT_EQ(members.status("ana"), "active");
}

TEST_P(SubscriptionChanges, a_new_default_leaves_what_another_card_pays) {
  members.now(members.paying_with("ana", there(), "pm_card_mastercard"));
  const auto own = newest().gateway_payment_method_id;
  members.now(members.saving("ana", "pm_card_amex"));
  members.now(members.making_default("ana", newest().id.to_string()));
  EXPECT_EQ(members.only("ana").gateway_payment_method_id, own);
}

TEST_P(SubscriptionChanges, a_lost_answer_about_the_method_is_learned) {
  for (const auto* part : {"/v1/subscriptions/", "/pay"}) {
    members.now(members.paying_with("ana", there(), kFailsLater));
    pass(kMonth);
    ASSERT_EQ(members.status("ana"), "past_due");
    world.wire.fate = [part, done = false](const ports::HttpRequest& request) mutable {
      if (done || request.method != "POST" || request.url.find(part) == std::string::npos)
        return Cut::none;
      done = true;
      return Cut::answer_lost;
    };
    world.hold_webhooks = true;
    EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_card_mastercard", part)),
              "outcome_unknown");
    world.hold_webhooks = false;
    pass(10min);
    EXPECT_EQ(members.now(members.paying_with("ana", there(), newest().id.to_string())),
              "200 active")
        << part;
  }
  EXPECT_EQ(world.audit(), "");
}

TEST_P(SubscriptionChanges, a_gateway_that_was_too_busy_to_try_holds_up_nothing) {
  members.now(members.paying_with("ana", there(), kFailsLater));
  pass(kMonth);
  ASSERT_EQ(members.status("ana"), "past_due");
  world.wire.fate = [busy = false](const ports::HttpRequest& request) mutable {
    if (busy) return Cut::request_lost;
    busy = request.url.ends_with("/pay");
    return busy ? Cut::throttled : Cut::none;
  };
  const auto began = world.clock.steady();
  EXPECT_EQ(members.now(members.paying_with("ana", there(), "pm_card_mastercard")), "gateway_busy");
  EXPECT_LT(world.clock.steady() - began, 5s);
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.ending("ana", there(), true)), "200 cancelled");
}

INSTANTIATE_TEST_SUITE_P(Writes, SubscriptionChanges, ::testing::Bool());

// Whoever asks to remove the card while a subscription is being made with it, and whenever.
class VanishingMethod : public ::testing::TestWithParam<int> {
 protected:
  World world{{.split_writes = true}};
  Members members{world};

  base::Task<app::Answer> after(base::Duration span, base::Task<app::Answer> task) {
    co_await world.clock.sleep(span);
    co_return co_await std::move(task);
  }
  // No live subscription here or there is paid with a card that is gone.
  void expect_whole() {
    const auto listed = run(world.clock, world.store->list_subscriptions(
                                             {.user_id = "ana", .statuses = {}}, {.after = {}}));
    for (const auto& row : listed.items) {
      if (domain::is_terminal(row.status)) continue;
      const auto id = row.gateway_payment_method_id.value();
      const auto method = wire::parse_json(world.sandbox_get("/v1/payment_methods/" + id));
      EXPECT_TRUE(method->string_at({"customer"})) << "the card is attached to nobody";
    }
    EXPECT_EQ(world.audit(), "");
  }
};

TEST_P(VanishingMethod, is_held_by_a_subscription_that_is_being_made) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto id = members.saved("ana").methods.front().id.to_string();
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(members.subscribing("ana", kPro, id));
  tasks.push_back(after(std::chrono::milliseconds(GetParam()), members.removing("ana", id)));
  const auto answers = world.all(std::move(tasks));
  const bool subscribed = Members::text(answers[0]) == "200 active";
  const bool removed = Members::text(answers[1]) == "200 detached 4242";
  EXPECT_NE(subscribed, removed) << Members::text(answers[0]) << Members::text(answers[1]);
  expect_whole();
}

TEST_P(VanishingMethod, is_held_by_a_subscription_that_it_is_given_to) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  members.now(members.saving("ana", "pm_card_mastercard"));
  const auto there = *members.only("ana").gateway_subscription_id;
  const auto id = members.saved("ana").methods.back().id.to_string();
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(members.paying_with("ana", there, id));
  tasks.push_back(after(std::chrono::milliseconds(GetParam()), members.removing("ana", id)));
  const auto answers = world.all(std::move(tasks));
  EXPECT_NE(Members::text(answers[0]) == "200 active",
            Members::text(answers[1]) == "200 detached 4444")
      << Members::text(answers[0]) << Members::text(answers[1]);
  expect_whole();
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, VanishingMethod, ::testing::Range(0, 10));

}  // namespace
}  // namespace cobro::testing
