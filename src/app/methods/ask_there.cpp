#include "app/methods/ask_there.h"

#include "app/calls/handler.h"
#include "app/methods/copies.h"
#include "app/pipeline/guards.h"
#include "base/check.h"

namespace cobro::app {

using domain::Refusal;

Decided ask_first(AskThere& ask, std::vector<domain::SubscriptionId> subscriptions,
                  std::optional<domain::PaymentMethodId> method) {
  COBRO_CHECK(!ask.asked);
  ask.subscriptions = std::move(subscriptions);
  ask.method = method;
  Decided decided;
  decided.again = true;
  return decided;
}

bool is_to_ask(const AskThere& ask) {
  return !ask.subscriptions.empty() || ask.method.has_value();
}

base::Task<std::optional<Refusal>> ask_there(Context& context, AskThere& ask) {
  const auto now = std::exchange(ask, AskThere{.asked = true});
  for (const auto& id : now.subscriptions)
    if (!co_await context.handlers->refresh_subscription(context, id)) co_return not_told();
  if (now.method && !co_await check_method(context, *now.method)) co_return not_told();
  co_return std::nullopt;
}

base::Task<base::Result<Decided, Refusal>> idempotently_asking(Context& context, const Call& call,
                                                               ports::Reads reads, Decide decide,
                                                               RenderLoaded render_loaded,
                                                               AskThere& ask) {
  // A decision that is made again, as its rows had moved, wants what it says then.
  const Decide decide_anew = [&](const ports::Loaded& loaded, domain::Moment moment) {
    ask = {.asked = ask.asked};
    return decide(loaded, std::move(moment));
  };
  while (true) {
    ask = {.asked = ask.asked};
    auto decided = co_await idempotently(context, call, reads, decide_anew, render_loaded);
    if (!decided || !is_to_ask(ask)) co_return decided;
    if (auto refusal = co_await ask_there(context, ask))
      co_return std::unexpected(std::move(*refusal));
  }
}

}  // namespace cobro::app
