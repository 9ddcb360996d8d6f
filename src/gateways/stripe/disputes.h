// Stripe's disputes.
#pragma once

#include <optional>
#include <string_view>

#include "domain/gateway_objects.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// What a `charge.dispute.…` event of that type says. Nothing for a dispute without a payment
// intent: it is of no payment of ours.
std::optional<domain::GatewayDispute> read_dispute(const wire::Json& dispute,
                                                   std::string_view type);

}  // namespace cobro::gateways::stripe
