#include "app/audit/audit_payment.h"

#include <fmt/format.h>

#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Money;
using domain::Movement;
using domain::Payment;
using domain::PaymentState;
using domain::Transaction;
using domain::TransactionStatus;
using domain::TransactionType;
using ports::AuditPage;

template <class Row, class IdType>
const Row* find_row(const std::vector<Row>& rows, const IdType& id) {
  for (const auto& row : rows)
    if (row.id == id) return &row;
  return nullptr;
}

std::string name(const Payment& payment) {
  return fmt::format("payment {} ({})", payment.number, payment.id.to_string());
}

std::string name(const Transaction& transaction) {
  return fmt::format("transaction {} ({})", transaction.number, transaction.id.to_string());
}

Money sum_of(const Payment& payment, const AuditPage& page, TransactionType type,
             TransactionStatus status) {
  auto sum = Money::zero(payment.amount.currency());
  for (const auto& row : page.transactions) {
    const bool counts = row.payment_id == payment.id && row.type == type && row.status == status;
    if (counts && row.amount.currency() == sum.currency()) sum += row.amount;
  }
  return sum;
}

void compare(const Payment& payment, std::string_view what, Money stated, Money derived,
             AuditReport& report) {
  if (stated == derived) return;
  report.findings.push_back(
      {name(payment), fmt::format("its {} amount is {}, its transactions make it {}", what,
                                  stated.to_string(), derived.to_string())});
}

bool has_open_call(const Payment& payment, const AuditPage& page, bool refunds) {
  for (const auto& call : page.calls) {
    const bool refund = call.operation == domain::Operation::refund;
    if (call.payment_id() == payment.id && refund == refunds &&
        call.status == domain::CallStatus::open)
      return true;
  }
  return false;
}

// What the transactions, the gateway's object and the calls say about the state.
std::optional<std::string> state_problem(const Payment& payment, const AuditPage& page,
                                         Money captured) {
  const bool charged = captured.is_positive();
  const bool declined =
      sum_of(payment, page, TransactionType::charge, TransactionStatus::failed).is_positive();
  const auto says = [&](std::string_view what) {
    return fmt::format("it is {}, {}", to_string(payment.state), what);
  };
  if (charged && payment.state != PaymentState::succeeded)
    return says("but a charge of it succeeded");
  switch (payment.state) {
    case PaymentState::succeeded:
      return charged ? std::nullopt : std::optional(says("but no charge of it succeeded"));
    case PaymentState::failed:
      return declined ? std::nullopt : std::optional(says("but no charge of it was declined"));
    case PaymentState::authorized:
    case PaymentState::requires_action:
      return exists_at_gateway(payment) ? std::nullopt
                                        : std::optional(says("but nothing exists at the gateway"));
    case PaymentState::processing:
      return exists_at_gateway(payment) || has_open_call(payment, page, false)
                 ? std::nullopt
                 : std::optional(says("but nothing is under way"));
    case PaymentState::pending:
    case PaymentState::cancelled:
      break;
  }
  return std::nullopt;
}

void audit_refunds(const Payment& payment, const AuditPage& page, AuditReport& report) {
  for (const auto& refund : page.refunds) {
    if (refund.payment_id != payment.id) continue;
    if (refund.of_overpayment != payment.overpayment.has_value())
      report.findings.push_back({fmt::format("refund {}", refund.id.to_string()),
                                 "it and its payment disagree about an overpayment"});
    const auto* row = find_row(page.transactions, refund.transaction_id);
    const auto subject = fmt::format("refund {} of {}", refund.id.to_string(), name(payment));
    if (row == nullptr) {
      report.findings.push_back({subject, "its transaction is missing"});
    } else if (row->amount != refund.amount || to_string(row->status) != to_string(refund.status)) {
      report.findings.push_back(
          {subject, fmt::format("it says {} {}, its transaction {} {}", to_string(refund.status),
                                refund.amount.to_string(), to_string(row->status),
                                row->amount.to_string())});
    }
  }
}

