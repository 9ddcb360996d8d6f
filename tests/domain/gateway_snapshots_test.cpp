// What a gateway says of an amount, held against ours: above it, below it, and of another object.
#include "domain/gateway_snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cobro::domain {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Currency kPen = *Currency::parse("PEN");
Money pen(std::int64_t minor) {
  return {minor, kPen};
}

Books books_at(PaymentState state, std::int64_t captured = 0,
               CaptureMethod method = CaptureMethod::manual) {
  const base::Timestamp now{1'000'000};
  IdSource ids(now, {1, 2, 3});
  Payment payment{.id = ids.next<PaymentId>(),
                  .number = 1,
                  .kind = PaymentKind::intent,
                  .order_id = {},
                  .user_id = "u1",
                  .tenant_id = {},
                  .gateway = GatewayName::stripe,
                  .amount = pen(10000),
                  .captured = pen(captured),
                  .refunded = pen(0),
                  .refunding = pen(0),
                  .disputed = pen(0),
                  .description = {},
                  .gateway_payment_id = {},
                  .gateway_charge_id = {},
                  .gateway_response = {},
                  .decline = {},
                  .next_action = {},
                  .pending_operation = {},
                  .processed_at = {}};
  payment.state = state;
  payment.capture_method = method;
  return {{now, ids, {1, 2, 3, 4, 5, 6}}, payment, std::nullopt, {}, {}};
}

GatewayPayment captured(std::int64_t minor) {
  GatewayPayment snapshot;
  snapshot.gateway_payment_id = "pi_1";
  snapshot.state = RemoteState::succeeded;
  snapshot.amount = pen(10000);
  snapshot.captured = pen(minor);
  snapshot.charge_id = "ch_1";
  snapshot.redacted = "{}";
  return snapshot;
}

GatewayRefund refunded(std::int64_t minor, RefundStatus status = RefundStatus::succeeded) {
  return {.gateway_refund_id = "re_1",
          .gateway_payment_id = "pi_1",
          .status = status,
          .amount = pen(minor),
          .reason = {},
          .failure_reason = {},
          .our_payment = {},
          .our_call = {},
          .redacted = "{}"};
}

// Nothing moved, and a person is told both figures.
void expect_conflict(const Books& books, Applied applied, std::string_view theirs) {
  EXPECT_EQ(applied, Applied::conflicted);
  EXPECT_TRUE(books.payment().conflicted);
  EXPECT_THAT(books.result().entries, IsEmpty());
  ASSERT_EQ(books.result().reviews.size(), 1U);
  EXPECT_THAT(books.result().reviews[0].detail, HasSubstr(theirs));
}

TEST(AmountsInSnapshots, of_the_payment_are_ours_to_the_last_cent) {
  for (const std::int64_t other : {9999, 10001, 20000, 1}) {
    auto books = books_at(PaymentState::processing);
    auto snapshot = captured(10000);
    snapshot.amount = pen(other);
    expect_conflict(books, apply(books, snapshot), pen(other).to_string());
  }
  auto books = books_at(PaymentState::processing);
  auto snapshot = captured(10000);
  snapshot.amount = Money(10000, *Currency::parse("USD"));
  EXPECT_EQ(apply(books, snapshot), Applied::conflicted);
}

TEST(AmountsInSnapshots, of_what_was_captured_are_above_nothing_and_at_most_ours) {
  for (const std::int64_t other : {10001, 0, -1}) {
    auto books = books_at(PaymentState::authorized);
    expect_conflict(books, apply(books, captured(other)), pen(other).to_string());
    EXPECT_EQ(books.payment().captured, pen(0));
  }
  for (const std::int64_t ours : {10000, 1}) {
    auto books = books_at(PaymentState::authorized);
    EXPECT_EQ(apply(books, captured(ours)), Applied::changed);
    EXPECT_EQ(books.payment().captured, pen(ours));
  }
}

// Each amount beside each of what was received: what is booked is what was received, and all of the
// amount unless somebody may choose how much is captured. All else is for a person.
TEST(AmountsInSnapshots, are_captured_in_part_by_hand_only) {
  const std::vector<std::int64_t> figures = {-1,   0,    1,    99,    100,   4999,  5000,  5001,
                                             9899, 9998, 9999, 10000, 10001, 10100, 20000, 1000000};
  for (const auto method : {CaptureMethod::automatic, CaptureMethod::manual})
    for (const auto state : {PaymentState::pending, PaymentState::requires_action,
                             PaymentState::processing, PaymentState::failed})
      for (const auto amount : figures)
        for (const auto received : figures) {
          SCOPED_TRACE(::testing::Message()
                       << "capture " << static_cast<int>(method) << " state "
                       << static_cast<int>(state) << ": " << received << " of " << amount);
          auto books = books_at(state, 0, method);
          auto snapshot = captured(received);
          snapshot.amount = pen(amount);
          const auto applied = apply(books, snapshot);
          const bool whole = received == 10000;
          const bool part = method == CaptureMethod::manual && received > 0 && received < 10000;
          const bool fits = amount == 10000 && (whole || part);
          EXPECT_EQ(applied, fits ? Applied::changed : Applied::conflicted);
          EXPECT_EQ(books.payment().conflicted, !fits);
          EXPECT_EQ(books.payment().state, fits ? PaymentState::succeeded : state);
          EXPECT_EQ(books.payment().captured, pen(fits ? received : 0));
          EXPECT_EQ(books.result().reviews.size(), fits ? 0U : 1U);
        }
}

// It was given up here, and part of it was captured there: no overpayment of that part.
TEST(AmountsInSnapshots, of_a_cancelled_payment_are_whole_too) {
  auto books = books_at(PaymentState::cancelled, 0, CaptureMethod::automatic);
  expect_conflict(books, apply(books, captured(9999)), pen(9999).to_string());
  auto whole = books_at(PaymentState::cancelled, 0, CaptureMethod::automatic);
  EXPECT_EQ(apply(whole, captured(10000)), Applied::after_end);
}

TEST(AmountsInSnapshots, of_what_was_captured_before_do_not_change) {
  for (const std::int64_t other : {10000, 3999, 4001}) {
    auto books = books_at(PaymentState::succeeded, 4000);
    expect_conflict(books, apply(books, captured(other)), pen(other).to_string());
    EXPECT_EQ(books.payment().captured, pen(4000));
  }
  auto same = books_at(PaymentState::succeeded, 4000);
  apply(same, captured(4000));
  EXPECT_FALSE(same.payment().conflicted);
}

TEST(AmountsInSnapshots, of_a_refund_made_there_fit_what_is_left) {
  auto books = books_at(PaymentState::succeeded, 10000);
  EXPECT_EQ(apply(books, refunded(10001), nullptr), Applied::beyond_total);
  EXPECT_EQ(apply(books, refunded(10001, RefundStatus::pending), nullptr), Applied::beyond_total);
  EXPECT_EQ(books.payment().refunded, pen(0));
  EXPECT_EQ(apply(books, refunded(10000), nullptr), Applied::changed);
  EXPECT_EQ(books.payment().refunded, pen(10000));
}

TEST(AmountsInSnapshots, of_a_refund_of_ours_are_ours) {
  for (const std::int64_t other : {4001, 3999}) {
    auto books = books_at(PaymentState::succeeded, 10000);
    books.note_refund(books.start_refund(pen(4000), "a", "admin").id, "re_1");
    expect_conflict(books, apply(books, refunded(other), nullptr), pen(other).to_string());
    EXPECT_EQ(books.payment().refunding, pen(4000));
  }
}

}  // namespace
}  // namespace cobro::domain
