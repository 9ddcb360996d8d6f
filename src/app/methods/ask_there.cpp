#include "app/methods/ask_there.h"

#include "app/calls/accounts.h"
#include "app/calls/handler.h"
#include "app/calls/recovery.h"
#include "app/methods/copies.h"
#include "base/check.h"

namespace cobro::app {

using domain::GatewayCall;
using domain::Refusal;

namespace {

// Whether more can be said of it than that somebody waits for its answer.
bool can_be_asked_about(const GatewayCall* call, base::Timestamp now) {
  return call != nullptr && (call->unknown || call->deadline <= now);
}

Decided to_be_made_again() {
  Decided decided;
  decided.again = true;
  return decided;
}

// Of whom nothing was learned about these copies.
base::Task<Refusal> why_not_told_of(Context& context, domain::SubscriptionId id) {
  const auto loaded = co_await context.store.load({.subscription = id});
  co_return why_not_told(context, loaded.subscription->gateway);
}
base::Task<Refusal> why_not_told_of(Context& context, domain::PaymentMethodId id) {
  const auto loaded = co_await context.store.load({.customer = id});
  co_return why_not_told(context, loaded.customer->gateway);
}

}  // namespace

Decided ask_first(AskThere& ask, std::vector<domain::SubscriptionId> subscriptions,
                  std::optional<domain::PaymentMethodId> method) {
  COBRO_CHECK(!ask.asked);
  ask.subscriptions = std::move(subscriptions);
  ask.method = method;
  return to_be_made_again();
}

std::optional<Decided> ask_first_of_calls(AskThere& ask, base::Timestamp now,
                                          std::vector<const GatewayCall*> calls) {
  if (ask.asked_of_calls) return std::nullopt;
  for (const auto* call : calls)
    if (can_be_asked_about(call, now)) ask.calls.push_back(*call);
  if (ask.calls.empty()) return std::nullopt;
  return to_be_made_again();
}

bool is_to_ask(const AskThere& ask) {
  return !ask.subscriptions.empty() || ask.method.has_value() || !ask.calls.empty();
}

base::Task<void> settle_call(Context& context, GatewayCall call) {
  const auto found = co_await context.handlers->of(call).query(context, call);
  if (found == Sighting::no_answer) co_return;
  const auto loaded = co_await context.store.load({.call = ports::ref_of(call)});
  const auto& row = loaded.call;
  if (!row || row->status != domain::CallStatus::open) co_return;
  const auto now = context.clock.now();
  if (row->deadline <= now && context.has_time(now)) co_await recover_call(context, *row);
}

base::Task<std::optional<Refusal>> ask_there(Context& context, AskThere& ask) {
  const auto wanted = ask;
  ask.begin_anew();
  const bool of_copies = !wanted.subscriptions.empty() || wanted.method.has_value();
  ask.asked = ask.asked || of_copies;
  ask.asked_of_calls = ask.asked_of_calls || !wanted.calls.empty();
  for (const auto& call : wanted.calls) {
    co_await settle_call(context, call);
    if (auto refusal = wrong_account(context, call.gateway)) co_return refusal;
  }
  for (const auto& id : wanted.subscriptions)
    if (!co_await context.handlers->refresh_subscription(context, id))
      co_return co_await why_not_told_of(context, id);
  if (wanted.method && !co_await check_method(context, *wanted.method))
    co_return co_await why_not_told_of(context, *wanted.method);
  co_return std::nullopt;
}

base::Task<base::Result<Decided, Refusal>> idempotently_asking(Context& context, const Call& call,
                                                               ports::Reads reads, Decide decide,
                                                               RenderLoaded render_loaded,
                                                               AskThere& ask) {
  // A decision that is made again, as its rows had moved, wants what it says then.
  const Decide decide_anew = [&](const ports::Loaded& loaded, domain::Moment moment) {
    ask.begin_anew();
    return decide(loaded, std::move(moment));
  };
  while (true) {
    ask.begin_anew();
    auto decided = co_await idempotently(context, call, reads, decide_anew, render_loaded);
    if (!decided || !is_to_ask(ask)) co_return decided;
    if (auto refusal = co_await ask_there(context, ask))
      co_return std::unexpected(std::move(*refusal));
  }
}

}  // namespace cobro::app
