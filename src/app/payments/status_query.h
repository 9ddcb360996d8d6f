// How a command decides about a payment whose outcome at the gateway is not known. The gateway is
// asked first, and the decision is made again from what it said.
#pragma once

#include <algorithm>
#include <vector>

#include "app/pipeline/pipeline.h"

namespace cobro::app {

// The payments that the gateway was already asked about in this call.
using Asked = std::vector<domain::PaymentId>;

inline bool was_asked(const Asked& asked, domain::PaymentId payment) {
  return std::ranges::find(asked, payment) != asked.end();
}

// A decision gives this when the gateway must be asked about `payment` first.
Decided ask_about(domain::PaymentId payment);

// Runs `idempotently` until the decision asks no more. What it asked about is in `asked` when it
// decides again, and it must not ask about that twice. Refusals: those of `idempotently`;
// not_found.
base::Task<base::Result<Decided, domain::Refusal>> idempotently_with_query(
    Context& context, const Call& call, ports::Reads reads, Decide decide,
    RenderLoaded render_loaded, Asked& asked);

}  // namespace cobro::app
