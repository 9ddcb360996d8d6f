#include "app/audit/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;

// A paid, partly refunded order; each test changes one row of its page.
class Audit : public ::testing::Test {
 protected:
  World world;
  ports::AuditPage page;

  void SetUp() override {
    world.order("100");
    world.pay(1, "100");
    world.process(1);
    world.refund(1, "30");
    world.order("50");
    world.pay(2, "50");
    page = run(world.clock, world.store->audit_orders(std::nullopt, 100));
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

TEST_F(Audit, a_changed_ledger_amount_is_named) {
  auto& entry = page.entries.front();
  entry.amount += domain::Money(1, entry.amount.currency());
  EXPECT_THAT(findings(), HasSubstr("ledger entry " + entry.id.to_string()));
}

TEST_F(Audit, a_changed_ledger_account_is_named) {
  auto& entry = page.entries.back();
  entry.account = "sales:intent";
  EXPECT_THAT(findings(), HasSubstr("ledger entry " + entry.id.to_string()));
}

TEST_F(Audit, a_missing_ledger_row_is_named_by_its_transaction) {
  page.entries.erase(page.entries.begin());
  EXPECT_THAT(findings(), HasSubstr("the ledger has 0 debit entries of its charge"));
}

TEST_F(Audit, both_rows_of_a_movement_missing_are_named) {
  const auto id = page.entries.front().transaction_id;
  std::erase_if(page.entries, [&](const auto& entry) { return entry.transaction_id == id; });
  EXPECT_THAT(findings(), HasSubstr("(" + id.to_string() + "): the ledger has 0 debit entries"));
}

TEST_F(Audit, a_payment_set_to_succeeded_by_hand_is_named) {
  payment(2).state = domain::PaymentState::succeeded;
  EXPECT_THAT(findings(), HasSubstr("payment 2 (" + payment(2).id.to_string() +
                                    "): it is succeeded, but no charge of it succeeded"));
}

TEST_F(Audit, a_payment_set_to_succeeded_with_its_amount_is_named) {
  payment(2).state = domain::PaymentState::succeeded;
  payment(2).captured = payment(2).amount;
  EXPECT_THAT(findings(),
              HasSubstr("its captured amount is 50.00 PEN, its transactions make it 0.00"));
}

TEST_F(Audit, a_succeeded_payment_set_back_is_named) {
  payment(1).state = domain::PaymentState::failed;
  EXPECT_THAT(findings(), HasSubstr("payment 1"));
}

TEST_F(Audit, a_changed_order_total_is_named) {
  order(1).total += domain::Money(1, order(1).total.currency());
  EXPECT_THAT(findings(), HasSubstr("its total is 100.01 PEN, its items add up to 100.00 PEN"));
}

TEST_F(Audit, a_changed_item_is_named) {
  order(1).items[0].quantity = 2;
  EXPECT_THAT(findings(), HasSubstr("order ORD-00000001"));
}

TEST_F(Audit, an_order_marked_paid_by_hand_is_named) {
  order(2).status = domain::OrderStatus::paid;
  EXPECT_THAT(findings(), HasSubstr("it is paid, with 0.00 PEN of 50.00 PEN captured"));
}

TEST_F(Audit, a_changed_refund_is_named) {
  page.refunds.front().amount += domain::Money(1, page.refunds.front().amount.currency());
  EXPECT_THAT(findings(), HasSubstr("refund " + page.refunds.front().id.to_string()));
}

TEST_F(Audit, a_changed_transaction_is_named) {
  page.transactions.front().status = domain::TransactionStatus::failed;
  EXPECT_THAT(findings(), HasSubstr("transaction "));
}

TEST_F(Audit, a_missing_transaction_is_named_by_its_entries) {
  const auto id = page.transactions.front().id;
  page.transactions.erase(page.transactions.begin());
  EXPECT_THAT(findings(), HasSubstr("its transaction " + id.to_string() + " is missing"));
}

TEST_F(Audit, a_changed_payment_amount_is_named) {
  payment(1).amount += domain::Money(100, payment(1).amount.currency());
  EXPECT_THAT(findings(), HasSubstr("its amount is 101.00 PEN, 100.00 PEN was captured"));
}

}  // namespace
}  // namespace cobro::testing
