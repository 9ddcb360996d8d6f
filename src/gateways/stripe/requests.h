// What every request to Stripe has in common.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/gateway_call.h"
#include "wire/form.h"

namespace cobro::gateways::stripe {

domain::GatewayRequest post(std::string path, const wire::FormFields& fields);
domain::GatewayRequest get(std::string path);
domain::GatewayRequest delete_(std::string path);

// Writes `<collection>/<id><action>`. An id that could leave its place in the path is a Bug.
std::string path_of(std::string_view collection, std::string_view id, std::string_view action = "");

// Writes the query of a list for what was created between the two, with a minute of slack on each
// side.
std::string created_between(base::Timestamp from, base::Timestamp to);

}  // namespace cobro::gateways::stripe
