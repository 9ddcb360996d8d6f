// The platform surface, /api/v1: decimals in major units, snake_case, {success, data}.
#pragma once

#include <vector>

#include "surfaces/common/exchange.h"

namespace cobro::surfaces::platform {

std::vector<Route> routes();

// ---- by resource ------------------------------------------------------------------------

void add_order_routes(std::vector<Route>& routes);
void add_payment_routes(std::vector<Route>& routes);
void add_payment_action_routes(std::vector<Route>& routes);  // process, capture, refund
void add_refund_routes(std::vector<Route>& routes);
void add_transaction_routes(std::vector<Route>& routes);
void add_overpayment_routes(std::vector<Route>& routes);
void add_reconciliation_routes(std::vector<Route>& routes);

}  // namespace cobro::surfaces::platform
