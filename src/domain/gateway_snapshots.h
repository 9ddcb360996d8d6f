// How a gateway's word changes a payment: one function for its answers, its webhooks and
// what a look-up finds, so that they cannot disagree, whatever order they come in.
#pragma once

#include <optional>

#include "domain/books.h"
#include "domain/gateway_call.h"
#include "domain/gateway_objects.h"

namespace cobro::domain {

enum class Applied {
  changed,
  nothing_new,   // it says what is known, or less
  beyond_total,  // money moved, or is held, that the order has no room for
  after_end,     // the same on a payment that was cancelled
  conflicted,    // another amount, currency or object than ours: a person must look
};

// Applies snapshots of the payment's object. What is `no_room`, `after_end` or `conflicted`
// leaves state and amounts as they were (`conflicted` is noted on the payment).
Applied apply(Books& books, const GatewayPayment& snapshot);

// Books captured money that `apply` found no place for as an overpayment. Nothing when the
// news are not of captured money.
Applied apply_late(Books& books, const GatewayPayment& snapshot);

// Applies snapshots of one refund: ours (by gateway id or call), or one made outside, which
// is booked the same way when there is room for it.
Applied apply(Books& books, const GatewayRefund& snapshot, const GatewayCall* call);

// Applies snapshots of a dispute of the payment; `known` is our row of it. In any order: what is of
// an earlier point changes nothing, and money is posted once.
Applied apply(Books& books, const GatewayDispute& snapshot, const std::optional<Dispute>& known);

// How an open call ends, given what the gateway says of the object now; nothing when
// this is no evidence about the call. `before` is the payment before the news.
// A call that only *may* have been executed never ends `not_executed` here, except by
// a final state that excludes it.
std::optional<CallStatus> ending(const GatewayCall& call, const Payment& before,
                                 const GatewayPayment& snapshot);

// Ends a call: its row, and the payment's mark of an open operation. A confirmation
// that was not executed puts the payment back where it was; a refund that was not executed
// fails and releases its amount.
void close_call(Books& books, GatewayCall& call, CallStatus status, std::optional<Decline> decline);

}  // namespace cobro::domain
