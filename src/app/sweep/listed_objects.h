// Compares what a gateway lists with our rows. Nothing happens when they agree; what differs is
// asked for and applied; an object that says it is ours and is in no table of ours is put before a
// person. Objects without metadata of ours are somebody else's.
#pragma once

#include "app/pipeline/context.h"
#include "base/task.h"
#include "domain/gateway_objects.h"
#include "ports/gateway_lists.h"

namespace cobro::app {

// True when the snapshot was not what we know.
base::Task<bool> see(Context& context, domain::GatewayName gateway,
                     domain::GatewayPayment snapshot);
base::Task<bool> see(Context& context, domain::GatewayName gateway, domain::GatewayRefund snapshot);
base::Task<bool> see(Context& context, domain::GatewayName gateway,
                     domain::GatewayDispute snapshot);
base::Task<bool> see(Context& context, domain::GatewayName gateway,
                     domain::GatewaySubscription snapshot);
base::Task<bool> see(Context& context, domain::GatewayName gateway, ports::ListedEvent event);

}  // namespace cobro::app
