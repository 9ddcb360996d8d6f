// Events as they leave for a webhook target: signed, in Stripe's shape.
#pragma once

#include <optional>
#include <string>

#include "ports/http_client.h"
#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// Nothing when the event or its target is gone.
std::optional<ports::HttpRequest> webhook_request(Account& account, const Delivery& delivery);

// `Stripe-Signature`: `t=<unix>,v1=<hex>`, keyed with the whole secret (GATEWAYS §1.10).
std::string signature_header(std::string_view secret, std::int64_t unix_seconds,
                             std::string_view body);

}  // namespace cobro::sandbox::stripe
