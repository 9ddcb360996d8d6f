// One debt, one payer: what is marked as paid from outside must not be payable at a gateway too.
#pragma once

#include <optional>

#include "app/payments/status_query.h"
#include "app/pipeline/context.h"

namespace cobro::app {

// Before the loaded payment is marked as paid: the decision that sees to the payments of its order
// that were declined here and that their customer could still pay there, though they find no room
// beside what the order's payments hold. Each is cancelled at its gateway, by a call of its own, or
// asked about first when it has a call open. Payments that hold their part of the order stay, and
// so do declined ones that fit: their money pays what is left. Nothing: there is no such payment.
// Refusals: payment_conflicted; payment_in_progress, when the gateway was asked about an open call
// and did not say what became of it; those of make_call.
base::Result<std::optional<Decided>, domain::Refusal> end_other_payers(const Context& context,
                                                                       const ports::Loaded& loaded,
                                                                       const Asked& asked,
                                                                       domain::Moment& moment);

}  // namespace cobro::app
