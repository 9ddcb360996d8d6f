// Stripe's disputes.
#pragma once

#include <optional>
#include <string_view>

#include "domain/gateway_objects.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// Reads a Dispute as an event of that type, `charge.dispute.…`, shows it; without an event the type
// is empty. Gives nothing for a dispute that names no payment intent.
std::optional<domain::GatewayDispute> read_dispute(const wire::Json& dispute,
                                                   std::string_view type);
// Whether all that it did can be read of it. It must be fetched where its amount cannot, where its
// money stands there by an id alone, or where it was lost or won and moved nothing as far as it
// says.
bool is_told_whole(const wire::Json& dispute, const domain::GatewayDispute& snapshot);

}  // namespace cobro::gateways::stripe
