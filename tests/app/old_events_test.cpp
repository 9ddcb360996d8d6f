// Events in the shapes of older API versions: refunds and disputes that name their payment by a
// charge alone. The gateway is asked whose charge it is, and they are booked like any other.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/webhooks/webhooks.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;
using wire::Json;
using wire::JsonObject;

using Names = std::vector<std::string_view>;

Json without(const Json& object, const Names& names) {
  JsonObject kept;
  for (const auto& [name, value] : *object.as_object())
    if (std::ranges::find(names, name) == names.end()) kept.emplace_back(name, value);
  return kept;
}

class OldEvents : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  Postbox postbox{world};

  void pay(const std::string& card = "pm_card_visa") {
    world.order("100");
    world.pay(1, "100");
    ASSERT_EQ(to_string(process_intent(world, 1, card)), "1 succeeded 100.00/100.00");
  }
  // Of another program on the same account: a payment that we know nothing of.
  std::string pay_elsewhere() {
    const auto made =
        world.sandbox_post("/v1/payment_intents",
                           "amount=5000&currency=pen&confirm=true&payment_method=pm_card_visa"
                           "&automatic_payment_methods[enabled]=true&automatic_payment_methods["
                           "allow_redirects]=never");
    return wire::parse_json(made.body)->string_at({"id"}).value_or("");
  }
  void refund_there(const std::string& intent, const std::string& amount) {
    const auto done =
        world.sandbox_post("/v1/refunds", "payment_intent=" + intent + "&amount=" + amount);
    ASSERT_EQ(done.status, 200) << done.body;
    world.advance(2s);
  }
  std::string intent() { return *world.payment(1).gateway_payment_id; }

  // Every letter whose type begins so, its object without the members and with the others, signed
  // again.
  std::vector<wire::Request> aged(const std::string& type, const Names& names,
                                  const JsonObject& others = {}) {
    auto letters = postbox.about(type);
    EXPECT_FALSE(letters.empty()) << type;
    for (auto& letter : letters) {
      auto event = wire::parse_json(letter.body).value();
      auto object = without(*event.at({"data", "object"}), names);
      for (const auto& [name, value] : others) object.set(name, value);
      event.set("data", JsonObject{{"object", std::move(object)}});
      letter.body = wire::to_text(event);
      const auto at = std::to_string(world.clock.now().unix_seconds());
      const auto signature =
          base::to_hex(crypto::hmac_sha256("whsec_test", at + "." + letter.body));
      letter.headers.set("Stripe-Signature", "t=" + at + ",v1=" + signature);
    }
    return letters;
  }
  void deliver(const std::string& type, const Names& names, const JsonObject& others = {}) {
    for (const auto& letter : aged(type, names, others)) postbox.deliver(letter);
  }
  // As the sweep finds them in the gateway's list; whether each was news.
  std::vector<bool> list(const std::string& type, const Names& names) {
    std::vector<bool> news;
    for (const auto& letter : aged(type, names)) {
      const auto request = webhook_of(letter);
      const auto taken = run(
          world.clock, app::take_listed_event(*world.context, domain::GatewayName::stripe,
                                              world.stripe->read_event(request).value(), request));
      news.push_back(taken == app::ListedTaken::stored);
    }
    return news;
  }
  // Long enough for what waits to be tried again.
  void pass(base::Duration span = 2min) {
    world.advance(span);
    world.work();
  }
  int asked(const std::string& path) {
    return static_cast<int>(std::ranges::count_if(world.wire.sent, [&](const auto& sent) {
      return sent.method == "GET" && sent.url.find(path) != std::string::npos;
    }));
  }
  std::string refunded() { return world.payment(1).refunded.to_decimal(); }
  std::string disputed() { return world.payment(1).disputed.to_decimal(); }
  std::vector<ports::StoredWebhook> unapplied() {
    const auto end = world.clock.now() + 24h;
    return run(world.clock, world.store->claim_webhooks(end, end, 100));
  }
};

TEST_F(OldEvents, a_refund_that_names_only_its_charge_is_booked) {
  pay();
  refund_there(intent(), "3000");
  deliver("refund.", {"payment_intent"});
  pass(1s);
  EXPECT_EQ(refunded(), "30.00");
  EXPECT_EQ(world.audit(), "");
  EXPECT_TRUE(unapplied().empty());
}

