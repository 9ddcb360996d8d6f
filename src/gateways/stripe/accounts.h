// Stripe's accounts, and the mode that a key is for.
#pragma once

#include <optional>
#include <string_view>

#include "domain/gateway_account.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// Reads an Account. Nothing when the object is none.
std::optional<domain::GatewayAccount> read_account(const wire::Json& account);
// Whether the key is for live money; nothing when it does not say.
std::optional<bool> is_live_key(std::string_view key);

}  // namespace cobro::gateways::stripe
