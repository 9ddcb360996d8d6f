// The audit while work is open, over several orders: that is no finding, and what is open in one
// place hides nothing in another. Each test changes one row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/audit/audit.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;

class AuditOfOpenWork : public ::testing::Test {
 protected:
  World world{{.deliver_webhooks = false}};
  ports::AuditPage page;

  // Order 1 is paid, and a refund of it is under way; order 2's payment is; order 3 waits.
  void SetUp() override {
    for (const auto* amount : {"100", "50", "20"}) world.order(amount);
    world.pay(1, "100");
    world.pay(2, "50");
    world.pay(3, "20");
    world.process(1);
    world.hold_webhooks = true;
    world.wire.fate = [](const ports::HttpRequest& request) {
      return request.method == "POST" ? Cut::answer_lost : Cut::request_lost;
    };
    ASSERT_FALSE(world.refund(1, "30"));
    ASSERT_FALSE(world.process(2));
    page = run(world.clock, world.store->audit_orders(std::nullopt, 100));
    ASSERT_EQ(page.refunds.at(0).status, domain::RefundStatus::pending);
    ASSERT_EQ(payment(2).pending_operation, domain::Operation::confirm);
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
  domain::Payment& payment(std::int64_t number) {
    for (auto& row : page.payments)
      if (row.number == number) return row;
    throw std::runtime_error("no such payment");
  }
  domain::Order& order(std::int64_t number) {
    for (auto& row : page.orders)
      if (row.number == number) return row;
    throw std::runtime_error("no such order");
  }
};

TEST_F(AuditOfOpenWork, knows_what_a_refund_under_way_holds) {
  payment(1).refunding = domain::Money::zero(payment(1).amount.currency());
  EXPECT_THAT(findings(), HasSubstr("its refunding amount is 0.00 PEN, its transactions make it"));
}

TEST_F(AuditOfOpenWork, does_not_take_a_refund_under_way_for_one_that_was_made) {
  payment(1).refunded = payment(1).refunding;
  EXPECT_THAT(findings(), HasSubstr("its refunded amount is 30.00 PEN, its transactions make it"));
}

TEST_F(AuditOfOpenWork, does_not_take_a_refund_for_an_operation_on_its_payment) {
  payment(1).pending_operation = domain::Operation::capture;
  EXPECT_THAT(findings(), HasSubstr("payment 1 (" + payment(1).id.to_string() +
                                    "): its mark of an open operation"));
}

TEST_F(AuditOfOpenWork, misses_the_mark_of_an_operation_that_is_open) {
  payment(2).pending_operation.reset();
  EXPECT_THAT(findings(), HasSubstr("payment 2 (" + payment(2).id.to_string() +
                                    "): its mark of an open operation"));
}

TEST_F(AuditOfOpenWork, does_not_see_another_payments_operation_in_one_that_has_none) {
  payment(3).state = domain::PaymentState::processing;
  EXPECT_THAT(findings(), HasSubstr("payment 3 (" + payment(3).id.to_string() +
                                    "): it is processing, but nothing is under way"));
}

TEST_F(AuditOfOpenWork, does_not_close_an_order_because_another_one_is_busy) {
  order(3).closing = domain::Closing::cancel;
  EXPECT_THAT(findings(), HasSubstr("it is marked as closing, and nothing is under way"));
  order(3).closing.reset();
  order(2).closing = domain::Closing::cancel;
  EXPECT_EQ(findings(), "");
}

TEST_F(AuditOfOpenWork, adds_up_each_orders_own_payments) {
  std::swap(payment(2).order_id, payment(3).order_id);
  const auto found = findings();
  EXPECT_THAT(found,
              HasSubstr("its allocated amount is 50.00 PEN, its payments make it 20.00 PEN"));
  EXPECT_THAT(found,
              HasSubstr("its allocated amount is 20.00 PEN, its payments make it 50.00 PEN"));
}

TEST_F(AuditOfOpenWork, counts_only_its_own_transactions_for_a_payment) {
  for (auto& row : page.transactions)
    if (row.type == domain::TransactionType::refund) row.payment_id = payment(3).id;
  const auto found = findings();
  EXPECT_THAT(found, HasSubstr("its refunding amount is 30.00 PEN, its transactions make it 0.00"));
  EXPECT_THAT(found, HasSubstr("its refunding amount is 0.00 PEN, its transactions make it 30.00"));
}

}  // namespace
}  // namespace cobro::testing
