// How a gateway's snapshots change a payment: one function for its answers, its webhooks and what
// a look-up finds, so that they cannot disagree, whatever order they come in.
#pragma once

#include <optional>

#include "domain/books.h"
#include "domain/gateway_call.h"
#include "domain/gateway_objects.h"

namespace cobro::domain {

enum class Applied {
  changed,
  nothing_new,   // it says what is known, or less
  beyond_total,  // money moved, or is held, beyond what remains of the order's total
  after_end,     // the same on a payment that was cancelled
  conflicted,    // another amount, currency or object than ours: a person must look
};

// Applies a snapshot of the payment's object. One that is `beyond_total`, `after_end` or
// `conflicted` leaves state and amounts as they were (`conflicted` is noted on the payment).
Applied apply(Books& books, const GatewayPayment& snapshot);

// Books captured money that `apply` found no place for as an overpayment. It changes nothing when
// the snapshot is not of captured money.
Applied apply_late(Books& books, const GatewayPayment& snapshot);

// Applies a snapshot of one refund: ours (by gateway id or call), or one made outside, which is
// booked the same way when enough of the payment remains for it.
Applied apply(Books& books, const GatewayRefund& snapshot, const GatewayCall* call);

// Applies a snapshot of a dispute of the payment; `known` is our row of it. Snapshots may come in
// any order: one of an earlier point changes nothing, and money is posted once.
Applied apply(Books& books, const GatewayDispute& snapshot, const std::optional<Dispute>& known);

// Says how an open call ends, given what the gateway says of the object now; nothing when this is
// no evidence about the call. `before` is the payment before the snapshot was applied.
// A call that only *may* have been executed never ends `not_executed` here, except by
// a final state that excludes it.
std::optional<CallStatus> ending(const GatewayCall& call, const Payment& before,
                                 const GatewayPayment& snapshot);

// Ends a call: changes its row, and takes the mark of an open operation off the payment. A
// confirmation that was not executed puts the payment back where it was; a refund that was not
// executed fails and releases its amount.
void close_call(Books& books, GatewayCall& call, CallStatus status, std::optional<Decline> decline);

}  // namespace cobro::domain
