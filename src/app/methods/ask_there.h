// Rows of subscriptions and saved methods are copies. That there is nothing to do, or that it
// cannot be done, is not said because of a copy: the gateway is asked first, what it says is
// booked like any other news, and the decision is made again from fresh rows. The same of a call
// whose outcome nobody knows: nothing is refused because of it before the gateway was asked.
#pragma once

#include <optional>
#include <vector>

#include "app/pipeline/pipeline.h"
#include "domain/gateway_call.h"
#include "domain/ids.h"

namespace cobro::app {

// What a decision wants to be asked about, and whether that was done in this request: a request
// asks once about copies, and once about calls.
struct AskThere {
  bool asked = false;
  bool asked_of_calls = false;
  std::vector<domain::SubscriptionId> subscriptions = {};
  std::optional<domain::PaymentMethodId> method = {};
  std::vector<domain::GatewayCall> calls = {};

  // What was asked stays so; what is wanted is for the decision to say again.
  void begin_anew() { *this = {.asked = asked, .asked_of_calls = asked_of_calls}; }
};

// A decision gives this when the gateway must be asked first; `ask` says about what.
Decided ask_first(AskThere& ask, std::vector<domain::SubscriptionId> subscriptions,
                  std::optional<domain::PaymentMethodId> method = {});
// A decision gives this when one of these open calls (null: none) is unknown, or past its
// deadline, and was not asked about yet. Nothing: it decides by its rows.
std::optional<Decided> ask_first_of_calls(AskThere& ask, base::Timestamp now,
                                          std::vector<const domain::GatewayCall*> calls);
bool is_to_ask(const AskThere& ask);

// Asks about all of it, which is then asked. Gives the refusal when the gateway did not answer
// about a copy: gateway_busy; or could not be asked, as its keys are another account's:
// gateway_refused. Else a call that it said nothing of stays open.
base::Task<std::optional<domain::Refusal>> ask_there(Context& context, AskThere& ask);

// Asks what became of an open call, and completes it by what is said; one that is past its deadline
// and was not found is taken over. Whether it has ended, its row says.
base::Task<void> settle_call(Context& context, domain::GatewayCall call);

// Runs `idempotently` until the decision asks no more. What a record answers asks nothing.
// Refusals: those of `idempotently`, gateway_busy, gateway_refused.
base::Task<base::Result<Decided, domain::Refusal>> idempotently_asking(
    Context& context, const Call& call, ports::Reads reads, Decide decide,
    RenderLoaded render_loaded, AskThere& ask);

}  // namespace cobro::app
