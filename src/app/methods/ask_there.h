// Rows of subscriptions and saved methods are copies. That there is nothing to do, or that it
// cannot be done, is not said because of a copy: the gateway is asked first, what it says is
// booked like any other news, and the decision is made again from fresh rows.
#pragma once

#include <optional>
#include <vector>

#include "app/pipeline/pipeline.h"
#include "domain/ids.h"

namespace cobro::app {

// What a decision wants to be asked about, and whether that was done in this request: a request
// asks once.
struct AskThere {
  bool asked = false;
  std::vector<domain::SubscriptionId> subscriptions = {};
  std::optional<domain::PaymentMethodId> method = {};
};

// A decision gives this when the gateway must be asked first; `ask` says about what.
Decided ask_first(AskThere& ask, std::vector<domain::SubscriptionId> subscriptions,
                  std::optional<domain::PaymentMethodId> method = {});
bool is_to_ask(const AskThere& ask);

// Asks about all of it, which is then asked. Gives the refusal when the gateway did not answer:
// gateway_busy.
base::Task<std::optional<domain::Refusal>> ask_there(Context& context, AskThere& ask);

// Runs `idempotently` until the decision asks no more. What a record answers asks nothing.
// Refusals: those of `idempotently`, gateway_busy.
base::Task<base::Result<Decided, domain::Refusal>> idempotently_asking(
    Context& context, const Call& call, ports::Reads reads, Decide decide,
    RenderLoaded render_loaded, AskThere& ask);

}  // namespace cobro::app
