// Money as Stripe counts it (docs.stripe.com/currencies). Its exponents are not ISO 4217's:
//   ISK, UGX   ISO 0, Stripe 2, in multiples of 100 (5 ISK is 500)
//   MGA        ISO 2, Stripe 0 (only whole ariary can be sent)
//   BHD JOD KWD OMR TND   three decimals, but the last digit must be 0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "domain/money.h"
#include "domain/refusal.h"

namespace cobro::gateways::stripe {

// Minimum and maximum bind what is charged; a refund or a capture may be smaller.
enum class Bounds { charge, none };

// Gives the integer that Stripe takes. Refusals: currency_not_supported; validation_failed with
// `amount` as its field: `too_many_decimals`, `out_of_range`.
base::Result<std::int64_t, domain::Refusal> to_stripe(domain::Money amount, Bounds bounds,
                                                      std::int64_t maximum);

// Reads Stripe's integer. Gives nothing when we do not know the code, or when the integer has no
// exact value in our units.
std::optional<domain::Money> from_stripe(std::int64_t amount, std::string_view currency);

}  // namespace cobro::gateways::stripe
