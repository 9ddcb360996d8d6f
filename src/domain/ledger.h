// The double-entry ledger. Every movement of money posts one debit and one credit of the
// same amount; balances are derived from entries, which are only ever appended.
#pragma once

#include <array>
#include <string>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/payment.h"

namespace cobro::domain {

enum class Movement {
  charge,
  refund,
  refund_failed,
  overpayment,
  overpayment_refund,
  overpayment_refund_failed,
  dispute_withdrawn,
  dispute_reinstated,
  overpayment_dispute_withdrawn,
  overpayment_dispute_reinstated,
};
enum class Side { debit, credit };

struct LedgerEntry {
  LedgerEntryId id;
  TransactionId transaction_id;
  Movement movement = Movement::charge;
  Side side = Side::debit;
  std::string account;  // gateway:stripe, sales:order, overpayments, …
  Money amount;         // positive
  base::Timestamp created_at;
};

struct Posting {
  std::string debit;
  std::string credit;
};
// Gives the accounts of a movement, by the table in docs/money.md.
Posting posting(Movement movement, GatewayName gateway, PaymentKind kind);

// Makes the two entries of a movement.
std::array<LedgerEntry, 2> post(Movement movement, const Payment& payment,
                                TransactionId transaction, Money amount, base::Timestamp now,
                                IdSource& ids);

}  // namespace cobro::domain