std::int64_t count_rows(const Payment& payment, const AuditPage& page, TransactionType type,
                        TransactionStatus status) {
  return std::count_if(page.transactions.begin(), page.transactions.end(), [&](const auto& row) {
    return row.payment_id == payment.id && row.type == type && row.status == status;
  });
}

std::int64_t count_calls(const Payment& payment, const AuditPage& page, domain::Operation operation,
                         domain::CallStatus status) {
  return std::count_if(page.calls.begin(), page.calls.end(), [&](const auto& call) {
    return call.payment_id() == payment.id && call.operation == operation && call.status == status;
  });
}

// A payment that was to be made at the gateway is there, or is given up.
void audit_creations(const Payment& payment, const AuditPage& page, AuditReport& report) {
  using domain::CallStatus;
  const auto count = [&](CallStatus status) {
    return count_calls(payment, page, domain::Operation::create, status);
  };
  if (count(CallStatus::accepted) > 0 && !exists_at_gateway(payment))
    report.findings.push_back(
        {name(payment), "it was made at the gateway, and its object is not recorded"});
  const auto failed = count(CallStatus::not_executed) + count(CallStatus::declined);
  if (failed > 0 && payment.state == PaymentState::pending && !exists_at_gateway(payment))
    report.findings.push_back(
        {name(payment), "it was never made at the gateway, and is still pending"});
}

// What calls ended with has left its row: a decline a failed charge, a cancel a void.
void audit_calls(const Payment& payment, const AuditPage& page, AuditReport& report) {
  const auto declined =
      count_calls(payment, page, domain::Operation::confirm, domain::CallStatus::declined);
  const auto failed = count_rows(payment, page, TransactionType::charge, TransactionStatus::failed);
  if (failed < declined)
    report.findings.push_back(
        {name(payment), fmt::format("{} confirmations of it were declined, {} failed charges are "
                                    "recorded",
                                    declined, failed)});
  const auto cancelled =
      count_calls(payment, page, domain::Operation::cancel, domain::CallStatus::accepted);
  const auto voids =
      count_rows(payment, page, TransactionType::void_, TransactionStatus::succeeded);
  if (cancelled > 0 && voids == 0)
    report.findings.push_back(
        {name(payment), "it was cancelled at the gateway, and no void is recorded"});
  audit_creations(payment, page, report);
}

// What became of it is in its transaction: taken, and given back or not.
std::optional<std::string> dispute_problem(const domain::Dispute& dispute, const Payment& payment,
                                           const AuditPage& page) {
  if (dispute.reinstated && !dispute.withdrawn) return "its money came back and was never taken";
  if (dispute.withdrawn != dispute.transaction_id.has_value())
    return "what it says of its money and whether it has a transaction disagree";
  if (!dispute.transaction_id) return std::nullopt;
  const auto* row = find_row(page.transactions, *dispute.transaction_id);
  if (row == nullptr) return "its transaction is missing";
  const auto status = dispute.reinstated ? TransactionStatus::failed : TransactionStatus::succeeded;
  const auto gone = withdrawn(dispute);
  if (row->payment_id == payment.id && row->type == TransactionType::dispute &&
      (dispute.reinstated ? gone.is_zero() : row->amount == gone) && row->status == status)
    return std::nullopt;
  return fmt::format("{} was {}, its transaction is a {} of {} that {}", dispute.amount.to_string(),
                     dispute.reinstated ? "given back" : "taken", to_string(row->type),
                     row->amount.to_string(), to_string(row->status));
}

