#include <fmt/format.h>

#include <algorithm>

#include "app/calls/driver.h"
#include "app/calls/gateway_client.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_facts.h"
#include "app/subscriptions/subscription_guards.h"
#include "app/subscriptions/subscription_sync.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::SubscriptionStatus;
using ports::Loaded;

base::Result<Decided, Refusal> decide_call(const Context& context, const Call& call,
                                           domain::Subscription row,
                                           const ports::SubscriptionCommand& command,
                                           domain::Moment moment) {
  Decided decided;
  COBRO_TRY_INTO(auto sent,
                 open_call(context, call.caller, std::move(row), command, moment, decided.changes));
  decided.calls.push_back(std::move(sent));
  return decided;
}

// Decides, sends the call if there is one, and renders the answer.
base::Task<Answer> carry_out(Context& context, Call call, SubscriptionRef ref, Decide decide,
                             RenderCompleted render) {
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render);
  };
  auto decided = co_await idempotently(context, call, reads_of(ref), decide, completed);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  co_return co_await perform(context, &call, std::move(decided->calls.front()), render);
}

RenderCompleted render_subscription(RenderSubscription render) {
  return [render = std::move(render)](const Completed& completed) {
    return render(*completed.subscription);
  };
}

Decided answered(StoredReply reply) {
  Decided decided;
  decided.reply = std::move(reply);
  return decided;
}

// One that was never paid has no period to live to the end of.
bool ends_now(const EndSubscription& command, const domain::Subscription& row) {
  return command.immediate || row.status == SubscriptionStatus::incomplete;
}

ports::SubscriptionCommand end_command(const domain::Subscription& row, bool at_once) {
  const auto& id = row.gateway_subscription_id;
  if (!id) return ports::EndPageCommand{*row.gateway_checkout_id};
  if (at_once) return ports::EndNowCommand{*id};
  return ports::EndAtPeriodEndCommand{*id};
}

}  // namespace

base::Task<Answer> end_subscription(Context& context, Call call, EndSubscription command,
                                    RenderSubscription render) {
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    const bool at_once = ends_now(command, row);
    if (domain::is_terminal(row.status) || (!at_once && row.cancel_at_period_end))
      return answered(render(row));
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    const auto wanted = end_command(row, at_once);
    return decide_call(context, call, std::move(row), wanted, std::move(moment));
  };
  co_return co_await carry_out(context, call, command.subscription, decide,
                               render_subscription(render));
}

base::Task<Answer> resume_subscription(Context& context, Call call, SubscriptionRef ref,
                                       RenderSubscription render) {
  // What our row says of its end may be old: that it goes on is the gateway's to say.
  bool asked = false;
  std::optional<domain::SubscriptionId> ask;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    ask.reset();
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    if (domain::is_to_end(row)) {
      const ports::ResumeCommand wanted{*row.gateway_subscription_id, !row.cancel_at_period_end};
      return decide_call(context, call, std::move(row), wanted, std::move(moment));
    }
    if (!domain::is_active(row.status))
      return std::unexpected(invalid_state(
          fmt::format("The subscription is {}; only one that is to end can be resumed.",
                      domain::to_string(row.status))));
    if (asked) return answered(render(row));
    ask = row.id;
    Decided decided;
    decided.again = true;
    return decided;
  };
  const auto render_resumed = render_subscription(render);
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render_resumed);
  };
  for (;;) {
    auto decided = co_await idempotently(context, call, reads_of(ref), decide, completed);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!ask)
      co_return co_await perform(context, &call, std::move(decided->calls.front()), render_resumed);
    if (co_await sync_subscription(context, *ask) == Synced::no_answer)
      co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_busy,
                                        .message = "The payment gateway did not say whether the "
                                                   "subscription goes on; try again shortly.",
                                        .retry_after_s = 2});
    asked = true;
  }
}

