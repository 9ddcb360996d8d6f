// The audit on a payment with an overpayment, partly sent back; each test changes one row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/audit/audit.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;

class AuditOfLateMoney : public ::testing::Test {
 protected:
  World world;
  ports::AuditPage page;

  void SetUp() override {
    world.order("100");
    world.pay(1, "100");
    world.process(1, "pm_card_chargeDeclined");
    world.pay(1, "100");
    world.process(2);
    const auto intent = *world.payment(1).gateway_payment_id;
    world.sandbox_post("/v1/payment_intents/" + intent + "/confirm", "payment_method=pm_card_visa");
    world.sandbox_post("/v1/refunds", "payment_intent=" + intent + "&amount=4000");
    world.advance(std::chrono::minutes(1));
    world.work();
    page = run(world.clock, world.store->audit_orders(std::nullopt, 100));
    ASSERT_EQ(late().overpayment->refunded.to_decimal(), "40.00");
    ASSERT_EQ(findings(), "");
  }
  std::string findings() {
    app::AuditReport report;
    app::audit_rows(page, report);
    std::string text;
    for (const auto& finding : report.findings)
      text += finding.subject + ": " + finding.problem + "\n";
    return text;
  }
  domain::Payment& late() {
    for (auto& row : page.payments)
      if (row.overpayment) return row;
    throw std::runtime_error("no overpayment");
  }
};

TEST_F(AuditOfLateMoney, a_changed_amount_is_named) {
  late().overpayment->amount += domain::Money(1, late().amount.currency());
  EXPECT_THAT(findings(), HasSubstr("its overpaid amount is 100.01 PEN"));
}

TEST_F(AuditOfLateMoney, what_went_back_is_derived) {
  late().overpayment->refunded = late().overpayment->amount;
  EXPECT_THAT(findings(), HasSubstr("its overpaid and refunded amount is 100.00 PEN"));
}

TEST_F(AuditOfLateMoney, what_is_on_its_way_back_is_derived) {
  late().overpayment->refunding = domain::Money(1, late().amount.currency());
  EXPECT_THAT(findings(), HasSubstr("its overpaid and refunding amount is 0.01 PEN"));
}

TEST_F(AuditOfLateMoney, an_overpayment_that_is_gone_is_named) {
  late().overpayment.reset();
  EXPECT_THAT(findings(), HasSubstr("a charge of it succeeded"));
}

TEST_F(AuditOfLateMoney, an_entry_on_sales_instead_is_named) {
  for (auto& entry : page.entries)
    if (entry.account == "overpayments") entry.account = "sales:order";
  EXPECT_THAT(findings(), HasSubstr("on sales:order"));
}

TEST_F(AuditOfLateMoney, a_refund_that_is_not_of_it_is_named) {
  page.refunds.at(0).of_overpayment = false;
  EXPECT_THAT(findings(), HasSubstr("it and its payment disagree about an overpayment"));
}

}  // namespace
}  // namespace cobro::testing
