// The Stripe-Signature field: `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, HMAC-SHA256 of
// "<t>.<raw body>" under the whole secret, `whsec_` included (docs.stripe.com/webhooks).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "ports/gateway.h"

namespace cobro::gateways::stripe {

// One signature by one of the secrets is enough, as both are sent while a secret is rolled.
// Refused beyond 300 s of age and, unlike in Stripe's SDK, 60 s of future: a clock that far
// off would leave a captured delivery good for as long.
base::Result<void, ports::WebhookRefusal> verify_signature(std::string_view header,
                                                           std::string_view body,
                                                           std::span<const base::Secret> secrets,
                                                           base::Timestamp now);

}  // namespace cobro::gateways::stripe