namespace {

base::Timestamp whole_second(base::Timestamp at) {
  return base::Timestamp::from_unix_seconds(at.unix_seconds());
}

// From when on the change is prorated: a moment of the running period, as the gateway knows it,
// whose clock may be ahead of ours.
base::Timestamp moment_of(const ChangePlan& command, const domain::Subscription& row,
                          base::Timestamp now) {
  if (command.at) return whole_second(*command.at);
  auto at = whole_second(now);
  if (row.current_period_start && at < *row.current_period_start) at = *row.current_period_start;
  if (row.current_period_end && at > *row.current_period_end) at = *row.current_period_end;
  return at;
}

ports::ChangePlanCommand command_of(const domain::Subscription& row, const ChangePlan& command,
                                    base::Timestamp at) {
  return {*row.gateway_subscription_id, *row.gateway_item_id, command.price_id, at};
}

// What the change would cost. A refusal may come from a subscription that is not what we think:
// then our row is made to follow.
base::Task<base::Result<domain::GatewayPreview, Refusal>> preview_of(
    Context& context, domain::Subscription row, ports::ChangePlanCommand change) {
  const auto* gateway = context.gateways.find(row.gateway);
  if (gateway == nullptr || gateway->subscriptions() == nullptr)
    co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_not_available,
                                      .message = "This gateway is not available for this."});
  const auto& billing = *gateway->subscriptions();
  auto response = co_await ask_gateway(context, *gateway, billing.preview(change));
  if (!response)
    co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_busy,
                                      .message = "The payment gateway did not say the price.",
                                      .retry_after_s = 2});
  auto preview = billing.parse_preview(*response);
  if (!preview && preview.error().code == domain::RefusalCode::gateway_refused)
    co_await sync_subscription(context, row.id);
  co_return preview;
}

base::Result<void, Refusal> check_plan_change(const domain::Subscription& row) {
  if (!domain::is_active(row.status))
    return std::unexpected(
        invalid_state(fmt::format("The subscription is {}; it must be active to change its plan.",
                                  domain::to_string(row.status))));
  if (!row.gateway_subscription_id || !row.gateway_item_id)
    return std::unexpected(
        invalid_state("The gateway has not said yet what the subscription is for; try again."));
  return {};
}

// Of a change whose caller was not answered when it was made: the gateway keeps what it cost
// until it is invoiced.
domain::Proration kept_proration(const Completed& completed, const ChangePlan& command,
                                 const domain::GatewayPreview& preview) {
  const auto& made_at = completed.call.created_at;
  const auto at =
      command.at ? std::optional(whole_second(*command.at)) : domain::last_change(preview, made_at);
  return domain::proration_of(*completed.subscription, preview, at.value_or(made_at));
}

}  // namespace

base::Task<Answer> change_plan(Context& context, Call call, ChangePlan command,
                               RenderPlanChange render) {
  const auto seen = co_await get_subscription(context, call.caller, command.subscription);
  if (!seen) co_return std::unexpected(seen.error());
  const auto at = moment_of(command, *seen, context.clock.now());
  // An answer that was given under the key is given again, whatever the gateway says now.
  base::Result<domain::GatewayPreview, Refusal> preview = domain::GatewayPreview{};
  if (check_plan_change(*seen))
    preview = co_await preview_of(context, *seen, command_of(*seen, command, at));
  std::optional<domain::Proration> proration;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    if (auto ready = check_plan_change(row); !ready) return std::unexpected(ready.error());
    if (!preview) return std::unexpected(preview.error());
    proration = domain::proration_of(row, *preview, at);
    if (command.dry_run || row.gateway_price_id == command.price_id)
      return answered(render(row, *proration));
    const auto wanted = command_of(row, command, at);
    return decide_call(context, call, std::move(row), wanted, std::move(moment));
  };
  const RenderCompleted render_changed = [&](const Completed& completed) {
    const auto& row = *completed.subscription;
    if (proration) return render(row, *proration);
    return render(row,
                  kept_proration(completed, command, preview.value_or(domain::GatewayPreview{})));
  };
  co_return co_await carry_out(context, call, command.subscription, decide, render_changed);
}

}  // namespace cobro::app
