#include "app/pipeline/invariants.h"

#include <map>

#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Money;

void check_payment(const domain::Payment& payment) {
  const auto zero = Money::zero(payment.amount.currency());
  COBRO_CHECK(payment.amount.is_positive());
  COBRO_CHECK(payment.captured >= zero && payment.captured <= payment.amount);
  COBRO_CHECK(payment.refunded >= zero && payment.refunding >= zero && payment.disputed >= zero);
  COBRO_CHECK((payment.state == domain::PaymentState::succeeded) == payment.captured.is_positive());
  if (!payment.overpayment) return;
  COBRO_CHECK(payment.captured.is_zero() && payment.overpayment->amount.is_positive());
  COBRO_CHECK(payment.overpayment->refunded >= zero && payment.overpayment->refunding >= zero);
}

void check_order(const domain::Order& order) {
  const auto zero = Money::zero(order.total.currency());
  COBRO_CHECK(order.total.is_positive());
  COBRO_CHECK(order.allocated >= zero);
  COBRO_CHECK(order.captured >= zero && order.captured <= order.allocated);
  COBRO_CHECK(order.refunded >= zero && order.refunded <= order.captured);
  if (!order.items.is_read() || order.items.empty()) return;
  auto sum = zero;
  for (const auto& item : order.items) sum += item.total;
  COBRO_CHECK(sum == order.total);
}

// The two entries of each movement that a transaction gains in this write balance. Returns how
// many movements there are.
std::size_t check_entries(const ports::Changes& changes, domain::TransactionId id) {
  struct Sides {
    std::optional<Money> debit = {};
    std::optional<Money> credit = {};
  };
  std::map<domain::Movement, Sides> movements;
  for (const auto& entry : changes.inserted<domain::LedgerEntry>()) {
    if (entry.transaction_id != id) continue;
    auto& sides = movements[entry.movement];
    auto& side = entry.side == domain::Side::debit ? sides.debit : sides.credit;
    COBRO_CHECK(!side);
    side = entry.amount;
  }
  for (const auto& [movement, sides] : movements)
    COBRO_CHECK(sides.debit && sides.credit && *sides.debit == *sides.credit);
  return movements.size();
}

void check_transaction(const ports::Changes& changes, const domain::Transaction& row) {
  const bool moves_money = row.status == domain::TransactionStatus::succeeded &&
                           row.type != domain::TransactionType::void_;
  const auto movements = check_entries(changes, row.id);
  if (moves_money) COBRO_CHECK(movements == 1);
}

void check_sequences(const ports::Changes& changes, domain::Aggregate aggregate, base::Uuid id,
                     std::int64_t last) {
  std::int64_t expected = 0;
  for (const auto& event : changes.inserted<domain::Event>()) {
    if (event.aggregate != aggregate || event.aggregate_id != id) continue;
    COBRO_CHECK(expected == 0 || event.sequence == expected + 1);
    expected = event.sequence;
  }
  COBRO_CHECK(expected == 0 || expected == last);
}

}  // namespace

void check_invariants(const ports::Changes& changes) {
  for (const auto* payments :
       {&changes.inserted<domain::Payment>(), &changes.updated<domain::Payment>()})
    for (const auto& payment : *payments) {
      check_payment(payment);
      check_sequences(changes, domain::Aggregate::payment, payment.id.uuid, payment.event_sequence);
    }
  for (const auto* orders : {&changes.inserted<domain::Order>(), &changes.updated<domain::Order>()})
    for (const auto& order : *orders) {
      check_order(order);
      check_sequences(changes, domain::Aggregate::order, order.id.uuid, order.event_sequence);
    }
  for (const auto* rows :
       {&changes.inserted<domain::Transaction>(), &changes.updated<domain::Transaction>()})
    for (const auto& row : *rows) check_transaction(changes, row);
}

}  // namespace cobro::app
