// What is owed, and a card whose bank asks the customer: that is no decline. The subscription shows
// what is to be done, and with what key, until it is done.
#include <gtest/gtest.h>

#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kMonth = 32 * 24h;
constexpr const char* kFailsLater = "pm_card_chargeCustomerFail";
constexpr const char* kAsks = "pm_card_authenticationRequired";
constexpr const char* kAsked = "200 past_due next:use_stripe_sdk";

class SubscriptionAction : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};
  Members members{world};

  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
  void owe() {
    members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
    pass(1min);
    members.now(members.paying_with("ana", there(), kFailsLater));
    pass(kMonth);
    ASSERT_EQ(members.status("ana"), "past_due");
    ASSERT_EQ(shown(), "nothing");
  }
  std::string there() { return *members.only("ana").gateway_subscription_id; }
  std::string pay_with(const std::string& card, const std::string& key = "") {
    return members.now(members.paying_with("ana", there(), card, key));
  }
  // The intent of the open invoice, as it is there.
  wire::Json intent() {
    const auto invoice = wire::parse_json(
        world.sandbox_get("/v1/invoices/" + *members.only("ana").latest_invoice_id +
                          "?expand[]=payments.data.payment.payment_intent"));
    const auto& payments = *invoice->at({"payments", "data"})->as_array();
    return *payments.at(0).at({"payment", "payment_intent"});
  }
  // What the row tells the customer to do: "nothing", or whether its secrets are that intent's.
  std::string shown() {
    const auto row = members.only("ana");
    const auto secret = domain::secret_to_act_with(row);
    if (!row.next_action && !secret) return "nothing";
    const auto own = intent().string_at({"client_secret"});
    return secret == own && row.next_action && row.next_action->client_secret == own ? "to act"
                                                                                     : "something";
  }
  void press(const std::string& outcome) {
    const auto url = *intent().string_at({"next_action", "use_stripe_sdk", "stripe_js"});
    const auto page = url.substr(url.find('/', url.find("://") + 3));
    ASSERT_EQ(world.sandbox_post(page, "outcome=" + outcome).status, 200);
    pass(1min);
  }
};

TEST_P(SubscriptionAction, on_what_is_owed_is_asked_for_and_shown) {
  owe();
  EXPECT_EQ(pay_with(kAsks, "k"), kAsked);
  EXPECT_EQ(intent().string_at({"status"}), "requires_action");
  EXPECT_EQ(shown(), "to act");
  EXPECT_EQ(pay_with(kAsks, "k"), kAsked);
  pass(1min);
  EXPECT_EQ(shown(), "to act");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(SubscriptionAction, done_there_is_nothing_more_to_show) {
  owe();
  EXPECT_EQ(pay_with(kAsks), kAsked);
  press("approve");
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(shown(), "nothing");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(SubscriptionAction, refused_there_is_nothing_more_to_show) {
  owe();
  EXPECT_EQ(pay_with(kAsks), kAsked);
  press("refuse");
  EXPECT_EQ(members.status("ana"), "past_due");
  EXPECT_EQ(shown(), "nothing");
  EXPECT_EQ(pay_with("pm_card_mastercard"), "200 active");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(SubscriptionAction, is_not_needed_for_another_card) {
  owe();
  EXPECT_EQ(pay_with(kAsks), kAsked);
  EXPECT_EQ(pay_with(kFailsLater), "402 payment_declined generic_decline");
  EXPECT_EQ(shown(), "nothing");
  EXPECT_EQ(pay_with(kAsks), kAsked);
  EXPECT_EQ(pay_with("pm_card_mastercard"), "200 active");
  EXPECT_EQ(shown(), "nothing");
}

// Such an answer shows no more of the invoice than its secret.
TEST_P(SubscriptionAction, stays_when_something_else_is_changed) {
  owe();
  EXPECT_EQ(pay_with(kAsks), kAsked);
  EXPECT_EQ(members.now(members.ending("ana", there(), false)),
            "200 past_due ending next:use_stripe_sdk");
  EXPECT_EQ(shown(), "to act");
}

TEST_P(SubscriptionAction, on_a_first_payment_is_asked_for_with_another_card_too) {
  members.now(members.subscribing("ana", kBasic, kAsks));
  pass(1min);
  EXPECT_EQ(pay_with("pm_card_threeDSecure2Required"), "200 incomplete next:use_stripe_sdk");
  EXPECT_EQ(shown(), "to act");
  press("approve");
  EXPECT_EQ(members.status("ana"), "active");
  EXPECT_EQ(shown(), "nothing");
}

TEST_P(SubscriptionAction, that_a_renewal_asks_for_is_shown_when_it_is_heard_of) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  pass(1min);
  EXPECT_EQ(pay_with(kAsks), "200 active");
  pass(kMonth);
  ASSERT_EQ(members.status("ana"), "past_due");
  EXPECT_EQ(shown(), intent().string_at({"status"}) == "requires_action" ? "to act" : "nothing");
  EXPECT_EQ(pay_with(kAsks), kAsked);
}

// What the refusal means is not known before the invoice was seen.
TEST_P(SubscriptionAction, that_could_not_be_seen_at_once_is_learned) {
  owe();
  world.hold_webhooks = true;
  world.wire.fate = [sent = false](const ports::HttpRequest& request) mutable {
    sent = sent || request.url.ends_with("/pay");
    return sent && request.method == "GET" ? Cut::request_lost : Cut::none;
  };
  EXPECT_EQ(pay_with(kAsks, "k"), "outcome_unknown");
  world.wire.fate = nullptr;
  pass(10min);
  EXPECT_EQ(pay_with(kAsks, "k"), kAsked);
  EXPECT_EQ(shown(), "to act");
  EXPECT_EQ(world.audit(), "");
}

INSTANTIATE_TEST_SUITE_P(Writes, SubscriptionAction, ::testing::Bool());

}  // namespace
}  // namespace cobro::testing
