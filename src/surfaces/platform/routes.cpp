#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {

std::vector<Route> routes() {
  std::vector<Route> all;
  add_order_routes(all);
  add_payment_routes(all);
  add_payment_action_routes(all);
  add_refund_routes(all);
  add_transaction_routes(all);
  add_overpayment_routes(all);
  add_reconciliation_routes(all);
  return all;
}

}  // namespace cobro::surfaces::platform
