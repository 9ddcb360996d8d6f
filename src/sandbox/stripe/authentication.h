// Any `sk_test_…` or `rk_test_…` key opens the one account, any `pk_test_…` what a browser
// may do; every other key is refused as Stripe refuses it.
#pragma once

#include <optional>
#include <string>

#include "sandbox/common/api_error.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

// By `Authorization: Bearer <key>`, or Basic with the key as user; "" when there is none.
std::string key_of(const wire::Headers& headers);
bool is_publishable(std::string_view key);
// The 401 of a missing or wrong key, or nothing.
std::optional<ApiError> check_key(std::string_view key);
// The 401 of a publishable key where a secret one is needed.
ApiError secret_key_required();

}  // namespace cobro::sandbox::stripe
