// How a command decides about a payment whose outcome at the gateway is not known, or which may
// have moved there unheard. The gateway is asked first, and the decision is made again from what it
// said.
#pragma once

#include <algorithm>
#include <vector>

#include "app/payments/payment_query.h"
#include "app/pipeline/pipeline.h"

namespace cobro::app {

// A payment that the gateway was already asked about in this call, and what came of it.
struct AskedPayment {
  domain::PaymentId payment;
  Query found;
};
using Asked = std::vector<AskedPayment>;

inline bool was_asked(const Asked& asked, domain::PaymentId payment) {
  return std::ranges::find(asked, payment, &AskedPayment::payment) != asked.end();
}
// Whether it was asked and nothing may be concluded from what it said.
bool was_not_told(const Asked& asked, domain::PaymentId payment);

// A decision gives this when the gateway must be asked about `payment` first.
Decided ask_about(domain::PaymentId payment);

// Whether the gateway could tell more of the payment than our row: a call of ours is unknown, or
// none is under way and the object there has not ended. Nothing is refused because of such a row
// before the gateway was asked.
bool may_be_old(const ports::Loaded& loaded, const domain::Payment& payment, base::Timestamp now);
// A payment of the loaded order that may be old and was not asked about; `except` is none of them.
std::optional<domain::PaymentId> old_holder(const ports::Loaded& loaded, const Asked& asked,
                                            base::Timestamp now,
                                            const domain::Payment* except = nullptr);

// Runs `idempotently` until the decision asks no more. What it asked about is in `asked` when it
// decides again, and it must not ask about that twice. Refusals: those of `idempotently`;
// not_found.
base::Task<base::Result<Decided, domain::Refusal>> idempotently_with_query(
    Context& context, const Call& call, ports::Reads reads, Decide decide,
    RenderLoaded render_loaded, Asked& asked);

}  // namespace cobro::app
