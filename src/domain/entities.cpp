#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "domain/ids.h"
#include "domain/ledger.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/words.h"

namespace cobro::domain {

// Counts up in the 62 bits after the variant: increasing within one decision, and as
// far from other draws as chance puts them.
base::Uuid IdSource::step() {
  const base::Uuid result = next_;
  for (std::size_t i = 15; i > 8; --i)
    if (++next_.bytes[i] != 0) return result;
  auto& last = next_.bytes[8];
  last = static_cast<std::uint8_t>((last & 0xC0U) | ((last + 1U) & 0x3FU));
  return result;
}

std::string order_number(const Order& order) {
  return fmt::format("ORD-{:08}", order.number);
}

bool is_live(PaymentState state) {
  switch (state) {
    case PaymentState::pending:
    case PaymentState::requires_action:
    case PaymentState::processing:
    case PaymentState::authorized:
    case PaymentState::succeeded:
      return true;
    case PaymentState::failed:
    case PaymentState::cancelled:
      return false;
  }
  return false;
}

Money held(const Payment& payment) {
  if (payment.state == PaymentState::succeeded) return payment.captured;
  return is_live(payment.state) ? payment.amount : Money::zero(payment.amount.currency());
}

Money refundable(const Payment& payment) {
  return payment.captured - payment.refunded - payment.refunding;
}

bool exists_at_gateway(const Payment& payment) {
  return payment.gateway_payment_id || payment.gateway_checkout_id;
}

bool is_open_at_gateway(const Payment& payment) {
  const bool ended = payment.state == PaymentState::succeeded ||
                     payment.state == PaymentState::cancelled || payment.overpayment;
  return exists_at_gateway(payment) && !ended;
}

OverpaymentStatus status_of(const Overpayment& overpayment) {
  if (overpayment.refunding.is_positive()) return OverpaymentStatus::refunding;
  return overpayment.refunded == overpayment.amount ? OverpaymentStatus::refunded
                                                    : OverpaymentStatus::open;
}

Money refundable(const Overpayment& overpayment) {
  return overpayment.amount - overpayment.refunded - overpayment.refunding;
}

Money overpaid(const Payment& payment) {
  return std::max(Money::zero(payment.amount.currency()),
                  refundable(*payment.overpayment) - payment.disputed);
}

OverpaymentStatus overpayment_status(const Payment& payment) {
  const auto by_refunds = status_of(*payment.overpayment);
  const bool taken =
      payment.dispute_status == DisputeStatus::lost &&
      payment.overpayment->refunded + payment.disputed >= payment.overpayment->amount;
  return by_refunds == OverpaymentStatus::open && taken ? OverpaymentStatus::refunded : by_refunds;
}

bool is_refunded_in_full(const Payment& payment) {
  return payment.state == PaymentState::succeeded && payment.captured.is_positive() &&
         payment.refunded == payment.captured;
}

Posting posting(Movement movement, GatewayName gateway, PaymentKind kind) {
  const auto owed = fmt::format("gateway:{}", to_string(gateway));
  const auto sales = fmt::format("sales:{}", to_string(kind));
  const auto refunds = fmt::format("refunds:{}", to_string(kind));
  switch (movement) {
    case Movement::charge:
      return {owed, sales};
    case Movement::refund:
      return {refunds, owed};
    case Movement::refund_failed:
      return {owed, refunds};
    case Movement::overpayment:
    case Movement::overpayment_refund_failed:
    case Movement::overpayment_dispute_reinstated:
      return {owed, "overpayments"};
    case Movement::overpayment_refund:
    case Movement::overpayment_dispute_withdrawn:
      return {"overpayments", owed};
    case Movement::dispute_withdrawn:
      return {"disputes", owed};
    case Movement::dispute_reinstated:
      return {owed, "disputes"};
  }
  base::fail_check("unknown movement", std::source_location::current());
}

std::array<LedgerEntry, 2> post(Movement movement, const Payment& payment,
                                TransactionId transaction, Money amount, base::Timestamp now,
                                IdSource& ids) {
  COBRO_CHECK(amount.is_positive());
  const auto accounts = posting(movement, payment.gateway, payment.kind);
  const auto debit = ids.next<LedgerEntryId>();
  const auto credit = ids.next<LedgerEntryId>();
  return {LedgerEntry{debit, transaction, movement, Side::debit, accounts.debit, amount, now},
          LedgerEntry{credit, transaction, movement, Side::credit, accounts.credit, amount, now}};
}

}  // namespace cobro::domain
