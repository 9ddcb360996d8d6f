// Stripe's API keys: any well-formed secret or restricted test key opens the one account.
#pragma once

#include <optional>

#include "sandbox/api_error.h"
#include "wire/message.h"

namespace cobro::sandbox {

// The 401 or 403, or nothing when the request may go on. Bearer, or Basic with the key as
// user.
std::optional<ApiError> authenticate(const wire::Headers& headers);

}  // namespace cobro::sandbox
