// The platform surface, /api/v1: decimals in major units, snake_case, {success, data}.
#pragma once

#include <vector>

#include "surfaces/common/router.h"

namespace cobro::surfaces::platform {

Surface surface();

// ---- by resource ------------------------------------------------------------------------

void add_order_routes(std::vector<Route>& routes);
void add_payment_routes(std::vector<Route>& routes);
void add_payment_action_routes(std::vector<Route>& routes);  // process, capture, refund
void add_refund_routes(std::vector<Route>& routes);
void add_transaction_routes(std::vector<Route>& routes);
void add_overpayment_routes(std::vector<Route>& routes);
void add_reconciliation_routes(std::vector<Route>& routes);
void add_intent_routes(std::vector<Route>& routes);
void add_subscription_routes(std::vector<Route>& routes);
void add_subscription_change_routes(std::vector<Route>& routes);  // resume, change-plan, history
void add_payment_method_routes(std::vector<Route>& routes);
void add_plan_routes(std::vector<Route>& routes);
void add_access_routes(std::vector<Route>& routes);  // entitlements and disputes

}  // namespace cobro::surfaces::platform
