// The life of a gateway call.
//
//   make_call ──(committed)──▶ send ──▶ complete ──(committed)──▶ accepted | declined |
//                                                     not_executed | still open: unknown
//
// Who else may end a call: a webhook, a status query, recovery. Whoever comes second finds it
// ended and changes nothing. Here is how a call is made and ended; driver.h sends it,
// recovery.h completes those whose sender is gone, handler.h says what an outcome changes.
#pragma once

#include <optional>
#include <string>

#include "app/pipeline/pipeline.h"
#include "ports/gateway.h"

namespace cobro::app {

// Builds the call of `command` on the books' payment, counts it there, and marks the payment as
// having an operation open (refunds apart). Refusals: payment_conflicted, for nothing is sent about
// what a person must decide; what the gateway cannot do (gateway_not_available,
// currency_not_supported, validation_failed).
base::Result<domain::GatewayCall, domain::Refusal> make_call(const Context& context,
                                                             domain::Books& books,
                                                             const ports::PaymentCommand& command,
                                                             std::string requested_by = "system");

// The row that a call is about, where that is no payment. The row counts its calls.
struct Counted {
  domain::GatewayName gateway;
  base::Uuid subject;
  std::int64_t& counter;
};
// Builds the call of a command that is about no payment, and counts it at its row. Refusals:
// gateway_not_available, and what the gateway cannot do.
base::Result<domain::GatewayCall, domain::Refusal> make_call(const Context& context, Counted row,
                                                             const ports::MethodCommand& command,
                                                             std::string requested_by,
                                                             domain::Moment& moment);
base::Result<domain::GatewayCall, domain::Refusal> make_call(
    const Context& context, Counted row, const ports::SubscriptionCommand& command,
    std::string requested_by, domain::Moment& moment);

// Ends `call` in a decision: changes its row, its idempotency record (kept, or released when
// nothing was executed) and its review. What the call is about is its handler's to change.
void end_call(domain::GatewayCall& call, domain::CallStatus status,
              std::optional<domain::Decline> decline, base::Timestamp now, ports::Changes& changes);
// Changes the record and the review of a call whose row is ended already.
void follow_end(const domain::GatewayCall& call, base::Timestamp now, ports::Changes& changes);

// Finds the open call about that row; null when there is none.
const domain::GatewayCall* open_call_of(const ports::Loaded& loaded, base::Uuid subject);

}  // namespace cobro::app
