// Answers as they were before 2025-03-31.basil: a subscription's period on the subscription
// itself, an invoice's subscription and PaymentIntent at its top (GATEWAYS §1.8).
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// Adds what the call's version had to a subscription or an invoice; leaves all else.
void use_shape_of_version(const Call& call, wire::Json& object);

}  // namespace cobro::sandbox::stripe
