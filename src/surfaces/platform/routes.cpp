#include "surfaces/platform/routes.h"

#include "surfaces/platform/envelope.h"
#include "surfaces/platform/route_spec.h"

namespace cobro::surfaces::platform {

Surface surface() {
  Surface all{.base_path = std::string(kBasePath), .render_error = &render_error};
  for (const auto add :
       {&add_order_routes, &add_payment_routes, &add_payment_action_routes, &add_intent_routes,
        &add_refund_routes, &add_transaction_routes, &add_overpayment_routes,
        &add_reconciliation_routes, &add_subscription_routes, &add_subscription_change_routes,
        &add_payment_method_routes, &add_plan_routes, &add_access_routes})
    add(all.routes);
  return all;
}

}  // namespace cobro::surfaces::platform
