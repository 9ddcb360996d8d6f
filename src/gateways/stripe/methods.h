// Stripe's payment methods. Only what may be shown of them is read.
#pragma once

#include <optional>

#include "domain/gateway_objects.h"
#include "ports/billing.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

domain::GatewayRequest build(const ports::AttachMethodCommand& command);
domain::GatewayRequest build(const ports::DetachMethodCommand& command);

std::optional<domain::GatewayMethod> read_method(const wire::Json& method);

}  // namespace cobro::gateways::stripe
