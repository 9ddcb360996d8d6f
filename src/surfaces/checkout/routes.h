// Hosted checkout: the page, and what it asks us. Whoever has a session's id may see and pay it.
#pragma once

#include <vector>

#include "surfaces/checkout/page.h"

namespace cobro::surfaces::checkout {

// Throws std::invalid_argument: the sandbox's base is no http address.
std::vector<Route> routes(const CheckoutPageSettings& settings);

// GET /checkout/{session}/session and POST /checkout/{session}/refresh.
void add_session_routes(const CheckoutPageSettings& settings, std::vector<Route>& routes);

}  // namespace cobro::surfaces::checkout
