// Stripe's prices.
#pragma once

#include <optional>

#include "domain/gateway_objects.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

std::optional<domain::GatewayPrice> read_price(const wire::Json& price);

}  // namespace cobro::gateways::stripe
