// The small facts about rows that everything else is decided by: what a payment holds, what is left
// of it, where it is, where its money is posted, and ids that only count up.
#include <gtest/gtest.h>

#include <set>

#include "domain/gateway_call.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/payment_states.h"
#include "domain/words.h"

namespace cobro::domain {
namespace {

const base::Timestamp kNow{2'000'000};

Money pen(std::int64_t minor) {
  return {minor, *Currency::parse("PEN")};
}

Payment payment(PaymentState state) {
  Payment made{.id = IdSource(kNow, {1}).next<PaymentId>(),
               .number = 1,
               .kind = PaymentKind::intent,
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
               .processed_at = {}};
  made.state = state;
  return made;
}

TEST(PaymentFacts, of_what_each_state_holds) {
  for (const auto& [state, live] :
       {std::pair(PaymentState::pending, true), std::pair(PaymentState::requires_action, true),
        std::pair(PaymentState::processing, true), std::pair(PaymentState::authorized, true),
        std::pair(PaymentState::succeeded, true), std::pair(PaymentState::failed, false),
        std::pair(PaymentState::cancelled, false)}) {
    EXPECT_EQ(is_live(state), live) << to_string(state);
    auto row = payment(state);
    row.captured = pen(60);
    EXPECT_EQ(held(row), state == PaymentState::succeeded ? pen(60) : pen(live ? 100 : 0))
        << to_string(state);
  }
}

TEST(PaymentFacts, of_what_is_left_and_of_what_went_back) {
  auto row = payment(PaymentState::succeeded);
  row.captured = pen(90);
  row.refunded = pen(50);
  row.refunding = pen(30);
  EXPECT_EQ(refundable(row), pen(10));
  EXPECT_FALSE(is_refunded_in_full(row));
  row.refunded = pen(90);
  EXPECT_TRUE(is_refunded_in_full(row));
  row.state = PaymentState::cancelled;
  EXPECT_FALSE(is_refunded_in_full(row));
  row = payment(PaymentState::succeeded);
  EXPECT_FALSE(is_refunded_in_full(row)) << "nothing was captured";
}

TEST(PaymentFacts, of_where_it_exists_and_may_still_be_paid) {
  for (const auto state : kPaymentStates) {
    const bool ended = state == PaymentState::succeeded || state == PaymentState::cancelled;
    auto row = payment(state);
    EXPECT_FALSE(exists_at_gateway(row) || is_open_at_gateway(row));
    row.gateway_checkout_id = "cs_1";
    EXPECT_TRUE(exists_at_gateway(row));
    EXPECT_EQ(is_open_at_gateway(row), !ended) << to_string(state);
    row.gateway_checkout_id.reset();
    row.gateway_payment_id = "pi_1";
    EXPECT_TRUE(exists_at_gateway(row));
    EXPECT_EQ(is_open_at_gateway(row), !ended) << to_string(state);
    row.overpayment = Overpayment{{}, OverpaymentReason::order_full, pen(1), pen(0), pen(0), kNow};
    EXPECT_FALSE(is_open_at_gateway(row));
  }
}

TEST(OverpaymentFacts, of_its_status_and_what_is_left_of_it) {
  const auto status = [](std::int64_t refunded, std::int64_t refunding) {
    const Overpayment late{
        {}, OverpaymentReason::order_full, pen(100), pen(refunded), pen(refunding), kNow};
    EXPECT_EQ(refundable(late), pen(100 - refunded - refunding));
    return status_of(late);
  };
  EXPECT_EQ(status(0, 0), OverpaymentStatus::open);
  EXPECT_EQ(status(99, 0), OverpaymentStatus::open);
  EXPECT_EQ(status(100, 0), OverpaymentStatus::refunded);
  EXPECT_EQ(status(0, 1), OverpaymentStatus::refunding);
  EXPECT_EQ(status(99, 1), OverpaymentStatus::refunding);
}

TEST(OrderFacts, of_its_number) {
  Order order{.number = 42,
              .status_before_refund = {},
              .closing = {},
              .total = pen(1),
              .allocated = pen(0),
              .captured = pen(0),
              .refunded = pen(0),
              .notes = {},
              .items = {}};
  EXPECT_EQ(order_number(order), "ORD-00000042");
  order.number = 123'456'789;
  EXPECT_EQ(order_number(order), "ORD-123456789");
}

TEST(Postings, are_those_of_the_page_about_money) {
  const auto accounts = [](Movement movement) {
    const auto made = posting(movement, GatewayName::paypal, PaymentKind::session);
    return made.debit + " " + made.credit;
  };
  EXPECT_EQ(accounts(Movement::charge), "gateway:paypal sales:session");
  EXPECT_EQ(accounts(Movement::refund), "refunds:session gateway:paypal");
  EXPECT_EQ(accounts(Movement::refund_failed), "gateway:paypal refunds:session");
  EXPECT_EQ(accounts(Movement::overpayment), "gateway:paypal overpayments");
  EXPECT_EQ(accounts(Movement::overpayment_refund), "overpayments gateway:paypal");
  EXPECT_EQ(accounts(Movement::overpayment_refund_failed), "gateway:paypal overpayments");
  EXPECT_EQ(accounts(Movement::dispute_withdrawn), "disputes gateway:paypal");
  EXPECT_EQ(accounts(Movement::dispute_reinstated), "gateway:paypal disputes");
  EXPECT_EQ(accounts(Movement::overpayment_dispute_withdrawn), "overpayments gateway:paypal");
  EXPECT_EQ(accounts(Movement::overpayment_dispute_reinstated), "gateway:paypal overpayments");
}

TEST(Postings, are_two_of_one_amount) {
  IdSource ids(kNow, {1, 2, 3});
  const auto of = payment(PaymentState::succeeded);
  const auto transaction = ids.next<TransactionId>();
  const auto [debit, credit] = post(Movement::refund, of, transaction, pen(7), kNow, ids);
  EXPECT_NE(debit.id, credit.id);
  EXPECT_EQ(debit.side, Side::debit);
  EXPECT_EQ(credit.side, Side::credit);
  EXPECT_EQ(debit.account, "refunds:intent");
  EXPECT_EQ(credit.account, "gateway:stripe");
  for (const auto& entry : {debit, credit}) {
    EXPECT_EQ(entry.transaction_id, transaction);
    EXPECT_EQ(entry.movement, Movement::refund);
    EXPECT_EQ(entry.amount, pen(7));
    EXPECT_EQ(entry.created_at, kNow);
  }
}

TEST(CallFacts, of_what_each_operation_is_about) {
  const std::vector<std::pair<CallSubject, std::vector<Operation>>> subjects = {
      {CallSubject::payment,
       {Operation::create, Operation::confirm, Operation::capture, Operation::cancel,
        Operation::refund}},
      {CallSubject::customer, {Operation::create_customer}},
      {CallSubject::payment_method, {Operation::attach_method, Operation::detach_method}},
      {CallSubject::subscription,
       {Operation::create_subscription, Operation::end_at_period_end, Operation::end_now,
        Operation::resume, Operation::change_plan, Operation::set_method, Operation::pay_invoice}},
  };
  for (const auto& [subject, operations] : subjects)
    for (const auto operation : operations)
      EXPECT_EQ(subject_of(operation), subject) << to_string(operation);
}

// Also where a byte runs over, and where all of them do.
TEST(Ids, of_one_decision_differ_and_count_up) {
  for (const std::array<std::uint8_t, 10>& chance :
       {std::array<std::uint8_t, 10>{}, std::array<std::uint8_t, 10>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
        std::array<std::uint8_t, 10>{0, 0, 0, 0, 0, 0, 0, 0, 0, 255},
        std::array<std::uint8_t, 10>{0, 0, 0, 0, 0, 0, 0, 255, 255, 250}}) {
    IdSource ids(kNow, chance);
    std::set<base::Uuid> seen;
    base::Uuid last{};
    for (int i = 0; i < 1000; ++i) {
      const auto id = ids.next<EventId>().uuid;
      EXPECT_TRUE(seen.insert(id).second);
      EXPECT_TRUE(i == 0 || last < id);
      EXPECT_EQ(id.bytes[8] & 0xC0U, 0x80U) << "its variant stays";
      EXPECT_EQ(id.bytes[6] & 0xF0U, 0x70U) << "its version stays";
      last = id;
    }
  }
  std::array<std::uint8_t, 10> all{};
  all.fill(255);
  IdSource ids(kNow, all);
  const auto first = ids.next<EventId>().uuid;
  const auto second = ids.next<EventId>().uuid;
  EXPECT_NE(first, second);
  EXPECT_EQ(second.bytes[8] & 0xC0U, 0x80U);
}

}  // namespace
}  // namespace cobro::domain
