// Access to what was bought follows its money: a dispute that took all of it, and money that comes
// when the access has ended.
#include <gtest/gtest.h>

#include "app/payments/payment_query.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "domain/words.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

class Access : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  Members members{world};

  void pass(base::Duration span = 5s) {
    world.advance(span);
    world.work();
  }
  void buy_course() {
    make_intent(world, {.kind = domain::PaymentKind::course_purchase, .course = "course-1"});
    process_intent(world, 1, "pm_card_createDispute");
    pass();
  }
  void submit(const std::string& evidence) {
    const auto listed = wire::parse_json(world.sandbox_get("/v1/disputes"));
    const auto id = listed->find("data")->as_array()->front().string_at({"id"}).value_or("");
    world.sandbox_post("/v1/disputes/" + id, "evidence[uncategorized_text]=" + evidence);
    pass();
  }
  bool is_granted() { return !entitlements(world).at(0).revoked_at; }
  std::vector<domain::Review> reviews() {
    return run(world.clock, world.store->list_reviews({}, {.after = {}})).items;
  }
};

TEST_F(Access, to_a_course_is_revoked_by_a_dispute_that_is_lost) {
  buy_course();
  EXPECT_TRUE(is_granted());  // not while it is open
  submit("losing_evidence");
  EXPECT_FALSE(is_granted());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Access, to_a_course_stays_with_a_dispute_that_is_won) {
  buy_course();
  submit("winning_evidence");
  EXPECT_TRUE(is_granted());
  EXPECT_EQ(entitlements(world).size(), 1U);
}

// The look at refunds learns of it alone, and whether access ends depends on the disputes too.
TEST_F(Access, to_a_course_that_was_disputed_ends_with_a_refund_that_nobody_told_of) {
  buy_course();
  submit("winning_evidence");
  world.hold_webhooks = true;
  const auto payment = world.payment(1);
  world.sandbox_post("/v1/refunds", "payment_intent=" + payment.gateway_payment_id.value());
  const auto asked = run(world.clock, app::query_refunds(*world.context, payment.id));
  EXPECT_EQ(asked, app::Query::snapshot);
  EXPECT_EQ(world.payment(1).refunded, payment.captured);
  EXPECT_FALSE(is_granted());
  EXPECT_EQ(world.audit(), "");
}

// Events of disputes as the gateway could tell them, in any order.
class DisputedAccess : public Access {
 protected:
  Postbox postbox{world};
  wire::Request pattern;
  int told = 0;

  void SetUp() override {
    make_intent(world, {.kind = domain::PaymentKind::course_purchase, .course = "course-1"});
    process_intent(world, 1, "pm_card_createDispute");
    world.advance(3s);
    pattern = postbox.about("charge.dispute.created").at(0);
  }
  // `lines`: its balance transactions, in minor units.
  void tell(const std::string& dispute, const std::string& status,
            const std::vector<std::int64_t>& lines) {
    auto letter = pattern;
    auto event = wire::parse_json(letter.body).value();
    auto object = *event.at({"data", "object"});
    wire::JsonArray moved;
    for (const auto amount : lines)
      moved.emplace_back(wire::JsonObject{{"object", "balance_transaction"},
                                          {"amount", amount},
                                          {"currency", *object.string_at({"currency"})}});
    object.set("id", dispute);
    object.set("status", status);
    object.set("balance_transactions", std::move(moved));
    event.set("id", "evt_told_" + std::to_string(++told));
    event.set("type", "charge.dispute.updated");
    event.set("data", wire::JsonObject{{"object", std::move(object)}});
    letter.body = wire::to_text(event);
    deliver(std::move(letter));
  }
  // Signed anew, as each delivery is.
  void deliver(wire::Request letter) {
    const auto at = std::to_string(world.clock.now().unix_seconds());
    const auto signature = base::to_hex(crypto::hmac_sha256("whsec_test", at + "." + letter.body));
    letter.headers.set("Stripe-Signature", "t=" + at + ",v1=" + signature);
    postbox.deliver(letter);
  }
  std::string standing() {
    return std::string(domain::to_string(*world.payment(1).dispute_status)) +
           (is_granted() ? ", granted" : ", revoked");
  }
};

