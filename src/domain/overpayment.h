// An overpayment: money that was captured for a payment which could not keep it, because it
// came too late or twice. It is owed back: a liability in the ledger until it is refunded.
// At most one per payment, since a gateway's object is captured once; the payment's own
// state and amounts stay as they were.
#pragma once

#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"

namespace cobro::domain {

enum class OverpaymentReason {
  payment_cancelled,  // captured after the payment was cancelled
  order_closed,       // its order was paid otherwise, or cancelled
  order_full,         // other payments hold the order's amount
};

// The amounts say it: `refunding` while a refund is under way, `refunded` when all of it went back,
// else `open`.
enum class OverpaymentStatus { open, refunding, refunded };

struct Overpayment {
  OverpaymentId id;
  OverpaymentReason reason = OverpaymentReason::payment_cancelled;
  Money amount;
  Money refunded;   // refunded + refunding ≤ amount (a CHECK)
  Money refunding;  // held by refunds that have not ended
  base::Timestamp created_at;
};

// By refunds alone; see `overpayment_status` for one that may be disputed.
OverpaymentStatus status_of(const Overpayment& overpayment);
// Gives amount − refunded − refunding.
Money refundable(const Overpayment& overpayment);

}  // namespace cobro::domain
