// What an answer that is not 2xx means. error_table.h has the table; here its verdicts become
// our answers.
#pragma once

#include "ports/gateway.h"

namespace cobro::gateways::stripe {

// For every answer whose status is not 2xx. Never accepted. At fault, of a method to be
// detached: it is gone, or attached to nobody.
ports::GatewayAnswer read_error(domain::Operation operation, const ports::HttpResponse& response);

// Stripe says that it has no such object.
bool is_missing(const ports::HttpResponse& response);

}  // namespace cobro::gateways::stripe
