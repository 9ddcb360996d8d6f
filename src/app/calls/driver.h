// The driver of gateway calls: sends what was committed, judges the answer, and commits what it
// means.
//
// A send that the HTTP client repeated by itself is one whose answer was lost.
//
//   answer to                    first send              after a send whose answer was lost
//   accepted, declined           ends it                 ends it
//   refused                      ends it                 ends it only as the key's stored answer
//   refused, look first          ends it once looked at  the same; else a status query decides
//   heard, but unclear           a status query decides  a status query decides
//   nothing heard                stays unknown           stays unknown
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

// Sends a committed call and commits what the answer means. A call of an instance that lost its
// lease is not sent, and nothing is written: it is recovery's now. A refusal that does not say
// where its object is is looked into at once, within the same request. Never throws: once the call
// was sent, whatever fails here leaves the outcome unknown, and recovery goes on. `call` may be
// null when nobody waits; the idempotency record (if any) is then left completed, for its own route
// to render.
base::Task<Answer> perform(Context& context, const Call* call, domain::GatewayCall sent,
                           RenderCompleted render);

// Does the same for a caller that goes on with something else after it, so that no record waits.
// Refusals: all that a reply would say, payment_declined included.
base::Task<base::Result<Completed, domain::Refusal>> perform_first(Context& context, Caller caller,
                                                                   domain::GatewayCall sent);

// Commits what is known of a call without sending it: what a status query found, or that it was
// never done, which no later refusal can show. Nobody waits for it. False when it did not end.
base::Task<bool> complete_as(Context& context, domain::GatewayCall known,
                             ports::GatewayAnswer answer);

// Renders the answer of a record whose call ended without its caller. The call is loaded.
Answer render_completed(const Call& call, const ports::Loaded& loaded,
                        const RenderCompleted& render);

// Renders nothing, for when nobody waits.
StoredReply unworded(const Completed& completed);

}  // namespace cobro::app
