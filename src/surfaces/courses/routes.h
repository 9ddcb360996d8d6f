// The courses surface, /payments: integer minor units, camelCase, no envelope.
#pragma once

#include "surfaces/common/route_spec.h"
#include "surfaces/common/router.h"
#include "surfaces/operations/routes.h"

namespace cobro::surfaces::courses {

// Beside its routes, the webhook that is also taken at /v1/payments/webhook.
Surface surface(const operations::Parts& parts);

// ---- by resource ------------------------------------------------------------------------

Route make_route(RouteSpec spec);

void add_payment_routes(std::vector<Route>& routes);
void add_checkout_routes(std::vector<Route>& routes);
void add_subscription_routes(std::vector<Route>& routes);

}  // namespace cobro::surfaces::courses