TEST_F(OldEvents, a_refunded_charge_that_names_no_intent_is_asked_about) {
  pay();
  refund_there(intent(), "3000");
  deliver("charge.refunded", {"payment_intent", "metadata", "amount_refunded"});
  pass(1s);
  EXPECT_EQ(refunded(), "30.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, a_dispute_that_names_only_its_charge_is_booked_and_followed) {
  pay("pm_card_createDispute");
  world.advance(3s);
  deliver("charge.dispute.", {"payment_intent"});
  pass(1s);
  EXPECT_EQ(disputed(), "100.00");
  EXPECT_EQ(world.payment(1).dispute_status, domain::DisputeStatus::needs_response);
  world.sandbox_post("/v1/disputes/" + disputes_of(world, 1)[0].gateway_dispute_id,
                     "evidence[uncategorized_text]=winning_evidence");
  world.advance(3s);
  deliver("charge.dispute.", {"payment_intent"});
  pass(1s);
  EXPECT_EQ(disputed(), "0.00");
  EXPECT_EQ(world.payment(1).dispute_status, domain::DisputeStatus::won);
  EXPECT_EQ(disputes_of(world, 1).size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, listed_ones_that_name_only_a_charge_are_taken_once) {
  pay();
  refund_there(intent(), "3000");
  EXPECT_EQ(list("charge.refunded", {"payment_intent", "metadata"}), std::vector{true});
  EXPECT_EQ(refunded(), "30.00");
  EXPECT_EQ(list("charge.refunded", {"payment_intent", "metadata"}), std::vector{false});
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, listed_ones_of_nobody_here_are_not_kept) {
  refund_there(pay_elsewhere(), "3000");
  EXPECT_EQ(list("charge.refunded", {"payment_intent", "metadata"}), std::vector{false});
  EXPECT_TRUE(unapplied().empty());
}

TEST_F(OldEvents, what_no_gateway_answers_for_waits) {
  pay();
  refund_there(intent(), "3000");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.find("/v1/charges/") != std::string::npos ? Cut::refused : Cut::none;
  };
  deliver("refund.", {"payment_intent", "metadata"});
  pass(1s);
  EXPECT_EQ(refunded(), "0.00");
  world.wire.fate = {};
  pass();
  EXPECT_EQ(refunded(), "30.00");
  EXPECT_TRUE(unapplied().empty());
}

TEST_F(OldEvents, a_charge_of_nobody_here_changes_nothing) {
  pay();
  refund_there(pay_elsewhere(), "3000");
  deliver("charge.refunded", {"payment_intent", "metadata"});
  pass(1s);
  EXPECT_EQ(asked("/v1/charges/"), 1);
  EXPECT_EQ(refunded(), "0.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, a_dispute_before_its_payments_own_answer_waits_for_it) {
  world.order("100");
  world.pay(1, "100");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "POST" ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_createDispute")), "outcome_unknown");
  world.wire.fate = {};
  world.advance(3s);
  deliver("charge.dispute.", {"payment_intent"});
  for (int i = 0; i < 4; ++i) pass();
  EXPECT_EQ(disputed(), "100.00");
  EXPECT_EQ(world.audit(), "");
}

// Events that tell in part what happened: the object tells the rest.
TEST_F(OldEvents, a_dispute_whose_figures_are_texts_is_fetched) {
  pay("pm_card_createDispute");
  world.advance(3s);
  deliver("charge.dispute.created", {},
          {{"amount", "10000"},
           {"balance_transactions",
            wire::JsonArray{JsonObject{{"amount", "-10000"}, {"currency", "pen"}}}}});
  pass(1s);
  EXPECT_EQ(disputed(), "100.00");
  EXPECT_EQ(world.payment(1).dispute_status, domain::DisputeStatus::needs_response);
  EXPECT_TRUE(unapplied().empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, a_lost_dispute_that_tells_no_money_is_fetched) {
  pay("pm_card_createDispute");
  world.advance(3s);
  const auto listed = world.stripe->lists_of_everything()->disputes_of(intent());
  const auto found = wire::parse_json(world.sandbox_get(listed.path)).value();
  const auto id = *found.find("data")->as_array()->front().string_at({"id"});
  world.sandbox_post("/v1/disputes/" + id, "evidence[uncategorized_text]=losing_evidence");
  world.advance(3s);
  deliver("charge.dispute.closed", {}, {{"balance_transactions", wire::JsonArray{Json()}}});
  pass(1s);
  EXPECT_EQ(disputed(), "100.00");
  EXPECT_EQ(world.payment(1).dispute_status, domain::DisputeStatus::lost);
  EXPECT_TRUE(unapplied().empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, a_refund_that_names_neither_intent_nor_charge_is_asked_for_itself) {
  pay();
  refund_there(intent(), "3000");
  deliver("refund.created", {"payment_intent", "charge", "metadata"});
  pass(1s);
  EXPECT_EQ(refunded(), "30.00");
  EXPECT_EQ(asked("/v1/refunds/re_"), 1);
  EXPECT_TRUE(unapplied().empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(OldEvents, a_refund_of_more_than_there_is_is_booked_as_it_is_there) {
  pay();
  refund_there(intent(), "3000");
  deliver("refund.created", {}, {{"amount", 30'000'000}});
  EXPECT_EQ(refunded(), "0.00");
  pass();
  EXPECT_EQ(refunded(), "30.00");
  EXPECT_TRUE(unapplied().empty());
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
