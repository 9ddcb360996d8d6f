// What books write about each movement: the events, by type and in order, with their time and
// what they say; and when the rows were processed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/books.h"

namespace cobro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Currency kPen = *Currency::parse("PEN");
const base::Timestamp kThen{1'000'000};
const base::Timestamp kNow{2'000'000};
constexpr auto kNowText = "\"1970-01-01T00:00:02.000Z\"";

Money pen(std::int64_t minor) {
  return {minor, kPen};
}

Moment moment() {
  return {kNow, IdSource(kNow, {1, 2, 3}), {1, 2, 3, 4, 5, 6, 7, 8}};
}

template <class IdType>
IdType id() {
  return IdSource(kThen, {4, 5, 6}).next<IdType>();
}

Order order() {
  return {.id = id<OrderId>(),
          .number = 1,
          .user_id = "u1",
          .tenant_id = {},
          .status_before_refund = {},
          .closing = {},
          .total = pen(100),
          .allocated = pen(100),
          .captured = pen(0),
          .refunded = pen(0),
          .notes = {},
          .items = {},
          .created_at = kThen,
          .updated_at = kThen};
}

Payment payment() {
  return {.id = id<PaymentId>(),
          .number = 1,
          .order_id = {},
          .user_id = "u1",
          .tenant_id = {},
          .gateway = GatewayName::stripe,
          .amount = pen(100),
          .captured = pen(0),
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
          .created_at = kThen,
          .updated_at = kThen,
          .processed_at = {}};
}

Books books_of(Payment payment) {
  return {moment(), std::move(payment), std::nullopt, {}, {}};
}

Payment paid() {
  auto row = payment();
  row.state = PaymentState::succeeded;
  row.captured = row.amount;
  return row;
}

Payment overpaid() {
  auto row = payment();
  row.state = PaymentState::cancelled;
  row.overpayment = Overpayment{
      id<OverpaymentId>(), OverpaymentReason::payment_cancelled, pen(100), pen(0), pen(0), kThen};
  return row;
}

std::vector<std::string> types(const Books& books) {
  std::vector<std::string> all;
  for (const auto& event : books.result().events) all.push_back(event.type);
  return all;
}

// All of them happened now, and nothing else has a time of its own.
void expect_now(const Books& books) {
  for (const auto& event : books.result().events) EXPECT_EQ(event.occurred_at, kNow) << event.type;
  EXPECT_EQ(books.payment().updated_at, kNow);
}

std::string payload(const Books& books, std::size_t index = 0) {
  return books.result().events.at(index).payload;
}

std::string member(std::string_view name, std::string_view value) {
  return "\"" + std::string(name) + "\":" + std::string(value);
}

std::optional<base::Timestamp> processed_at(const Books& books) {
  return books.result().new_transactions.at(0).processed_at;
}

TEST(BookEvents, of_a_charge_say_when_it_was_paid) {
  auto row = payment();
  row.kind = PaymentKind::order;
  row.order_id = order().id;
  Books books(moment(), row, order(), {}, {});
  ASSERT_TRUE(books.charge(pen(100), "ch_1", "{}"));
  EXPECT_THAT(types(books), ElementsAre("payment.succeeded", "order.paid"));
  EXPECT_THAT(payload(books), HasSubstr(member("paidAt", kNowText)));
  EXPECT_THAT(payload(books), HasSubstr(member("stripeChargeId", "\"ch_1\"")));
  EXPECT_THAT(payload(books), HasSubstr(member("amount", "1.00")));
  EXPECT_THAT(payload(books, 1), HasSubstr(member("status", "\"paid\"")));
  EXPECT_EQ(books.payment().processed_at, kNow);
  EXPECT_EQ(processed_at(books), kNow);
  EXPECT_EQ(books.order()->updated_at, kNow);
  expect_now(books);
}

TEST(BookEvents, of_a_part_of_an_order_do_not_call_it_paid) {
  auto row = payment();
  row.kind = PaymentKind::order;
  row.order_id = order().id;
  Books books(moment(), row, order(), {}, {});
  ASSERT_TRUE(books.charge(pen(99), "ch_1", "{}"));
  EXPECT_THAT(types(books), ElementsAre("payment.succeeded"));
}

TEST(BookEvents, of_a_decline_say_why) {
  auto row = payment();
  row.state = PaymentState::processing;
  auto books = books_of(row);
  ASSERT_TRUE(books.decline({"card_declined", "insufficient_funds", "No."}, "ch_1", "{}"));
  EXPECT_THAT(types(books), ElementsAre("payment.failed"));
  EXPECT_THAT(payload(books), HasSubstr(member("failureReason", "\"insufficient_funds\"")));
  EXPECT_EQ(books.payment().processed_at, kNow);
  EXPECT_EQ(processed_at(books), kNow);
  expect_now(books);
}

