// What a gateway's object says about a call of ours that is open, and what its end does to the
// payment.
#include <gtest/gtest.h>

#include <map>

#include "domain/gateway_snapshots.h"

namespace cobro::domain {
namespace {

const base::Timestamp kNow{2'000'000};
constexpr auto kStates = {
    RemoteState::unconfirmed, RemoteState::requires_action, RemoteState::approved,
    RemoteState::processing,  RemoteState::authorized,      RemoteState::succeeded,
    RemoteState::declined,    RemoteState::cancelled,       RemoteState::unrecognized};

Money pen(std::int64_t minor) {
  return {minor, *Currency::parse("PEN")};
}

Payment payment(PaymentState state = PaymentState::processing) {
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

GatewayCall call(Operation operation) {
  GatewayCall made{.operation = operation, .gateway = GatewayName::stripe};
  made.subject_id = payment().id.uuid;
  return made;
}

GatewayPayment snapshot(RemoteState state) {
  GatewayPayment made;
  made.gateway_payment_id = "pi_1";
  made.state = state;
  made.amount = made.captured = pen(100);
  return made;
}

// Of all states, in the order above: a accepted, d declined, n not executed, - nothing yet.
std::string endings(const GatewayCall& of, const Payment& before,
                    const std::optional<std::string>& charge = {}) {
  std::string all;
  for (const auto state : kStates) {
    auto seen = snapshot(state);
    seen.charge_id = charge;
    const auto ended = ending(of, before, seen);
    all += !ended                               ? '-'
           : *ended == CallStatus::accepted     ? 'a'
           : *ended == CallStatus::declined     ? 'd'
           : *ended == CallStatus::not_executed ? 'n'
                                                : '?';
  }
  return all;
}

TEST(CallEndings, follow_from_the_objects_state) {
  const auto known = [] {
    auto row = payment();
    row.gateway_payment_id = "pi_1";
    row.gateway_charge_id = "ch_1";
    return row;
  }();
  EXPECT_EQ(endings(call(Operation::create), payment()), "aaaaaaaa-");
  EXPECT_EQ(endings(call(Operation::confirm), payment()), "-aaaaa-n-");
  EXPECT_EQ(endings(call(Operation::confirm), payment(), "ch_1"), "-aaaaadn-");
  EXPECT_EQ(endings(call(Operation::confirm), known), "-a-aaa-n-");
  EXPECT_EQ(endings(call(Operation::confirm), known, "ch_1"), "-a-aaa-n-") << "an earlier refusal";
  EXPECT_EQ(endings(call(Operation::confirm), known, "ch_2"), "-a-aaadn-");
  EXPECT_EQ(endings(call(Operation::capture), known), "-----a-n-");
  EXPECT_EQ(endings(call(Operation::cancel), known), "-----n-a-");
  for (const auto operation :
       {Operation::refund, Operation::create_customer, Operation::attach_method,
        Operation::detach_method, Operation::create_subscription, Operation::end_at_period_end,
        Operation::end_now, Operation::resume, Operation::change_plan, Operation::set_method,
        Operation::pay_invoice})
    EXPECT_EQ(endings(call(operation), known), "---------");
}

TEST(CallEndings, of_a_capture_compare_the_amounts) {
  auto capture = call(Operation::capture);
  auto seen = snapshot(RemoteState::succeeded);
  capture.amount = pen(100);
  EXPECT_EQ(ending(capture, payment(), seen), CallStatus::accepted);
  capture.amount = pen(60);
  EXPECT_EQ(ending(capture, payment(), seen), CallStatus::not_executed);
  seen.captured.reset();
  EXPECT_EQ(ending(capture, payment(), seen), CallStatus::accepted);
}

TEST(CallEndings, close_the_call_and_its_mark_on_the_payment) {
  for (const auto status : {CallStatus::accepted, CallStatus::declined, CallStatus::not_executed}) {
    auto row = payment(PaymentState::authorized);
    row.pending_operation = Operation::capture;
    Books books({kNow, IdSource(kNow, {2}), {1, 2}}, row, std::nullopt, {}, {});
    auto of = call(Operation::capture);
    close_call(books, of, status, Decline{"a", "b", "c"});
    EXPECT_EQ(of.status, status);
    EXPECT_EQ(of.closed_at, kNow);
    EXPECT_EQ(of.decline->message, "c");
    EXPECT_EQ(books.payment().pending_operation, std::nullopt);
    EXPECT_EQ(books.payment().state, PaymentState::authorized);
    EXPECT_TRUE(books.payment_changed());
  }
}

TEST(CallEndings, of_a_confirmation_that_was_not_executed_put_the_payment_back) {
  const auto state_after = [](CallStatus status, PaymentState before) {
    auto row = payment(PaymentState::processing);
    row.pending_operation = Operation::confirm;
    Books books({kNow, IdSource(kNow, {2}), {1, 2}}, row, std::nullopt, {}, {});
    auto of = call(Operation::confirm);
    of.state_before = before;
    close_call(books, of, status, {});
    EXPECT_EQ(books.payment().pending_operation, std::nullopt);
    return books.payment().state;
  };
  EXPECT_EQ(state_after(CallStatus::not_executed, PaymentState::pending), PaymentState::pending);
  EXPECT_EQ(state_after(CallStatus::not_executed, PaymentState::failed), PaymentState::failed);
  EXPECT_EQ(state_after(CallStatus::accepted, PaymentState::failed), PaymentState::processing);
}

TEST(CallEndings, of_a_refund_end_the_refund_when_it_was_not_executed) {
  for (const auto status : {CallStatus::accepted, CallStatus::not_executed}) {
    auto row = payment(PaymentState::succeeded);
    row.captured = row.amount;
    row.pending_operation = Operation::capture;  // of another call
    Books books({kNow, IdSource(kNow, {2}), {1, 2}}, row, std::nullopt, {}, {});
    auto of = call(Operation::refund);
    of.refund_id = books.start_refund(pen(40), "a", "admin").id;
    close_call(books, of, status, {});
    EXPECT_EQ(books.payment().pending_operation, Operation::capture);
    const bool undone = status == CallStatus::not_executed;
    EXPECT_EQ(books.refunds().at(0).status, undone ? RefundStatus::failed : RefundStatus::pending);
    EXPECT_EQ(books.refunds()[0].failure_reason,
              undone ? std::optional<std::string>("not_executed") : std::nullopt);
    EXPECT_EQ(books.payment().refunding, undone ? pen(0) : pen(40));
  }
}

// ---- what a snapshot does to a payment in each state ----------------------------------------

std::string outcome(PaymentState state, RemoteState remote, std::optional<Operation> pending) {
  auto row = payment(state);
  row.gateway_payment_id = "pi_1";
  row.gateway_charge_id = "ch_1";
  row.pending_operation = pending;
  if (state == PaymentState::succeeded) row.captured = row.amount;
  Books books({kNow, IdSource(kNow, {2}), {1, 2}}, row, std::nullopt, {}, {});
  const auto applied = apply(books, snapshot(remote));
  const std::map<Applied, std::string> words = {{Applied::nothing_new, "-"},
                                                {Applied::changed, "changed"},
                                                {Applied::conflicted, "conflict"},
                                                {Applied::beyond_total, "beyond"},
                                                {Applied::after_end, "late"}};
  const std::map<PaymentState, std::string> states = {
      {PaymentState::pending, "pending"},       {PaymentState::requires_action, "acts"},
      {PaymentState::processing, "processing"}, {PaymentState::authorized, "held"},
      {PaymentState::succeeded, "paid"},        {PaymentState::failed, "failed"},
      {PaymentState::cancelled, "cancelled"}};
  const auto& after = books.payment().state;
  if (after == state) return words.at(applied);
  EXPECT_EQ(applied, Applied::changed);
  return states.at(after);
}

// A row for each state of ours, a column for each of theirs, in the order above.
std::string table(std::optional<Operation> pending) {
  std::string all = "\n";
  for (const auto& [state, name] :
       {std::pair(PaymentState::pending, "pending"),
        std::pair(PaymentState::requires_action, "acts"),
        std::pair(PaymentState::processing, "processing"),
        std::pair(PaymentState::authorized, "held"), std::pair(PaymentState::succeeded, "paid"),
        std::pair(PaymentState::failed, "failed"),
        std::pair(PaymentState::cancelled, "cancelled")}) {
    all += std::string(name) + ":";
    for (const auto remote : kStates) all += " " + outcome(state, remote, pending);
    all += "\n";
  }
  return all;
}

TEST(Snapshots, move_a_payment_by_this_table) {
  EXPECT_EQ(table({}), R"(
pending: - acts acts processing held paid failed cancelled -
acts: - - - processing held paid failed cancelled -
processing: - acts acts - held paid failed cancelled -
held: - - - - - paid - cancelled -
paid: - - - - - - - - -
failed: - acts acts processing held paid - cancelled -
cancelled: - - - - late late - - -
)");
  EXPECT_EQ(table(Operation::confirm), R"(
pending: - acts - processing held paid - cancelled -
acts: - - - processing held paid - cancelled -
processing: - acts - - held paid - cancelled -
held: - - - - - paid - cancelled -
paid: - - - - - - - - -
failed: - acts - processing held paid - cancelled -
cancelled: - - - - late late - - -
)");
}

}  // namespace
}  // namespace cobro::domain
