// What happens at the gateway without us, as another client of the same Stripe account does it,
// and how we hear of it.
#pragma once

#include <string>

#include "surfaces/desk.h"

namespace cobro::testing {

// One request there; its answer's body.
std::string at_stripe(Desk& desk, const std::string& method, const std::string& path,
                      const std::string& form = {});
// Delivers the newest event of that type, and applies it. The desk's jobs must run.
void hear(Desk& desk, const std::string& type);
// That many minor units are captured there for the payment of that id; we hear of it.
void capture_there(Desk& desk, const std::string& payment_id, const std::string& minor);

}  // namespace cobro::testing