void audit_disputes(const Payment& payment, const AuditPage& page, AuditReport& report) {
  auto sum = Money::zero(payment.amount.currency());
  bool any = false;
  for (const auto& dispute : page.disputes) {
    if (dispute.payment_id != payment.id) continue;
    any = true;
    if (dispute.amount.currency() == sum.currency()) sum += withdrawn(dispute);
    if (const auto problem = dispute_problem(dispute, payment, page))
      report.findings.push_back(
          {fmt::format("dispute {} of {}", dispute.id.to_string(), name(payment)), *problem});
  }
  if (payment.disputed != sum)
    report.findings.push_back(
        {name(payment), fmt::format("its disputed amount is {}, its disputes make it {}",
                                    payment.disputed.to_string(), sum.to_string())});
  if (payment.dispute_status.has_value() != any)
    report.findings.push_back({name(payment), "its mark of a dispute and its disputes disagree"});
}

// A withdrawal that was given back, before its dispute took money again.
bool is_earlier_of(const Transaction& row, const domain::Dispute& dispute) {
  return row.status == TransactionStatus::failed && dispute.transaction_id != row.id &&
         row.gateway_transaction_id == dispute.gateway_dispute_id;
}

// A dispute's transaction belongs to exactly one.
void audit_dispute_of(const Transaction& row, const AuditPage& page, AuditReport& report) {
  if (row.type != TransactionType::dispute) return;
  const auto owners =
      std::count_if(page.disputes.begin(), page.disputes.end(), [&](const auto& dispute) {
        return dispute.transaction_id == row.id || is_earlier_of(row, dispute);
      });
  if (owners != 1)
    report.findings.push_back(
        {name(row), fmt::format("it is of a dispute, and {} disputes name it", owners)});
}

// The entries that a transaction must have, given its type, status and past.
std::vector<Movement> expected_movements(const Transaction& row, bool reversed, bool late) {
  const auto refund = late ? Movement::overpayment_refund : Movement::refund;
  const auto failed = late ? Movement::overpayment_refund_failed : Movement::refund_failed;
  if (row.type == TransactionType::charge && row.status == TransactionStatus::succeeded)
    return {late ? Movement::overpayment : Movement::charge};
  const auto taken = late ? Movement::overpayment_dispute_withdrawn : Movement::dispute_withdrawn;
  const auto given = late ? Movement::overpayment_dispute_reinstated : Movement::dispute_reinstated;
  if (row.type == TransactionType::dispute)
    return row.status == TransactionStatus::succeeded ? std::vector{taken}
                                                      : std::vector{taken, given};
  if (row.type != TransactionType::refund) return {};
  if (row.status == TransactionStatus::succeeded) return {refund};
  if (row.status == TransactionStatus::failed && reversed) return {refund, failed};
  return {};
}

// A refund that failed was reversed when the ledger has anything of it.
bool is_of_refund(const domain::LedgerEntry& entry) {
  return entry.movement != Movement::charge && entry.movement != Movement::overpayment;
}

std::vector<domain::LedgerEntry> entries_of(const Transaction& row, const AuditPage& page) {
  std::vector<domain::LedgerEntry> entries;
  for (const auto& entry : page.entries)
    if (entry.transaction_id == row.id) entries.push_back(entry);
  return entries;
}

void audit_side(const Transaction& row, const std::vector<domain::LedgerEntry>& entries,
                Movement movement, domain::Side side, const std::string& account,
                AuditReport& report) {
  int found = 0;
  for (const auto& entry : entries) {
    if (entry.movement != movement || entry.side != side) continue;
    ++found;
    if (entry.amount != row.amount || entry.account != account)
      report.findings.push_back(
          {fmt::format("ledger entry {}", entry.id.to_string()),
           fmt::format("it says {} {} on {}, {} asks for {} on {}", to_string(side),
                       entry.amount.to_string(), entry.account, name(row), row.amount.to_string(),
                       account)});
  }
  if (found != 1)
    report.findings.push_back(
        {name(row), fmt::format("the ledger has {} {} entries of its {}, it must have one on {}",
                                found, to_string(side), to_string(movement), account)});
}

}  // namespace