TEST(BookEvents, of_a_cancellation_say_when_and_why) {
  auto books = books_of(payment());
  ASSERT_TRUE(books.cancel(true, "user_requested"));
  EXPECT_THAT(types(books), ElementsAre("payment.cancelled"));
  EXPECT_THAT(payload(books), HasSubstr(member("cancelledAt", kNowText)));
  EXPECT_THAT(payload(books), HasSubstr(member("reason", "\"user_requested\"")));
  EXPECT_EQ(books.payment().processed_at, kNow);
  EXPECT_EQ(books.result().new_transactions.at(0).type, TransactionType::void_);
  EXPECT_EQ(processed_at(books), kNow);
  expect_now(books);
  auto nowhere = books_of(payment());
  ASSERT_TRUE(nowhere.cancel(false, "user_requested"));
  EXPECT_THAT(nowhere.result().new_transactions, IsEmpty());
}

TEST(BookEvents, of_a_move_are_told_where_the_customer_or_the_shop_must_act) {
  auto asked = books_of(payment());
  ASSERT_TRUE(asked.move(PaymentEvent::action_required));
  EXPECT_THAT(types(asked), ElementsAre("payment.requires_action"));
  auto held = books_of(payment());
  ASSERT_TRUE(held.move(PaymentEvent::authorized));
  EXPECT_THAT(types(held), ElementsAre("payment.authorized"));
  auto sent = books_of(payment());
  ASSERT_TRUE(sent.move(PaymentEvent::confirmation_sent));
  EXPECT_THAT(types(sent), IsEmpty());
  EXPECT_EQ(sent.payment().processed_at, std::nullopt);
}

TEST(BookEvents, of_money_that_came_too_late_say_why_it_cannot_stay) {
  auto row = payment();
  row.state = PaymentState::cancelled;
  auto books = books_of(row);
  books.overpay(pen(70), "ch_1", "{}");
  EXPECT_THAT(types(books), ElementsAre("overpayment.created"));
  const auto& late = *books.payment().overpayment;
  EXPECT_EQ(late.created_at, kNow);
  EXPECT_THAT(payload(books), HasSubstr(member("overpaymentId", "\"" + late.id.to_string())));
  EXPECT_THAT(payload(books), HasSubstr(member("reason", "\"payment_cancelled\"")));
  EXPECT_THAT(payload(books), HasSubstr(member("amount", "0.70")));
  EXPECT_EQ(processed_at(books), kNow);
  expect_now(books);
}

TEST(BookEvents, of_a_refund_are_one_at_its_start_and_one_at_its_end) {
  auto books = books_of(paid());
  const auto refund = books.start_refund(pen(40), "broken", "admin").id;
  EXPECT_EQ(processed_at(books), std::nullopt);
  ASSERT_TRUE(books.end_refund(refund, RefundStatus::succeeded, {}, "{}"));
  EXPECT_THAT(types(books), ElementsAre("refund.created", "payment.refunded"));
  EXPECT_THAT(payload(books, 1), HasSubstr(member("refundedAt", kNowText)));
  EXPECT_THAT(payload(books, 1), HasSubstr(member("amount", "0.40")));
  EXPECT_EQ(processed_at(books), kNow);
  ASSERT_TRUE(books.end_refund(refund, RefundStatus::failed, "account_closed", "{}"));
  EXPECT_EQ(types(books).back(), "refund.failed");
  EXPECT_THAT(payload(books, 2), HasSubstr(member("failedAt", kNowText)));
  EXPECT_THAT(payload(books, 2), HasSubstr(member("failureReason", "\"account_closed\"")));
  expect_now(books);
}

TEST(BookEvents, of_an_overpayments_refund_name_the_overpayment) {
  for (const auto& [status, type, when] :
       {std::tuple(RefundStatus::succeeded, "overpayment.refunded", "refundedAt"),
        std::tuple(RefundStatus::failed, "overpayment.refund_failed", "failedAt")}) {
    auto books = books_of(overpaid());
    const auto refund = books.start_overpayment_refund("too late", "admin").id;
    ASSERT_TRUE(books.end_refund(refund, status, {}, "{}"));
    EXPECT_THAT(types(books), ElementsAre("refund.created", type));
    EXPECT_THAT(payload(books, 1), HasSubstr(member(when, kNowText)));
    const auto late = "\"" + books.payment().overpayment->id.to_string();
    EXPECT_THAT(payload(books, 1), HasSubstr(member("overpaymentId", late)));
    EXPECT_EQ(processed_at(books), kNow);
    expect_now(books);
  }
}

