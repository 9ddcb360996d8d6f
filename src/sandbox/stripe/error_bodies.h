// Errors as Stripe's API shows them (GATEWAYS §1.3).
#pragma once

#include <string>
#include <string_view>

#include "sandbox/common/api_error.h"

namespace cobro::sandbox::stripe {

// The error's members, without the envelope: what `last_payment_error` holds too.
wire::Json error_object(const ApiError& error);
// `{"error": {…}}` as it is sent.
std::string error_body(const ApiError& error, std::string_view request_id);

}  // namespace cobro::sandbox::stripe
