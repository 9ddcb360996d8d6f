// A dispute's money goes by what the gateway says is gone now, however often it moved.
#include <gtest/gtest.h>

#include "domain/gateway_snapshots.h"

namespace cobro::domain {
namespace {

const Currency kPen = *Currency::parse("PEN");
const Currency kUsd = *Currency::parse("USD");
const Currency kYen = *Currency::parse("JPY");

Money pen(std::int64_t minor) {
  return {minor, kPen};
}

Moment moment() {
  Moment m{base::Timestamp{1'000'000}, IdSource(base::Timestamp{1'000'000}, {1, 2, 3}), {}};
  for (std::int64_t i = 1; i <= 16; ++i) m.transaction_numbers.push_back(i);
  return m;
}

Payment payment() {
  auto m = moment();
  return {.id = m.ids.next<PaymentId>(),
          .number = 1,
          .order_id = {},
          .user_id = "u1",
          .tenant_id = {},
          .gateway = GatewayName::stripe,
          .state = PaymentState::succeeded,
          .amount = pen(3000),
          .captured = pen(3000),
          .refunded = pen(0),
          .refunding = pen(0),
          .overpayment = {},
          .description = {},
          .gateway_payment_id = "pi_1",
          .gateway_charge_id = {},
          .gateway_response = {},
          .decline = {},
          .next_action = {},
          .pending_operation = {},
          .processed_at = {}};
}

GatewayDispute snapshot(std::int64_t movements, Money gone, DisputeStatus status) {
  return {.gateway_dispute_id = "dp_1",
          .gateway_payment_id = "pi_1",
          .status = status,
          .amount = pen(3000),
          .reason = "fraudulent",
          .evidence_due_by = {},
          .movements = movements,
          .withdrawn = gone.is_positive(),
          .withdrawn_amount = gone,
          .redacted = "{}"};
}

class Told : public ::testing::Test {
 protected:
  Books books{moment(), payment(), std::nullopt, {}, {}};

