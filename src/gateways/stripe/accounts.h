// Stripe's accounts, and the mode that a key is for.
#pragma once

#include <optional>
#include <string_view>

#include "domain/gateway_account.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// Nothing when the object names none.
std::optional<domain::GatewayAccount> read_account(const wire::Json& account);
// Nothing: the key does not say.
std::optional<bool> is_live_key(std::string_view key);

}  // namespace cobro::gateways::stripe
