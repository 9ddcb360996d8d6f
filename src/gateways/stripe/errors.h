// What an answer that is not 2xx means. error_table.h has the table; here its verdicts become
// our answers.
#pragma once

#include "ports/gateway.h"

namespace cobro::gateways::stripe {

// Judges every answer whose status is not 2xx; it is never accepted. Where a method that is to be
// detached is at fault, it is gone, or attached to nobody.
ports::GatewayAnswer read_error(domain::Operation operation, const ports::HttpResponse& response);

// Whether Stripe says that it has no such object.
bool is_missing(const ports::HttpResponse& response);

}  // namespace cobro::gateways::stripe
