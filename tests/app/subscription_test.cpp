// The life of a subscription that the gateway bills, on virtual time.
#include <gtest/gtest.h>

#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kMonth = 31 * 24h;

class Subscriptions : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  Members members{world};

  void cut(const std::string& method, const std::string& part, Cut kind) {
    world.wire.fate = [=, done = false](const ports::HttpRequest& request) mutable {
      if (done || request.method != method || request.url.find(part) == std::string::npos)
        return Cut::none;
      done = true;
      return kind;
    };
  }
  std::string id() { return members.only("ana").id.to_string(); }
  domain::SubscriptionId ref() { return members.only("ana").id; }
  int subscriptions_there() { return world.sandbox_count("/v1/subscriptions"); }
  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
};

TEST_F(Subscriptions, a_good_card_pays_the_first_period_at_once) {
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa")), "200 active");
  EXPECT_EQ(members.history("ana"),
            "incomplete subscription_created user, active payment_completed user");
  EXPECT_TRUE(members.has_access("ana"));
  const auto payments = members.payments("ana");
  ASSERT_EQ(payments.size(), 1U);
  EXPECT_EQ(payments[0].captured.to_string(), "49.00 USD");
  EXPECT_EQ(payments[0].kind, domain::PaymentKind::subscription);
  EXPECT_EQ(members.only("ana").plan_code, "pro");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Subscriptions, each_period_is_one_payment) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  for (int month = 1; month <= 3; ++month) {
    pass(kMonth);
    EXPECT_EQ(members.status("ana"), "active");
    EXPECT_EQ(members.payments("ana").size(), 1U + static_cast<std::size_t>(month));
  }
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Subscriptions, a_trial_is_not_paid_and_grants_access) {
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 7)), "200 trialing");
  EXPECT_TRUE(members.payments("ana").empty());
  EXPECT_TRUE(members.has_access("ana"));
  pass(8 * 24h);
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(members.payments("ana").size(), 1U);
  EXPECT_EQ(members.history("ana"),
            "incomplete subscription_created user, trialing trial_started user, active "
            "trial_ended gateway");
}

TEST_F(Subscriptions, a_card_that_is_declined_at_the_first_charge_is_a_402) {
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_chargeCustomerFail", 0, "k")),
            "402 payment_declined generic_decline");
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_chargeCustomerFail", 0, "k")),
            "402 payment_declined generic_decline");
  EXPECT_EQ(members.status("ana"), "incomplete");
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(subscriptions_there(), 1);
}

TEST_F(Subscriptions, a_card_that_is_declined_when_it_is_attached_is_a_402_that_is_kept) {
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_chargeDeclined", 0, "k")),
            "402 payment_declined generic_decline");
  const auto sent = world.wire.sent.size();
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_chargeDeclined", 0, "k")),
            "402 payment_declined generic_decline");
  EXPECT_EQ(world.wire.sent.size(), sent);
}

TEST_F(Subscriptions, an_unknown_price_is_the_callers_mistake) {
  EXPECT_EQ(members.now(members.subscribing("ana", "price_nobody", "pm_card_visa")),
            "validation_failed");
  EXPECT_EQ(members.status("ana"), "incomplete_expired");
}

TEST_F(Subscriptions, a_first_payment_may_need_3d_secure) {
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_threeDSecure2Required")),
            "200 incomplete next:use_stripe_sdk");
  EXPECT_FALSE(members.has_access("ana"));
  ASSERT_TRUE(members.only("ana").client_secret);
  const auto payments = members.payments("ana");
  ASSERT_EQ(payments.size(), 1U);
  EXPECT_EQ(payments[0].state, domain::PaymentState::requires_action);
}

TEST_F(Subscriptions, it_ends_with_the_period_that_was_paid) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  EXPECT_EQ(members.now(members.ending("ana", subscription, false)), "200 active ending");
  EXPECT_EQ(members.now(members.ending("ana", subscription, false)), "200 active ending");
  EXPECT_TRUE(members.has_access("ana"));
  pass(kMonth);
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(members.payments("ana").size(), 1U);
  EXPECT_EQ(members.history("ana"),
            "incomplete subscription_created user, active payment_completed user, active "
            "cancel_requested user, cancelled period_ended gateway");
}

TEST_F(Subscriptions, an_end_that_was_asked_for_can_be_taken_back) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  members.now(members.ending("ana", subscription, false));
  EXPECT_EQ(members.now(members.resuming("ana", subscription)), "200 active");
  pass(kMonth);
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(members.payments("ana").size(), 2U);
}

TEST_F(Subscriptions, it_ends_at_once_when_asked) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  EXPECT_EQ(members.now(members.ending("ana", subscription, true)), "200 cancelled");
  EXPECT_EQ(members.now(members.ending("ana", subscription, true)), "200 cancelled");
  EXPECT_EQ(members.now(members.resuming("ana", subscription)), "invalid_state");
  EXPECT_FALSE(members.has_access("ana"));
}