TEST(BookEvents, of_a_refund_in_full_follow_the_order_both_ways) {
  auto row = paid();
  row.kind = PaymentKind::order;
  row.order_id = order().id;
  auto debt = order();
  debt.status = OrderStatus::shipped;
  debt.captured = pen(100);
  Books books(moment(), row, debt, {}, {});
  const auto refund = books.start_refund(pen(100), "broken", "admin").id;
  books.end_refund(refund, RefundStatus::succeeded, {}, "{}");
  EXPECT_EQ(books.order()->status, OrderStatus::refunded);
  EXPECT_EQ(books.order()->status_before_refund, OrderStatus::shipped);
  books.end_refund(refund, RefundStatus::failed, "lost", "{}");
  EXPECT_EQ(books.order()->status, OrderStatus::shipped);
  EXPECT_EQ(books.order()->status_before_refund, std::nullopt);
  EXPECT_THAT(types(books), ElementsAre("refund.created", "payment.refunded", "order.refunded",
                                        "refund.failed", "order.shipped"));
}

TEST(BookEvents, of_a_refund_in_part_leave_the_order_as_it_is) {
  auto row = paid();
  row.kind = PaymentKind::order;
  row.order_id = order().id;
  auto debt = order();
  debt.status = OrderStatus::delivered;
  debt.captured = pen(100);
  Books books(moment(), row, debt, {}, {});
  const auto refund = books.start_refund(pen(99), "broken", "admin").id;
  books.end_refund(refund, RefundStatus::succeeded, {}, "{}");
  EXPECT_EQ(books.order()->status, OrderStatus::delivered);
  EXPECT_EQ(books.order()->status_before_refund, std::nullopt);
  EXPECT_EQ(books.order()->refunded, pen(99));
  EXPECT_THAT(types(books), ElementsAre("refund.created", "payment.refunded"));
}

// Of an order that an older version marked, nobody knows what it was before.
TEST(BookEvents, of_a_late_failure_fall_back_to_paid) {
  auto row = paid();
  row.kind = PaymentKind::order;
  row.order_id = order().id;
  row.refunded = pen(100);
  auto debt = order();
  debt.status = OrderStatus::refunded;
  debt.captured = debt.refunded = pen(100);
  Refund refund{.id = id<RefundId>(),
                .payment_id = row.id,
                .transaction_id = id<TransactionId>(),
                .amount = pen(100),
                .reason = "broken",
                .status = RefundStatus::succeeded,
                .gateway_refund_id = "re_1",
                .failure_reason = {},
                .created_by = "admin",
                .created_at = kThen,
                .updated_at = kThen};
  Transaction moved{.id = refund.transaction_id,
                    .number = 1,
                    .payment_id = row.id,
                    .refund_id = refund.id,
                    .type = TransactionType::refund,
                    .status = TransactionStatus::succeeded,
                    .amount = pen(100),
                    .gateway_transaction_id = {},
                    .gateway_response = {},
                    .failure_reason = {},
                    .processed_at = kThen,
                    .created_at = kThen};
  Books books(moment(), row, debt, {refund}, {moved});
  ASSERT_TRUE(books.end_refund(refund.id, RefundStatus::failed, "lost", "{\"a\":1}"));
  EXPECT_EQ(books.order()->status, OrderStatus::paid);
  EXPECT_THAT(types(books), ElementsAre("refund.failed", "order.paid"));
  const auto& changed = books.result().changed_transactions.at(0);
  EXPECT_EQ(changed.status, TransactionStatus::failed);
  EXPECT_EQ(changed.failure_reason, "lost");
  EXPECT_EQ(changed.gateway_response, "{\"a\":1}");
  EXPECT_EQ(changed.gateway_transaction_id, "re_1");
  EXPECT_EQ(changed.processed_at, kNow);
  const auto& back = books.result().changed_refunds.at(0);
  EXPECT_EQ(back.status, RefundStatus::failed);
  EXPECT_EQ(back.failure_reason, "lost");
  EXPECT_EQ(back.updated_at, kNow);
  EXPECT_THAT(books.result().new_refunds, IsEmpty());
  EXPECT_FALSE(books.end_refund(refund.id, RefundStatus::succeeded, {}, "{}")) << "once";
  EXPECT_FALSE(books.end_refund(refund.id, RefundStatus::pending, {}, "{}"));
}

