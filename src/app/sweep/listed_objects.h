// Compares what a gateway lists with our rows. Nothing happens when they agree; what differs is
// asked for and applied; an object that says it is ours and is in no table of ours is put before a
// person. Objects without metadata of ours are somebody else's. They throw what the store throws.
#pragma once

#include "app/pipeline/context.h"
#include "base/task.h"
#include "domain/gateway_objects.h"
#include "ports/gateway_lists.h"

namespace cobro::app {

enum class Seen {
  known,    // it is what we know, or not ours
  handled,  // it was not, and has its place now (an event: in the inbox)
  missed,   // it was not, and nothing could be learned or written now: to be looked at again
};

base::Task<Seen> see(Context& context, domain::GatewayName gateway,
                     domain::GatewayPayment snapshot);
base::Task<Seen> see(Context& context, domain::GatewayName gateway, domain::GatewayRefund snapshot);
base::Task<Seen> see(Context& context, domain::GatewayName gateway,
                     domain::GatewayDispute snapshot);
base::Task<Seen> see(Context& context, domain::GatewayName gateway,
                     domain::GatewaySubscription snapshot);
base::Task<Seen> see(Context& context, domain::GatewayName gateway, ports::ListedEvent event);

}  // namespace cobro::app
