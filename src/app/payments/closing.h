// Closing a debt that has objects at gateways: an order marked `closing` waits for the last
// of its calls to end, and whoever ends that one decides here what became of the order.
#pragma once

#include "app/pipeline/context.h"
#include "base/result.h"
#include "domain/books.h"
#include "domain/refusal.h"

namespace cobro::app {

// Neither money nor a customer can move it any more.
bool has_ended(domain::PaymentState state);

// A decision to close the loaded pending order: what exists at no gateway is cancelled, and
// each payment that does gets its cancel call, to be sent once this is committed. The
// order is the one that `changes` updates: cancelled, or marked as closing when there are
// calls. Refusals: those of make_call.
struct Closed {
  ports::Changes changes;
  std::vector<domain::GatewayCall> calls;
};
base::Result<Closed, domain::Refusal> close_order(const Context& context,
                                                  const ports::Loaded& loaded,
                                                  domain::Moment moment, domain::Closing why);

// After a snapshot or an answer changed the books' payment: nothing while another payment of the
// order has an operation open; else the order is cancelled when none of its payments is
// live, and the mark is lifted when one is.
void follow_closing(const ports::Loaded& loaded, domain::Books& books);

}  // namespace cobro::app
