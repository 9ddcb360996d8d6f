// What a gateway says of a payment and of its refunds, applied in a decision: one way for
// answers, webhooks and status queries, so that they cannot disagree.
#pragma once

#include <optional>

#include "app/calls/gateway_call.h"
#include "domain/gateway_snapshots.h"

namespace cobro::app {

// Applies what the gateway says of the payment to it, and to its open calls that this ends. Records
// of ended calls are completed or released. Captured money that the payment cannot
// keep becomes an overpayment, and is sent back at once where the settings say so; an
// authorization that nobody can use any more gets a call that cancels it. Those calls are only
// written: recovery sends them.
domain::Applied apply_gateway_payment(const Context& context, const ports::Loaded& loaded,
                                      domain::Books& books, const domain::GatewayPayment& snapshot,
                                      ports::Changes& changes);
// Tells a person of money for a subscription that had ended when it was charged, or may have: the
// gateway does not always show when that was. Money that was charged before and is only heard of
// now paid for what was granted then. It is booked and grants nothing. `before` is the payment
// without it.
void report_late_access(const ports::Loaded& loaded, domain::Books& books,
                        const domain::Payment& before, const domain::GatewayPayment& snapshot);
// How many transaction numbers applying a snapshot may take.
int numbers_for_snapshots(const Context& context);
domain::Applied apply_gateway_refund(const ports::Loaded& loaded, domain::Books& books,
                                     const domain::GatewayRefund& snapshot,
                                     ports::Changes& changes);

// Ends a call about the books' payment, with its record. A payment that was never made at the
// gateway is cancelled with it.
void end_payment_call(domain::Books& books, domain::GatewayCall& call, domain::CallStatus status,
                      std::optional<domain::Decline> decline, ports::Changes& changes);

}  // namespace cobro::app
