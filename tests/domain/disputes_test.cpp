// A dispute's money goes by what the gateway says is gone now, however often it moved.
#include <gtest/gtest.h>

#include <algorithm>

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

  std::optional<Dispute> row(const std::string& id = "dp_1") const {
    std::optional<Dispute> found;
    const auto& result = books.result();
    for (const auto* rows : {&result.new_disputes, &result.changed_disputes})
      for (const auto& one : *rows)
        if (one.gateway_dispute_id == id) found = one;
    return found;
  }
  Applied tell(const GatewayDispute& told) {
    return apply(books, told, row(told.gateway_dispute_id));
  }
  // Of another dispute of the payment.
  void tell_of(const std::string& id, std::int64_t movements, std::int64_t gone,
               DisputeStatus status) {
    auto told = snapshot(movements, pen(gone), status);
    told.gateway_dispute_id = id;
    tell(told);
  }
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

// Each of them a closed one, as its last event told it.
TEST_F(Told, of_two_closed_ones_that_of_fewer_movements_is_older) {
  tell(3, 3000, DisputeStatus::lost);
  EXPECT_EQ(tell(2, 0, DisputeStatus::won), Applied::nothing_new);
  EXPECT_EQ(row()->status, DisputeStatus::lost);
  expect_gone(3000);
  EXPECT_EQ(tell(4, 0, DisputeStatus::won), Applied::changed);
  EXPECT_EQ(row()->status, DisputeStatus::won);
  EXPECT_EQ(tell(1, 3000, DisputeStatus::lost), Applied::nothing_new);
  EXPECT_EQ(tell(0, 0, DisputeStatus::lost), Applied::nothing_new);
  EXPECT_EQ(row()->status, DisputeStatus::won);
  expect_gone(0);
}

TEST_F(Told, a_later_status_with_fewer_movements_is_older) {
  tell(3, 3000, DisputeStatus::under_review);
  EXPECT_EQ(tell(2, 0, DisputeStatus::won), Applied::nothing_new);
  EXPECT_EQ(row()->status, DisputeStatus::under_review);
  EXPECT_EQ(tell(3, 3000, DisputeStatus::lost), Applied::changed);
  EXPECT_EQ(row()->status, DisputeStatus::lost);
}

TEST_F(Told, the_worst_of_several_marks_the_payment) {
  const auto mark = [&] { return *books.payment().dispute_status; };
  tell_of("dp_1", 2, 0, DisputeStatus::won);
  EXPECT_EQ(mark(), DisputeStatus::won);
  tell_of("dp_2", 0, 0, DisputeStatus::needs_response);
  tell_of("dp_1", 2, 0, DisputeStatus::won);
  EXPECT_EQ(mark(), DisputeStatus::needs_response);
  tell_of("dp_3", 1, 100, DisputeStatus::under_review);
  EXPECT_EQ(mark(), DisputeStatus::needs_response);
  tell_of("dp_2", 0, 0, DisputeStatus::closed);
  EXPECT_EQ(mark(), DisputeStatus::under_review);
  tell_of("dp_4", 1, 200, DisputeStatus::lost);
  tell_of("dp_5", 1, 200, DisputeStatus::needs_response);
  EXPECT_EQ(mark(), DisputeStatus::lost);
}

