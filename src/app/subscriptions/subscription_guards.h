// Checks that the use cases about subscriptions share.
#pragma once

#include <optional>
#include <string>

#include "app/methods/ask_there.h"
#include "app/subscriptions/subscriptions.h"
#include "base/result.h"
#include "ports/commands.h"
#include "ports/store.h"

namespace cobro::app {

ports::Reads reads_of(const SubscriptionRef& ref);
// Gives the loaded subscription, when the caller may see it; else not_found.
base::Result<domain::Subscription, domain::Refusal> visible_subscription(
    const ports::Loaded& loaded, const Caller& caller);
// Refuses a subscription that is not made at the gateway or has ended (invalid_state), or on which
// something is under way (payment_in_progress).
base::Result<void, domain::Refusal> check_changeable(const ports::Loaded& loaded);

// Whether the gateway must be asked first what became of an operation on the loaded subscription:
// before `check_changeable` refuses because of it.
std::optional<Decided> ask_of_open_call(AskThere& ask, const ports::Loaded& loaded,
                                        base::Timestamp now);

// Asks what became of an operation on the subscription whose outcome is not known, for a use case
// that decides about something else.
base::Task<void> settle_open_call(Context& context, domain::SubscriptionId id);

// Opens a call on the subscription, which counts it, and puts both into `changes`.
base::Result<domain::GatewayCall, domain::Refusal> open_call(
    const Context& context, const Caller& caller, domain::Subscription row,
    const ports::SubscriptionCommand& command, domain::Moment& moment, ports::Changes& changes);

// Answers that a method was declined when it was attached: a 402 like that of a first payment, kept
// under the caller's key.
base::Task<Answer> decline(Context& context, const Call& call, domain::Refusal refusal,
                           const RenderLoaded& completed);

// Names who asks, as the history says it: user, or admin for whoever acts on somebody's behalf.
std::string changed_by(const Caller& caller);

}  // namespace cobro::app
