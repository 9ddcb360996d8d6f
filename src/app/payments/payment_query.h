// The status query of a payment: its gateway is asked what has become of it. The object is fetched
// by its id, or what was created since the first send is listed and its metadata compared. What the
// gateway says is applied, whoever asked.
#pragma once

#include "app/pipeline/context.h"
#include "app/pipeline/pipeline.h"

namespace cobro::app {

enum class Query {
  snapshot,      // something changed on our side
  nothing_new,   // it answered in words we know, and nothing more has happened
  beyond_total,  // money moved there that does not fit here yet: to be tried again
  absent,        // it answered, and there is no such object
  no_answer,     // nothing may be concluded
};

// Asks about the payment, and about refunds and disputes that its object shows and that are not in
// our books. Refusals: not_found (no such payment), unavailable, gateway_refused (the gateway's
// keys are another account's).
base::Task<base::Result<Query, domain::Refusal>> query_payment(Context& context,
                                                               domain::PaymentId payment);
// What a query gives that may conclude nothing: no_answer, or the refusal gateway_refused.
base::Result<Query, domain::Refusal> told_nothing(const Context& context,
                                                  domain::GatewayName gateway);
// Asks about the refunds of a payment. Refusals: the same.
base::Task<base::Result<Query, domain::Refusal>> query_refunds(Context& context,
                                                               domain::PaymentId payment);
// Asks about its disputes. There is nothing new for a payment without an object at the gateway, and
// where the gateway has no list of disputes. Refusals: the same.
base::Task<base::Result<Query, domain::Refusal>> query_disputes(Context& context,
                                                                domain::PaymentId payment);

}  // namespace cobro::app
