// The rows of checkout sessions, for what looks at them and what closes them.
#pragma once

#include "domain/checkout_session.h"
#include "ports/store.h"

namespace cobro::app {

// Reads the session with what it collects, which has the same id.
ports::Reads checkout_reads(domain::CheckoutSessionId id);
domain::CheckoutSession closed(domain::CheckoutSession session, domain::CheckoutStatus status,
                               base::Timestamp now);

}  // namespace cobro::app
