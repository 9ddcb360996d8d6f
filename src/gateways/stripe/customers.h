// Stripe's customers.
#pragma once

#include <optional>

#include "domain/gateway_objects.h"
#include "ports/billing.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

domain::GatewayRequest build(const ports::CreateCustomerCommand& command);

// Reads a Customer. Gives nothing when it was deleted.
std::optional<domain::GatewayCustomer> read_customer(const wire::Json& customer);
bool is_deleted_customer(const wire::Json& customer);

}  // namespace cobro::gateways::stripe