  std::optional<Dispute> row() const {
    const auto& result = books.result();
    if (!result.changed_disputes.empty()) return result.changed_disputes.back();
    return result.new_disputes.empty() ? std::nullopt : std::optional(result.new_disputes.back());
  }
  Applied tell(const GatewayDispute& told) { return apply(books, told, row()); }
  Applied tell(std::int64_t movements, std::int64_t gone,
               DisputeStatus status = DisputeStatus::needs_response) {
    return tell(snapshot(movements, pen(gone), status));
  }
  // What the ledger says is gone.
  std::int64_t posted() const {
    std::int64_t sum = 0;
    for (const auto& entry : books.result().entries)
      if (entry.account == "disputes")
        sum += (entry.side == Side::debit ? 1 : -1) * entry.amount.minor();
    return sum;
  }
  void expect_gone(std::int64_t minor) const {
    EXPECT_EQ(books.payment().disputed, pen(minor));
    EXPECT_EQ(row()->withdrawn_amount, pen(minor));
    EXPECT_EQ(posted(), minor);
  }
};

TEST_F(Told, money_that_is_taken_and_comes_back) {
  EXPECT_EQ(tell(1, 3000), Applied::changed);
  expect_gone(3000);
  EXPECT_EQ(tell(1, 3000), Applied::nothing_new);
  EXPECT_EQ(tell(2, 0, DisputeStatus::won), Applied::changed);
  expect_gone(0);
  EXPECT_TRUE(row()->withdrawn && row()->reinstated);
}

TEST_F(Told, money_that_is_taken_again_after_a_win) {
  tell(1, 3000);
  tell(2, 0, DisputeStatus::won);
  EXPECT_EQ(tell(3, 3000, DisputeStatus::won), Applied::changed);
  expect_gone(3000);
  EXPECT_TRUE(row()->withdrawn && !row()->reinstated);
  EXPECT_EQ(books.result().new_transactions.size(), 2U);
  EXPECT_EQ(books.result().new_transactions[1].id, row()->transaction_id);
}

TEST_F(Told, money_that_is_taken_in_parts_and_given_back_in_parts) {
  tell(1, 1000);
  expect_gone(1000);
  tell(2, 3000);
  expect_gone(3000);
  tell(3, 500, DisputeStatus::won);
  expect_gone(500);
  EXPECT_FALSE(row()->reinstated);
  tell(4, 0, DisputeStatus::won);
  expect_gone(0);
}

TEST_F(Told, news_of_fewer_movements_are_older) {
  tell(2, 0, DisputeStatus::won);
  expect_gone(0);
  EXPECT_TRUE(row()->withdrawn && row()->reinstated) << "it came and went before";
  EXPECT_EQ(tell(1, 3000), Applied::nothing_new);
  expect_gone(0);
}

TEST_F(Told, a_status_alone_moves_nothing) {
  EXPECT_EQ(tell(0, 0), Applied::changed);
  expect_gone(0);
  tell(1, 3000);
  EXPECT_EQ(tell(0, 0, DisputeStatus::lost), Applied::changed);
  expect_gone(3000);
}

TEST_F(Told, movements_in_another_currency_count_for_all_or_nothing) {
  auto told = snapshot(1, Money{800, kUsd}, DisputeStatus::needs_response);
  EXPECT_EQ(tell(told), Applied::changed);
  expect_gone(3000);
  told = snapshot(2, Money{10, kUsd}, DisputeStatus::won);
  told.withdrawn = false;
  EXPECT_EQ(tell(told), Applied::changed);
  expect_gone(0);
}

TEST_F(Told, a_dispute_in_another_currency_counts_by_movements_in_ours) {
  auto told = snapshot(1, pen(2900), DisputeStatus::needs_response);
  told.amount = Money{800, kUsd};
  EXPECT_EQ(tell(told), Applied::changed);
  expect_gone(2900);
  EXPECT_EQ(row()->amount, pen(2900));
}

TEST_F(Told, an_amount_that_we_cannot_read_is_a_persons) {
  auto told = snapshot(1, Money{800, kYen}, DisputeStatus::needs_response);
  for (const auto& amount : {std::optional<Money>(), std::optional(Money{800, kUsd})}) {
    told.amount = amount;
    EXPECT_EQ(tell(told), Applied::conflicted);
    EXPECT_TRUE(books.payment().conflicted);
    EXPECT_FALSE(row());
  }
  told.withdrawn = false;
  EXPECT_EQ(tell(told), Applied::changed);
  expect_gone(0);
}

TEST_F(Told, a_dispute_of_an_amount_that_nobody_told_is_a_persons) {
  auto told = snapshot(0, pen(0), DisputeStatus::needs_response);
  told.amount.reset();
  EXPECT_EQ(tell(told), Applied::conflicted);
  EXPECT_TRUE(books.payment().conflicted);
  EXPECT_FALSE(row());
}

TEST_F(Told, a_dispute_of_another_payment_is_a_conflict) {
  tell(1, 3000);
  auto other = *row();
  other.payment_id = PaymentId{};
  EXPECT_EQ(apply(books, snapshot(2, pen(0), DisputeStatus::won), other), Applied::conflicted);
  expect_gone(3000);
}

TEST_F(Told, a_refund_made_there_in_another_currency_or_of_nothing_fails_no_check) {
  GatewayRefund refund{.gateway_refund_id = "re_1",
                       .gateway_payment_id = "pi_1",
                       .status = RefundStatus::succeeded,
                       .amount = Money{100, kUsd},
                       .reason = {},
                       .failure_reason = {},
                       .our_payment = {},
                       .our_call = {},
                       .redacted = "{}"};
  EXPECT_EQ(apply(books, refund, nullptr), Applied::conflicted);
  refund.status = RefundStatus::failed;
  EXPECT_EQ(apply(books, refund, nullptr), Applied::nothing_new);
  refund.status = RefundStatus::succeeded;
  refund.amount = pen(0);
  EXPECT_EQ(apply(books, refund, nullptr), Applied::nothing_new);
  EXPECT_TRUE(books.result().new_refunds.empty());
}

TEST_F(Told, a_capture_in_another_currency_is_a_conflict) {
  auto open = payment();
  open.state = PaymentState::processing;
  open.captured = pen(0);
  Books fresh{moment(), open, std::nullopt, {}, {}};
  GatewayPayment captured;
  captured.gateway_payment_id = "pi_1";
  captured.state = RemoteState::succeeded;
  captured.amount = pen(3000);
  captured.captured = Money{3000, kUsd};
  EXPECT_EQ(apply(fresh, captured), Applied::conflicted);
}

// Of a course: "granted revoked", each change once.
class ToldOfACourse : public Told {
 protected:
  void SetUp() override {
    auto course = payment();
    course.kind = PaymentKind::course_purchase;
    course.course_id = "c-1";
    books = Books(moment(), course, std::nullopt, {}, {});
  }
  std::string access() const {
    std::string all;
    for (const auto& row : books.result().entitlements)
      all += row.revoked_at ? " revoked" : " granted";
    return all;
  }
};

TEST_F(ToldOfACourse, one_that_is_lost_over_all_that_was_captured_revokes_access) {
  tell(1, 3000);
  EXPECT_EQ(access(), "");
  tell(1, 3000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
  tell(1, 3000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
}

TEST_F(ToldOfACourse, one_that_is_won_after_all_grants_it_again) {
  tell(1, 3000, DisputeStatus::lost);
  tell(2, 0, DisputeStatus::won);
  EXPECT_EQ(access(), " revoked granted");
}

TEST_F(ToldOfACourse, one_over_a_part_leaves_access) {
  tell(1, 2999, DisputeStatus::lost);
  EXPECT_EQ(access(), "");
}

TEST_F(ToldOfACourse, what_was_given_back_before_counts_with_it) {
  const auto id = books.start_refund(pen(1000), "broken", "admin").id;
  books.end_refund(id, RefundStatus::succeeded, std::nullopt, "{}");
  tell(1, 2000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
}

// Its money comes back and goes again in one telling.
TEST_F(ToldOfACourse, one_that_takes_another_amount_changes_access_once) {
  tell(1, 2500, DisputeStatus::lost);
  tell(2, 3000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
}

}  // namespace
}  // namespace cobro::domain