TEST_F(DisputedAccess, does_not_come_back_with_another_dispute_or_inquiry) {
  tell("dp_a", "lost", {-10'000});
  EXPECT_EQ(standing(), "lost, revoked");
  tell("dp_b", "warning_needs_response", {});
  EXPECT_EQ(standing(), "lost, revoked");
  tell("dp_b", "warning_closed", {});
  tell("dp_c", "needs_response", {});
  EXPECT_EQ(standing(), "lost, revoked");
  EXPECT_EQ(world.audit(), "");
  tell("dp_a", "won", {-10'000, 10'000});
  EXPECT_EQ(standing(), "needs_response, granted");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(DisputedAccess, ends_when_all_is_lost_and_not_while_a_part_is_disputed) {
  tell("dp_a", "needs_response", {-6'000});
  tell("dp_b", "lost", {-4'000});
  EXPECT_EQ(standing(), "lost, granted");
  tell("dp_a", "under_review", {-6'000});
  EXPECT_EQ(standing(), "lost, granted");
  tell("dp_a", "lost", {-6'000});
  EXPECT_EQ(standing(), "lost, revoked");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(DisputedAccess, ends_with_a_dispute_whose_end_was_lost_when_a_late_event_tells_of_it) {
  submit("losing_evidence");
  world.advance(2h);
  deliver(pattern);
  world.work();
  EXPECT_EQ(standing(), "lost, revoked");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(DisputedAccess, that_is_lost_does_not_come_back_with_old_news) {
  tell("dp_a", "lost", {-10'000, 10'000, -10'000});
  tell("dp_a", "won", {-10'000, 10'000});
  EXPECT_EQ(standing(), "lost, revoked");
  tell("dp_a", "won", {-10'000, 10'000, -10'000, 10'000});
  tell("dp_a", "lost", {-10'000});
  EXPECT_EQ(standing(), "won, granted");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(DisputedAccess, of_a_plan_follows_its_subscription_and_not_its_money) {
  members.now(members.subscribing("bea", kPro, "pm_card_createDispute"));
  world.advance(3s);
  pass();
  pattern = postbox.about("charge.dispute.created").back();
  for (const auto& letter : postbox.letters) postbox.deliver(letter);
  pass();
  const auto amount = members.payments("bea").at(0).captured.minor();
  tell("dp_plan", "lost", {-amount});
  EXPECT_EQ(members.payments("bea").at(0).dispute_status, domain::DisputeStatus::lost);
  EXPECT_TRUE(members.has_access("bea"));
  EXPECT_EQ(world.audit(), "");
}

// Cancelled while its last invoice was owed, and then that invoice is paid there.
TEST_F(Access, to_what_has_ended_is_not_granted_by_late_money) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto first = members.only("ana");
  const auto there = *first.gateway_subscription_id;
  const auto failing =
      wire::parse_json(world
                           .sandbox_post("/v1/payment_methods/pm_card_chargeCustomerFail/attach",
                                         "customer=" + first.gateway_customer_id)
                           .body);
  world.sandbox_post("/v1/subscriptions/" + there,
                     "default_payment_method=" + *failing->string_at({"id"}));
  pass(32 * 24h);
  pass(1h);
  ASSERT_EQ(members.status("ana"), "past_due");
  EXPECT_EQ(members.now(members.ending("ana", there, true)), "200 cancelled");
  pass();
  EXPECT_TRUE(reviews().empty());
  const auto invoice = *members.only("ana").latest_invoice_id;
  const auto paid = world.sandbox_post("/v1/invoices/" + invoice + "/pay",
                                       "payment_method=" + *first.gateway_payment_method_id);
  ASSERT_EQ(paid.status, 200) << paid.body;
  pass();
  const auto payments = members.payments("ana");
  EXPECT_EQ(payments.at(0).captured.to_string(), "49.00 USD");
  EXPECT_FALSE(members.has_access("ana"));
  ASSERT_EQ(reviews().size(), 1U);
  EXPECT_EQ(reviews()[0].kind, domain::ReviewKind::late_access);
  EXPECT_EQ(reviews()[0].payment_id, payments.at(0).id);
  EXPECT_EQ(reviews()[0].amount->to_string(), "49.00 USD");
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
