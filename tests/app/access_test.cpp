// Access to what was bought follows its money: a dispute that took all of it, and money that comes
// when the access has ended.
#include <gtest/gtest.h>

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
