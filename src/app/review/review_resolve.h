// Resolving a review of a gateway call that is about no payment.
#pragma once

#include "app/review/reviews.h"
#include "domain/books.h"
#include "ports/store.h"

namespace cobro::app {

// Completes such a call, which is loaded with what it is about, as a person found out: it was done,
// or it was not. There is nothing to do when the call has ended by itself meanwhile. Refusals:
// validation_failed (what was made there, and under which id is not said).
base::Result<void, domain::Refusal> resolve_other(const ports::Loaded& loaded,
                                                  domain::Moment moment,
                                                  const ResolveReview& command,
                                                  ports::Changes& changes);

}  // namespace cobro::app
