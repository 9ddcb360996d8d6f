// What an error answer of Stripe's means (docs.stripe.com/error-codes). The question is
// only whether something may have been done:
//
//   402 card_error                                   declined
//   401, 403, 404, 429                               not executed
//   409 lock_timeout                                 not executed
//   400 invalid_request_error, a code about          not executed
//       parameters, or no code but a `param`
//   400 to attach a method, about the method; to     not executed
//       detach one that is attached to nobody
//   404 to end a subscription                        unknown: it may have ended
//   anything else: 5xx, 3xx, idempotency errors,     unknown
//       unexpected state, already captured or
//       refunded, no readable error object, a code not listed
#pragma once

#include "ports/gateway.h"

namespace cobro::gateways::stripe {

// For every answer whose status is not 2xx. Never accepted.
ports::GatewayAnswer read_error(domain::Operation operation, const ports::HttpResponse& response);
// `bad_payment_method` of a method to be detached: it is gone, or attached to nobody.
ports::ErrandAnswer read_error(domain::ErrandOperation operation,
                               const ports::HttpResponse& response);

// Stripe says that it has no such object.
bool is_missing(const ports::HttpResponse& response);

}  // namespace cobro::gateways::stripe