TEST(Standing, is_that_of_the_worst) {
  std::vector<Dispute> all;
  EXPECT_EQ(standing(all), std::nullopt);
  for (const auto status :
       {DisputeStatus::prevented, DisputeStatus::closed, DisputeStatus::won,
        DisputeStatus::under_review, DisputeStatus::needs_response, DisputeStatus::lost}) {
    all.push_back({.gateway = GatewayName::stripe, .status = status, .amount = pen(1)});
    EXPECT_EQ(standing(all), status);
    std::ranges::rotate(all, all.end() - 1);
    EXPECT_EQ(standing(all), status);
  }
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

TEST_F(ToldOfACourse, one_that_is_lost_stays_so_whatever_old_news_say) {
  tell(3, 3000, DisputeStatus::lost);
  tell(2, 0, DisputeStatus::won);
  EXPECT_EQ(access(), " revoked");
}

TEST_F(ToldOfACourse, another_dispute_or_inquiry_gives_nothing_back) {
  tell(1, 3000, DisputeStatus::lost);
  tell_of("dp_2", 0, 0, DisputeStatus::needs_response);
  tell_of("dp_2", 0, 0, DisputeStatus::closed);
  tell_of("dp_3", 2, 0, DisputeStatus::won);
  EXPECT_EQ(access(), " revoked");
}

TEST_F(ToldOfACourse, what_is_lost_counts_and_not_what_is_open) {
  tell_of("dp_1", 1, 2000, DisputeStatus::needs_response);
  tell_of("dp_2", 1, 1000, DisputeStatus::lost);
  tell_of("dp_1", 1, 2000, DisputeStatus::under_review);
  EXPECT_EQ(access(), "");
  tell_of("dp_1", 1, 2000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
  tell_of("dp_2", 2, 0, DisputeStatus::won);
  EXPECT_EQ(access(), " revoked granted");
}

TEST_F(ToldOfACourse, a_refund_of_what_a_lost_one_left_revokes_access) {
  tell(1, 2000, DisputeStatus::lost);
  const auto id = books.start_refund(pen(1000), "broken", "admin").id;
  books.end_refund(id, RefundStatus::succeeded, std::nullopt, "{}");
  EXPECT_EQ(access(), " revoked");
  books.end_refund(id, RefundStatus::failed, "lost", "{}");
  EXPECT_EQ(access(), " revoked granted");
}

// As another decision finds them, in the rows that were loaded.
TEST_F(ToldOfACourse, disputes_that_are_known_count) {
  tell(1, 2000, DisputeStatus::lost);
  const auto known = *row();
  auto course = books.payment();
  auto later = moment();
  later.ids = books.ids();
  books = Books(later, course, std::nullopt, {}, {}, {known});
  tell_of("dp_2", 1, 1000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
}

// Its money comes back and goes again in one telling.
TEST_F(ToldOfACourse, one_that_takes_another_amount_changes_access_once) {
  tell(1, 2500, DisputeStatus::lost);
  tell(2, 3000, DisputeStatus::lost);
  EXPECT_EQ(access(), " revoked");
}

// Of money that the payment could not keep.
class ToldOfAnOverpayment : public Told {
 protected:
  void SetUp() override {
    auto failed = payment();
    failed.state = PaymentState::failed;
    failed.captured = pen(0);
    books = Books(moment(), failed, std::nullopt, {}, {});
  }
  void overpay() { books.overpay(pen(3000), "ch_1", "{}"); }
  // What the ledger says is owed, and what is at the gateway.
  std::string owed() const {
    std::int64_t owed = 0;
    std::int64_t there = 0;
    for (const auto& entry : books.result().entries) {
      const auto minor = (entry.side == Side::debit ? 1 : -1) * entry.amount.minor();
      if (entry.account == "overpayments") owed -= minor;
      if (entry.account == "gateway:stripe") there += minor;
    }
    return std::to_string(owed) + " owed, " + std::to_string(there) + " there";
  }
  OverpaymentStatus status() const { return overpayment_status(books.payment()); }
};

TEST_F(ToldOfAnOverpayment, waits_until_there_is_one) {
  EXPECT_EQ(tell(1, 3000), Applied::beyond_total);
  EXPECT_FALSE(row());
}

TEST_F(ToldOfAnOverpayment, what_is_withdrawn_stands_against_what_is_owed) {
  overpay();
  EXPECT_EQ(owed(), "3000 owed, 3000 there");
  EXPECT_EQ(tell(1, 3000), Applied::changed);
  EXPECT_EQ(owed(), "0 owed, 0 there");
  EXPECT_EQ(posted(), 0);
  EXPECT_EQ(books.payment().disputed, pen(3000));
  EXPECT_EQ(overpaid(books.payment()), pen(0));
  EXPECT_EQ(status(), OverpaymentStatus::open);
  tell(2, 0, DisputeStatus::won);
  EXPECT_EQ(owed(), "3000 owed, 3000 there");
  EXPECT_EQ(overpaid(books.payment()), pen(3000));
  EXPECT_EQ(status(), OverpaymentStatus::open);
  tell(3, 3000, DisputeStatus::lost);
  EXPECT_EQ(owed(), "0 owed, 0 there");
  EXPECT_EQ(status(), OverpaymentStatus::refunded);
  EXPECT_EQ(books.payment().state, PaymentState::failed);
}

TEST_F(ToldOfAnOverpayment, what_one_over_a_part_leaves_can_be_sent_back) {
  overpay();
  tell(1, 1000, DisputeStatus::lost);
  EXPECT_EQ(status(), OverpaymentStatus::open);
  EXPECT_EQ(books.start_overpayment_refund("twice", "admin").amount, pen(2000));
  EXPECT_EQ(status(), OverpaymentStatus::refunding);
  books.end_refund(books.refunds().back().id, RefundStatus::succeeded, std::nullopt, "{}");
  EXPECT_EQ(status(), OverpaymentStatus::refunded);
  EXPECT_EQ(owed(), "0 owed, 0 there");
}

}  // namespace
}  // namespace cobro::domain