TEST(BookEvents, of_what_a_gateway_calls_a_refund_are_none) {
  auto books = books_of(paid());
  const auto refund = books.start_refund(pen(40), "broken", "admin").id;
  const auto events = books.result().events.size();
  books.note_refund(refund, "re_1");
  EXPECT_EQ(books.refunds().at(0).gateway_refund_id, "re_1");
  EXPECT_EQ(books.result().new_refunds.at(0).gateway_refund_id, "re_1");
  EXPECT_EQ(books.result().events.size(), events);
  Books known(moment(), books.payment(), std::nullopt, books.refunds(), {});
  known.note_refund(refund, "re_1");
  EXPECT_FALSE(known.payment_changed());
  known.note_refund(refund, "re_2");
  EXPECT_TRUE(known.payment_changed());
  EXPECT_EQ(known.result().changed_refunds.at(0).gateway_refund_id, "re_2");
}

// What is put before a person says whose it is, about what, and how much.
TEST(BookEvents, of_what_a_person_must_decide_are_none_but_a_review_is) {
  auto row = paid();
  row.tenant_id = "t1";
  row.pending_operation = Operation::capture;
  row.subscription_id = id<SubscriptionId>();
  row.captured = pen(60);
  const auto expect = [&](const Books& books, ReviewKind kind, std::int64_t amount) {
    EXPECT_THAT(types(books), IsEmpty());
    ASSERT_EQ(books.result().reviews.size(), 1U);
    const auto& review = books.result().reviews[0];
    EXPECT_EQ(review.kind, kind);
    EXPECT_EQ(review.payment_id, row.id);
    EXPECT_EQ(review.user_id, "u1");
    EXPECT_EQ(review.tenant_id, "t1");
    EXPECT_EQ(review.gateway, row.gateway);
    EXPECT_EQ(review.amount, pen(amount));
    EXPECT_EQ(review.detail, "why");
    EXPECT_EQ(review.status, ReviewStatus::open);
    EXPECT_EQ(review.created_at, kNow);
  };
  auto conflicted = books_of(row);
  conflicted.conflict("why");
  conflicted.conflict("again");
  expect(conflicted, ReviewKind::conflict, 100);
  EXPECT_TRUE(conflicted.payment().conflicted && conflicted.payment_changed());
  EXPECT_EQ(conflicted.result().reviews[0].operation, Operation::capture);
  auto late = books_of(row);
  late.report_late_access("why");
  expect(late, ReviewKind::late_access, 60);
  EXPECT_TRUE(late.payment_changed());
  EXPECT_EQ(late.result().reviews[0].subscription_id, row.subscription_id);
  for (const auto& [amount, wanted] :
       {std::pair(std::optional(pen(7)), 7), std::pair(std::optional<Money>(), 100)}) {
    GatewayCall call{.operation = Operation::refund, .gateway = row.gateway};
    call.id = id<CallId>();
    call.amount = amount;
    auto unknown = books_of(row);
    unknown.ask_a_person(call, "why");
    expect(unknown, ReviewKind::unknown_outcome, wanted);
    EXPECT_EQ(unknown.result().reviews[0].call_id, call.id);
    EXPECT_EQ(unknown.result().reviews[0].operation, Operation::refund);
  }
}

// What asks something of the customer stands on the row for as long as it does.
TEST(BookEvents, of_a_move_away_leave_nothing_to_do) {
  const NextAction visit{"redirect_to_url", "https://x.test", {}};
  auto row = payment();
  row.state = PaymentState::requires_action;
  row.next_action = visit;
  const auto left = [&](auto act, bool page = false) {
    auto there = row;
    if (page) there.gateway_checkout_id = "cs_1";
    auto books = books_of(there);
    EXPECT_TRUE(act(books));
    return books.payment().next_action.has_value();
  };
  EXPECT_FALSE(left([](Books& b) { return b.move(PaymentEvent::confirmed); }));
  EXPECT_FALSE(left([](Books& b) { return b.charge(pen(100), {}, "{}"); }));
  EXPECT_FALSE(left([](Books& b) { return b.cancel(true, "x"); }));
  const auto declined = [](Books& b) { return b.decline({"c", {}, "m"}, {}, "{}"); };
  EXPECT_FALSE(left(declined));
  EXPECT_TRUE(left(declined, true));
}

