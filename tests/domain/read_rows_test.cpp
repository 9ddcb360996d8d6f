// Rows that were not read: nobody takes them for none.
#include "domain/read_rows.h"

#include <gtest/gtest.h>

#include "domain/books.h"
#include "domain/entitlement.h"

namespace cobro::domain {
namespace {

using Numbers = ReadRows<int>;

TEST(ReadRows, made_without_more_are_none) {
  Numbers rows;
  EXPECT_TRUE(rows.is_read());
  EXPECT_TRUE(rows.empty());
  rows.push_back(7);
  EXPECT_EQ(rows.front(), 7);
  EXPECT_EQ(rows.back(), 7);
}

TEST(ReadRows, are_what_was_read) {
  const Numbers rows{3, 1, 2};
  EXPECT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1], 1);
  EXPECT_EQ(rows.at(2), 2);
  int sum = 0;
  for (const int row : rows) sum += row;
  EXPECT_EQ(sum, 6);
  const std::vector<int>& plain = rows;
  EXPECT_EQ(plain, (std::vector<int>{3, 1, 2}));
}

TEST(ReadRows, that_were_not_read_answer_nothing) {
  auto rows = Numbers::not_read();
  const auto& known = rows;
  EXPECT_FALSE(rows.is_read());
  EXPECT_THROW((void)rows.empty(), NotRead);
  EXPECT_THROW((void)rows.size(), NotRead);
  EXPECT_THROW((void)known.begin(), NotRead);
  EXPECT_THROW((void)known.end(), NotRead);
  EXPECT_THROW((void)rows.begin(), NotRead);
  EXPECT_THROW((void)known.front(), NotRead);
  EXPECT_THROW((void)known.back(), NotRead);
  EXPECT_THROW((void)known[0], NotRead);
  EXPECT_THROW((void)known.at(0), NotRead);
  EXPECT_THROW((void)known.all(), NotRead);
  EXPECT_THROW((void)static_cast<const std::vector<int>&>(known), NotRead);
  EXPECT_THROW(rows.push_back(1), NotRead);
  const auto copy = rows;
  EXPECT_FALSE(copy.is_read());
}

// ---- books that were opened on less than all ------------------------------------------------

Money pen(std::int64_t minor) {
  return {minor, *Currency::parse("PEN")};
}

Moment moment() {
  return {base::Timestamp{1}, IdSource(base::Timestamp{1}, {4}), {1, 2, 3}};
}

Payment payment(PaymentKind kind) {
  auto m = moment();
  Payment row{.id = m.ids.next<PaymentId>(),
              .kind = kind,
              .user_id = "u1",
              .gateway = GatewayName::stripe,
              .state = PaymentState::processing,
              .amount = pen(100),
              .captured = pen(0),
              .refunded = pen(0),
              .refunding = pen(0),
              .disputed = pen(0)};
  if (kind == PaymentKind::course_purchase) row.course_id = "c1";
  return row;
}

Books books_on_the_payment_alone(Payment row) {
  return {moment(),
          std::move(row),
          std::nullopt,
          ReadRows<Refund>::not_read(),
          ReadRows<Transaction>::not_read(),
          ReadRows<Dispute>::not_read()};
}

TEST(BooksOnLess, a_charge_needs_nothing_beside_its_payment) {
  for (const auto kind : {PaymentKind::intent, PaymentKind::course_purchase}) {
    auto books = books_on_the_payment_alone(payment(kind));
    EXPECT_TRUE(books.charge(pen(100), "ch_1", "{}"));
    EXPECT_EQ(books.result().entitlements.size(), kind == PaymentKind::intent ? 0U : 1U);
  }
}

TEST(BooksOnLess, a_refund_needs_the_others) {
  auto row = payment(PaymentKind::intent);
  row.state = PaymentState::succeeded;
  row.captured = pen(100);
  auto books = books_on_the_payment_alone(row);
  EXPECT_THROW((void)books.start_refund(pen(10), "broken", "u1"), NotRead);
  EXPECT_THROW((void)books.end_refund(RefundId{}, RefundStatus::succeeded, {}, "{}"), NotRead);
}

TEST(BooksOnLess, access_to_what_was_disputed_needs_the_disputes) {
  auto row = payment(PaymentKind::course_purchase);
  row.state = PaymentState::succeeded;
  row.captured = pen(100);
  const auto unknown = ReadRows<Dispute>::not_read();
  EXPECT_TRUE(grants_access(row, unknown));
  row.dispute_status = DisputeStatus::lost;
  EXPECT_THROW((void)grants_access(row, unknown), NotRead);
  EXPECT_TRUE(grants_access(row, {}));
}

}  // namespace
}  // namespace cobro::domain
