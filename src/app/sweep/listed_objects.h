// What a gateway lists, compared with our rows: nothing happens when they agree; what differs is
// asked for and applied; an object that says it is ours and is in no table of ours is put before
// a person. Objects without a word of ours are somebody else's.
#pragma once

#include "app/pipeline/context.h"
#include "base/task.h"
#include "domain/gateway_news.h"
#include "ports/gateway_lists.h"

namespace cobro::app {

// True when it was not what we know.
base::Task<bool> see(Context& context, domain::GatewayName gateway, domain::PaymentNews news);
base::Task<bool> see(Context& context, domain::GatewayName gateway, domain::RefundNews news);
base::Task<bool> see(Context& context, domain::GatewayName gateway, domain::DisputeNews news);
base::Task<bool> see(Context& context, domain::GatewayName gateway, domain::SubscriptionNews news);
base::Task<bool> see(Context& context, domain::GatewayName gateway, ports::ListedEvent event);

}  // namespace cobro::app
