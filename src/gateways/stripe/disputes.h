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
// Whether some of what it moved stands there by its id alone, so that it must be fetched.
bool names_its_money_only(const wire::Json& dispute);

}  // namespace cobro::gateways::stripe
