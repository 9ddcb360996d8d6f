// The status query of a payment: asking its gateway what has become of it, by its object's id, or
// by listing what was created since the first send and comparing metadata. What it says is
// applied, whoever asked.
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

// Refunds and disputes that the payment's object shows, and that are not in our books, are
// asked for too. Refusals: not_found (no such payment), unavailable.
base::Task<base::Result<Query, domain::Refusal>> query_payment(Context& context,
                                                               domain::PaymentId payment);
// The same for the refunds of a payment.
base::Task<base::Result<Query, domain::Refusal>> query_refunds(Context& context,
                                                               domain::PaymentId payment);
// The same for its disputes. Of a payment without an object at the gateway, and where the
// gateway has no list of them, there is nothing new.
base::Task<base::Result<Query, domain::Refusal>> query_disputes(Context& context,
                                                                domain::PaymentId payment);

}  // namespace cobro::app
