#include "domain/books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "domain/gateway_snapshots.h"

namespace cobro::domain {
namespace {

const Currency kPen = *Currency::parse("PEN");
Money pen(std::int64_t minor) {
  return {minor, kPen};
}

Moment moment() {
  Moment m{base::Timestamp{1'000'000}, IdSource(base::Timestamp{1'000'000}, {1, 2, 3}), {}};
  for (std::int64_t i = 1; i <= 64; ++i) m.transaction_numbers.push_back(i);
  return m;
}

Order order_of(std::int64_t total) {
  auto m = moment();
  return {.id = m.ids.next<OrderId>(),
          .number = 1,
          .user_id = "u1",
          .tenant_id = {},
          .status_before_refund = {},
          .closing = {},
          .total = pen(total),
          .allocated = pen(0),
          .captured = pen(0),
          .refunded = pen(0),
          .notes = {},
          .items = {}};
}

Payment payment_of(Order& order, std::int64_t amount) {
  auto m = moment();
  m.ids.next<OrderId>();
  order.allocated += pen(amount);
  return {.id = m.ids.next<PaymentId>(),
          .number = 1,
          .order_id = order.id,
          .user_id = "u1",
          .tenant_id = {},
          .gateway = GatewayName::stripe,
          .amount = pen(amount),
          .captured = pen(0),
          .refunded = pen(0),
          .refunding = pen(0),
          .description = {},
          .gateway_payment_id = {},
          .gateway_charge_id = {},
          .gateway_response = {},
          .decline = {},
          .next_action = {},
          .pending_operation = {},
          .processed_at = {}};
}

struct Fixture {
  Order order;
  Payment payment;
  explicit Fixture(std::int64_t total = 10000, std::int64_t amount = 10000)
      : order(order_of(total)), payment(payment_of(order, amount)) {}
  Books books() { return {moment(), payment, order, {}, {}}; }
};

std::map<std::string, std::int64_t> balances(const Books& books) {
  std::map<std::string, std::int64_t> sums;
  for (const auto& entry : books.result().entries)
    sums[entry.account] += (entry.side == Side::debit ? 1 : -1) * entry.amount.minor();
  return sums;
}

TEST(Books, a_charge_writes_state_transaction_entries_order_and_events_together) {
  Fixture f;
  auto books = f.books();
  ASSERT_TRUE(books.charge(pen(10000), "ch_1", "{}"));
  EXPECT_EQ(books.payment().state, PaymentState::succeeded);
  EXPECT_EQ(books.order()->status, OrderStatus::paid);
  ASSERT_EQ(books.result().new_transactions.size(), 1U);
  EXPECT_EQ(books.result().new_transactions[0].gateway_transaction_id, "ch_1");
  EXPECT_EQ(balances(books), (std::map<std::string, std::int64_t>{{"gateway:stripe", 10000},
                                                                  {"sales:order", -10000}}));
  ASSERT_EQ(books.result().events.size(), 2U);
  EXPECT_EQ(books.result().events[0].type, "payment.succeeded");
  EXPECT_EQ(books.result().events[1].type, "order.paid");
}

TEST(Books, a_decline_writes_a_failed_charge_and_no_entry_and_gives_the_room_back) {
  Fixture f;
  auto books = f.books();
  ASSERT_TRUE(books.move(PaymentEvent::confirmation_sent));
  ASSERT_TRUE(books.decline({"card_declined", "insufficient_funds", "No funds."}, "ch_1", "{}"));
  EXPECT_EQ(books.payment().state, PaymentState::failed);
  EXPECT_TRUE(books.result().entries.empty());
  ASSERT_EQ(books.result().new_transactions.size(), 1U);
  EXPECT_EQ(books.result().new_transactions[0].status, TransactionStatus::failed);
  EXPECT_EQ(books.result().new_transactions[0].failure_reason, "insufficient_funds");
  EXPECT_TRUE(books.order()->allocated.is_zero());
}

TEST(Books, a_failed_payment_takes_its_room_again_or_is_refused) {
  Fixture f;
  f.payment.state = PaymentState::failed;
  f.order.allocated = pen(1);
  auto books = f.books();
  EXPECT_FALSE(books.move(PaymentEvent::confirmation_sent));
  EXPECT_FALSE(books.payment_changed());
  f.order.allocated = pen(0);
  auto again = f.books();
  EXPECT_TRUE(again.move(PaymentEvent::confirmation_sent));
  EXPECT_EQ(again.order()->allocated, pen(10000));
}

TEST(Books, a_partial_capture_lowers_what_the_payment_holds) {
  Fixture f;
  f.payment.state = PaymentState::authorized;
  auto books = f.books();
  ASSERT_TRUE(books.charge(pen(4000), "ch_1", "{}"));
  EXPECT_EQ(books.order()->allocated, pen(4000));
  EXPECT_EQ(books.order()->status, OrderStatus::pending);
}

TEST(Books, refunds_to_the_last_cent_make_the_order_refunded_and_a_late_failure_undoes_it) {
  Fixture f;
  auto books = f.books();
  ASSERT_TRUE(books.charge(pen(10000), "ch_1", "{}"));
  const auto first = books.start_refund(pen(9999), "a", "admin").id;
  EXPECT_EQ(books.payment().refunding, pen(9999));
  EXPECT_EQ(refundable(books.payment()), pen(1));
  const auto second = books.start_refund(pen(1), "b", "admin").id;
  ASSERT_TRUE(books.end_refund(first, RefundStatus::succeeded, {}, "{}"));
  EXPECT_EQ(books.order()->status, OrderStatus::paid);
  ASSERT_TRUE(books.end_refund(second, RefundStatus::succeeded, {}, "{}"));
  EXPECT_EQ(books.order()->status, OrderStatus::refunded);
  EXPECT_TRUE(is_refunded_in_full(books.payment()));
  ASSERT_TRUE(books.end_refund(second, RefundStatus::failed, "lost", "{}"));
  EXPECT_EQ(books.order()->status, OrderStatus::paid);
  EXPECT_EQ(books.payment().refunded, pen(9999));
  EXPECT_EQ(balances(books).at("refunds:order"), 9999);
  EXPECT_FALSE(books.end_refund(second, RefundStatus::succeeded, {}, "{}"));
}

TEST(Books, events_of_an_aggregate_are_numbered_without_gaps) {
  Fixture f;
  auto books = f.books();
  books.charge(pen(10000), "ch_1", "{}");
  const auto id = books.start_refund(pen(10000), "a", "admin").id;
  books.end_refund(id, RefundStatus::succeeded, {}, "{}");
  std::int64_t payment = 0;
  std::int64_t order = 0;
  for (const auto& event : books.result().events)
    EXPECT_EQ(event.sequence, event.aggregate == Aggregate::payment ? ++payment : ++order);
}

GatewayPayment snapshot(RemoteState state) {
  GatewayPayment n;
  n.gateway_payment_id = "pi_1";
  n.state = state;
  n.amount = pen(10000);
  if (state == RemoteState::succeeded) n.captured = pen(10000);
  n.charge_id = "ch_1";
  n.redacted = "{}";
  return n;
}

TEST(News, a_message_that_says_less_than_what_is_known_changes_nothing) {
  Fixture f;
  auto books = f.books();
  EXPECT_EQ(apply(books, snapshot(RemoteState::succeeded)), Applied::changed);
  for (const auto state :
       {RemoteState::unconfirmed, RemoteState::requires_action, RemoteState::processing,
        RemoteState::authorized, RemoteState::succeeded, RemoteState::declined,
        RemoteState::cancelled, RemoteState::unrecognized})
    EXPECT_EQ(apply(books, snapshot(state)), Applied::nothing_new);
  EXPECT_EQ(books.payment().state, PaymentState::succeeded);
  EXPECT_EQ(books.result().new_transactions.size(), 1U);
}

TEST(News, another_amount_or_object_is_a_conflict_and_moves_nothing) {
  Fixture f;
  auto other_amount = snapshot(RemoteState::succeeded);
  other_amount.amount = pen(9999);
  auto books = f.books();
  EXPECT_EQ(apply(books, other_amount), Applied::conflicted);
  EXPECT_TRUE(books.payment().conflicted);
  EXPECT_EQ(books.payment().state, PaymentState::pending);

  f.payment.gateway_payment_id = "pi_0";
  auto second = f.books();
  EXPECT_EQ(apply(second, snapshot(RemoteState::succeeded)), Applied::conflicted);
  EXPECT_TRUE(second.result().entries.empty());
}

TEST(News, money_on_a_cancelled_payment_is_told_apart_and_never_dropped_silently) {
  Fixture f;
  f.payment.state = PaymentState::cancelled;
  f.order.allocated = pen(0);
  auto books = f.books();
  EXPECT_EQ(apply(books, snapshot(RemoteState::succeeded)), Applied::after_end);
}

TEST(News, a_refund_made_outside_is_booked_when_there_is_room) {
  Fixture f;
  auto books = f.books();
  apply(books, snapshot(RemoteState::succeeded));
  GatewayRefund outside{.gateway_refund_id = "re_9",
                        .gateway_payment_id = "pi_1",
                        .status = RefundStatus::succeeded,
                        .amount = pen(6000),
                        .reason = {},
                        .failure_reason = {},
                        .our_payment = {},
                        .our_call = {},
                        .redacted = "{}"};
  EXPECT_EQ(apply(books, outside, nullptr), Applied::changed);
  EXPECT_EQ(apply(books, outside, nullptr), Applied::nothing_new);
  EXPECT_EQ(books.payment().refunded, pen(6000));
  outside.gateway_refund_id = "re_10";
  EXPECT_EQ(apply(books, outside, nullptr), Applied::beyond_total);
}

TEST(News, a_refund_made_outside_that_failed_does_not_succeed_by_older_news) {
  Fixture f;
  auto books = f.books();
  apply(books, snapshot(RemoteState::succeeded));
  GatewayRefund outside{.gateway_refund_id = "re_9",
                        .gateway_payment_id = "pi_1",
                        .status = RefundStatus::failed,
                        .amount = pen(6000),
                        .reason = {},
                        .failure_reason = "expired_or_canceled_card",
                        .our_payment = {},
                        .our_call = {},
                        .redacted = "{}"};
  EXPECT_EQ(apply(books, outside, nullptr), Applied::changed);
  outside.status = RefundStatus::succeeded;
  EXPECT_EQ(apply(books, outside, nullptr), Applied::nothing_new);
  EXPECT_EQ(books.payment().refunded, pen(0));
  EXPECT_EQ(books.payment().refunding, pen(0));
}

// Any sequence of movements keeps the ceilings, the ledger and the order in step.
TEST(Books, any_sequence_of_movements_keeps_ceilings_and_ledger_in_step) {
  EXPECT_TRUE(rc::check([] {
    Fixture f;
    auto books = f.books();
    const auto steps =
        *rc::gen::resize(40, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7)));
    for (const auto step : steps) {
      if (books.result().new_transactions.size() > 50) break;
      const auto amount = pen(*rc::gen::inRange<std::int64_t>(1, 10000));
      const auto pick = [&]() -> const Refund* {
        return books.refunds().empty() ? nullptr
                                       : &books.refunds()[static_cast<std::size_t>(amount.minor()) %
                                                          books.refunds().size()];
      };
      switch (step) {
        case 0:
          books.move(PaymentEvent::confirmation_sent);
          break;
        case 1:
          books.decline({"card_declined", {}, ""}, "ch_x", "{}");
          break;
        case 2:
          books.charge(amount, "ch_1", "{}");
          break;
        case 3:
          books.cancel(true, "r");
          break;
        case 4:
          if (books.payment().state == PaymentState::succeeded &&
              amount <= refundable(books.payment()))
            books.start_refund(amount, "r", "admin");
          break;
        case 5:
          if (const auto* r = pick()) books.end_refund(r->id, RefundStatus::succeeded, {}, "{}");
          break;
        default:
          if (const auto* r = pick()) books.end_refund(r->id, RefundStatus::failed, "f", "{}");
      }
      const auto& p = books.payment();
      RC_ASSERT(p.refunded + p.refunding <= p.captured && p.captured <= p.amount);
      RC_ASSERT(books.order()->allocated == held(p));
      RC_ASSERT(books.order()->captured == p.captured && books.order()->refunded == p.refunded);
      std::int64_t sum = 0;
      for (const auto& [account, balance] : balances(books)) sum += balance;
      RC_ASSERT(sum == 0);
      const auto b = balances(books);
      const auto owed = b.contains("gateway:stripe") ? b.at("gateway:stripe") : 0;
      RC_ASSERT(owed == (p.captured - p.refunded).minor());
    }
  }));
}

}  // namespace
}  // namespace cobro::domain
