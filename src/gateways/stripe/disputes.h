// Stripe's disputes.
#pragma once

#include <optional>
#include <string_view>

#include "domain/gateway_objects.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// Reads a Dispute as an event of that type, `charge.dispute.…`, shows it; without an event the type
// is empty. Gives nothing for a dispute without a payment intent: it is of no payment of ours.
std::optional<domain::GatewayDispute> read_dispute(const wire::Json& dispute,
                                                   std::string_view type);

}  // namespace cobro::gateways::stripe