TEST(BookEvents, of_a_decline_keep_what_the_gateway_said) {
  auto row = payment();
  row.state = PaymentState::processing;
  row.gateway_charge_id = "ch_0";
  auto books = books_of(row);
  ASSERT_TRUE(books.decline({"card_declined", {}, "No."}, std::nullopt, R"({"a":1})"));
  EXPECT_EQ(books.payment().gateway_charge_id, "ch_0");
  EXPECT_EQ(books.payment().gateway_response, R"({"a":1})");
  EXPECT_EQ(books.payment().decline->message, "No.");
  const auto& failed = books.result().new_transactions.at(0);
  EXPECT_EQ(failed.type, TransactionType::charge);
  EXPECT_EQ(failed.status, TransactionStatus::failed);
  EXPECT_EQ(failed.amount, pen(100));
  EXPECT_EQ(failed.gateway_transaction_id, std::nullopt);
  EXPECT_EQ(failed.gateway_response, R"({"a":1})");
  EXPECT_EQ(failed.failure_reason, "card_declined");
  ASSERT_TRUE(books.charge(pen(100), "ch_1", R"({"b":2})"));
  EXPECT_FALSE(books.payment().decline);
  EXPECT_EQ(books.payment().gateway_charge_id, "ch_1");
  EXPECT_EQ(books.payment().gateway_response, R"({"b":2})");
  EXPECT_EQ(books.result().new_transactions.at(1).gateway_transaction_id, "ch_1");
  EXPECT_EQ(books.result().new_transactions.at(1).gateway_response, R"({"b":2})");
}

TEST(BookEvents, of_a_charge_that_does_not_fit_are_none) {
  auto books = books_of(payment());
  EXPECT_FALSE(books.charge(pen(0), {}, "{}"));
  EXPECT_FALSE(books.charge(pen(-1), {}, "{}"));
  EXPECT_FALSE(books.charge(pen(101), {}, "{}"));
  EXPECT_FALSE(books.payment_changed());
  EXPECT_THAT(types(books), IsEmpty());
  EXPECT_FALSE(books_of(paid()).charge(pen(100), {}, "{}"));
}

TEST(BookEvents, of_a_course_grant_access_and_revoke_it) {
  auto row = payment();
  row.kind = PaymentKind::course_purchase;
  row.course_id = "c-1";
  auto books = books_of(row);
  books.charge(pen(100), "ch_1", "{}");
  const auto refund = books.start_refund(pen(100), "broken", "admin").id;
  books.end_refund(refund, RefundStatus::succeeded, {}, "{}");
  EXPECT_THAT(types(books),
              ElementsAre("payment.succeeded", "entitlement.granted", "refund.created",
                          "payment.refunded", "entitlement.revoked"));
  EXPECT_THAT(payload(books, 1), HasSubstr(member("reference", "\"c-1\"")));
  EXPECT_EQ(books.result().entitlements.at(0).revoked_at, std::nullopt);
  EXPECT_EQ(books.result().entitlements.at(1).revoked_at, kNow);
  expect_now(books);
}

TEST(BookEvents, of_a_dispute_tell_its_course_and_its_money) {
  auto books = books_of(paid());
  Dispute dispute{.id = id<DisputeId>(),
                  .payment_id = books.payment().id,
                  .gateway = books.payment().gateway,
                  .gateway_dispute_id = "dp_1",
                  .amount = pen(100),
                  .reason = "fraudulent",
                  .created_at = kThen,
                  .updated_at = kThen};
  books.withdraw(dispute, dispute.amount);
  books.keep_dispute(dispute, true);
  dispute.status = DisputeStatus::under_review;
  books.keep_dispute(dispute, false);
  books.reinstate(dispute);
  dispute.status = DisputeStatus::won;
  dispute.closed_at = kNow;
  books.keep_dispute(dispute, false);
  EXPECT_THAT(types(books),
              ElementsAre("dispute.funds_withdrawn", "dispute.created", "dispute.updated",
                          "dispute.funds_reinstated", "dispute.closed"));
  EXPECT_THAT(payload(books), HasSubstr(member("gatewayDisputeId", "\"dp_1\"")));
  EXPECT_EQ(books.result().changed_disputes.back().updated_at, kNow);
  EXPECT_EQ(processed_at(books), kNow);
  expect_now(books);
}

TEST(BookEvents, of_an_order_that_ends_tell_an_expiry_apart) {
  for (const auto& [closing, reason] :
       {std::pair(std::optional<Closing>(Closing::expire), "\"expired\""),
        std::pair(std::optional<Closing>(), "\"cancelled\"")}) {
    auto debt = order();
    debt.closing = closing;
    auto ids = IdSource(kNow, {1, 2, 3});
    std::vector<Event> events;
    ASSERT_TRUE(cancel_order(debt, kNow, ids, events));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, "order.cancelled");
    EXPECT_EQ(events[0].occurred_at, kNow);
    EXPECT_THAT(events[0].payload, HasSubstr(member("reason", reason)));
  }
}

}  // namespace
}  // namespace cobro::domain