void audit_payment(const Payment& payment, const AuditPage& page, AuditReport& report) {
  const auto charged = sum_of(payment, page, TransactionType::charge, TransactionStatus::succeeded);
  const auto refunded =
      sum_of(payment, page, TransactionType::refund, TransactionStatus::succeeded);
  const auto refunding = sum_of(payment, page, TransactionType::refund, TransactionStatus::pending);
  const auto none = Money::zero(payment.amount.currency());
  // All money of a payment with an overpayment is that one's, and all refunds.
  const auto& late = payment.overpayment;
  const auto captured = late ? none : charged;
  compare(payment, "captured", payment.captured, captured, report);
  compare(payment, "refunded", payment.refunded, late ? none : refunded, report);
  compare(payment, "refunding", payment.refunding, late ? none : refunding, report);
  if (late) {
    compare(payment, "overpaid", late->amount, charged, report);
    compare(payment, "overpaid and refunded", late->refunded, refunded, report);
    compare(payment, "overpaid and refunding", late->refunding, refunding, report);
  }
  if (const auto problem = state_problem(payment, page, captured))
    report.findings.push_back({name(payment), *problem});
  const bool whole = payment.capture_method == domain::CaptureMethod::automatic;
  if (payment.captured > payment.amount ||
      (whole && captured.is_positive() && captured != payment.amount))
    report.findings.push_back(
        {name(payment), fmt::format("its amount is {}, {} was captured", payment.amount.to_string(),
                                    captured.to_string())});
  if (payment.pending_operation.has_value() != has_open_call(payment, page, false))
    report.findings.push_back(
        {name(payment), "its mark of an open operation and its gateway calls disagree"});
  if (payment.order_id && find_row(page.orders, *payment.order_id) == nullptr)
    report.findings.push_back(
        {name(payment), fmt::format("its order {} is missing", payment.order_id->to_string())});
  audit_calls(payment, page, report);
  audit_refunds(payment, page, report);
  audit_disputes(payment, page, report);
}

void audit_transaction(const Transaction& row, const AuditPage& page, AuditReport& report) {
  const auto* payment = find_row(page.payments, row.payment_id);
  if (payment == nullptr) {
    report.findings.push_back({name(row), "its payment is missing"});
    return;
  }
  if (row.refund_id && find_row(page.refunds, *row.refund_id) == nullptr)
    report.findings.push_back(
        {name(row), fmt::format("its refund {} is missing", row.refund_id->to_string())});
  audit_dispute_of(row, page, report);
  if (row.amount.currency() != payment->amount.currency())
    report.findings.push_back({name(row), "its currency is not its payment's"});
  const auto entries = entries_of(row, page);
  const bool reversed = std::any_of(entries.begin(), entries.end(), is_of_refund);
  const auto expected = expected_movements(row, reversed, payment->overpayment.has_value());
  for (const auto movement : expected) {
    const auto accounts = domain::posting(movement, payment->gateway, payment->kind);
    audit_side(row, entries, movement, domain::Side::debit, accounts.debit, report);
    audit_side(row, entries, movement, domain::Side::credit, accounts.credit, report);
  }
  for (const auto& entry : entries)
    if (std::find(expected.begin(), expected.end(), entry.movement) == expected.end())
      report.findings.push_back({fmt::format("ledger entry {}", entry.id.to_string()),
                                 fmt::format("{} is {} and asks for no {} entry", name(row),
                                             to_string(row.status), to_string(entry.movement))});
}

void audit_strays(const AuditPage& page, AuditReport& report) {
  for (const auto& entry : page.entries)
    if (find_row(page.transactions, entry.transaction_id) == nullptr)
      report.findings.push_back(
          {fmt::format("ledger entry {}", entry.id.to_string()),
           fmt::format("its transaction {} is missing", entry.transaction_id.to_string())});
  for (const auto& refund : page.refunds)
    if (find_row(page.payments, refund.payment_id) == nullptr)
      report.findings.push_back(
          {fmt::format("refund {}", refund.id.to_string()), "its payment is missing"});
}

}  // namespace cobro::app