TEST_F(Subscriptions, another_plan_is_prorated_and_a_dry_run_changes_nothing) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  const auto dry = members.now(members.changing("ana", subscription, kPro, true));
  EXPECT_EQ(dry, "200 basic credit 19.00 charge 49.00");
  EXPECT_EQ(members.only("ana").plan_code, "basic");
  EXPECT_TRUE(members.now(members.changing("ana", subscription, kPro, false))
                  .starts_with("200 pro credit 19.00 charge 49.00"));
  EXPECT_EQ(members.only("ana").price->to_string(), "49.00 USD");
  EXPECT_TRUE(members.history("ana").ends_with("active plan_changed user"));
}

TEST_F(Subscriptions, a_price_that_cannot_be_asked_for_now_is_no_wrong_one) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  const auto made = world.sandbox_post(
      "/v1/prices",
      "currency=usd&unit_amount=700&recurring[interval]=month&product_data[name]=Pass");
  const auto price = *wire::parse_json(made.body)->string_at({"id"});
  const auto first = members.now(members.changing("ana", subscription, price, false, "k"));
  EXPECT_TRUE(first.starts_with("200 ? credit 19.00 charge 7.00")) << first;
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.find("/create_preview") == std::string::npos ? Cut::none
                                                                    : Cut::server_error_after;
  };
  EXPECT_EQ(members.now(members.changing("ana", subscription, price, false, "k")), first);
  EXPECT_EQ(members.now(members.changing("ana", subscription, price, false)), "gateway_busy");
  world.wire.fate = {};
  EXPECT_EQ(members.now(members.changing("ana", subscription, "price_nobody", true)),
            "validation_failed");
}

TEST_F(Subscriptions, a_refund_that_is_heard_of_before_its_period_waits_for_it) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  Postbox postbox(world);
  world.advance(*members.only("ana").current_period_end - world.clock.now() + 1s);
  const auto intents = wire::parse_json(world.sandbox_get("/v1/payment_intents"));
  const auto renewal = *intents->find("data")->as_array()->front().string_at({"id"});
  world.sandbox_post("/v1/refunds", "payment_intent=" + renewal);
  world.advance(5s);
  for (const auto& letter : postbox.about("refund.")) postbox.deliver(letter);
  world.work();
  ASSERT_EQ(members.payments("ana").size(), 1U);
  for (const auto& letter : postbox.about("invoice.")) postbox.deliver(letter);
  pass(10min);
  const auto payments = members.payments("ana");
  ASSERT_EQ(payments.size(), 2U);
  EXPECT_EQ(payments[0].refunded + payments[1].refunded, payments[0].captured);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Subscriptions, somebody_elses_does_not_exist) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  EXPECT_EQ(members.now(members.ending("bob", subscription, true)), "not_found");
  EXPECT_EQ(members.now(members.changing("bob", subscription, kBasic, true)), "not_found");
}

TEST_F(Subscriptions, a_method_that_pays_one_is_not_removed) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto method = members.saved("ana").methods.front().id.to_string();
  EXPECT_EQ(members.now(members.removing("ana", method)), "method_in_use");
  members.now(members.ending("ana", *members.only("ana").gateway_subscription_id, true));
  EXPECT_EQ(members.now(members.removing("ana", method)), "200 detached 4242");
}

class LostSubscriptions : public Subscriptions, public ::testing::WithParamInterface<Cut> {};

TEST_P(LostSubscriptions, are_made_once_and_the_key_tells) {
  cut("POST", "/v1/subscriptions", GetParam());
  const auto first = members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k"));
  world.run_jobs();
  pass(10min);
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k")), "200 active")
      << first;
  EXPECT_EQ(subscriptions_there(), 1);
  EXPECT_EQ(members.payments("ana").size(), 1U);
  EXPECT_TRUE(members.has_access("ana"));
  EXPECT_EQ(world.audit(), "");
}

TEST_P(LostSubscriptions, without_webhooks_too) {
  world.hold_webhooks = true;
  cut("POST", "/v1/subscriptions", GetParam());
  members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k"));
  world.run_jobs();
  pass(10min);
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k")), "200 active");
  EXPECT_EQ(subscriptions_there(), 1);
  EXPECT_EQ(members.payments("ana").size(), 1U);
}

TEST_P(LostSubscriptions, end_once) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto subscription = *members.only("ana").gateway_subscription_id;
  cut("DELETE", "/v1/subscriptions/", GetParam());
  members.now(members.ending("ana", subscription, true, "k"));
  world.run_jobs();
  pass(10min);
  EXPECT_EQ(members.now(members.ending("ana", subscription, true, "k")), "200 cancelled");
  EXPECT_EQ(members.status("ana"), "cancelled");
}

INSTANTIATE_TEST_SUITE_P(Cuts, LostSubscriptions,
                         ::testing::Values(Cut::request_lost, Cut::answer_lost,
                                           Cut::server_error_after, Cut::answer_truncated,
                                           Cut::reset, Cut::late, Cut::throttled));

}  // namespace
}  // namespace cobro::testing
