#include <fmt/format.h>

#include "app/calls/gateway_call.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/narrow.h"
#include "app/subscriptions/subscription_guards.h"
#include "domain/words.h"

namespace cobro::app {

using domain::Refusal;
using domain::RefusalCode;
using domain::SubscriptionStatus;

ports::Reads reads_of(const SubscriptionRef& ref) {
  return {.subscription = std::visit(
              [](const auto& named) -> ports::Reads::Subscription { return named; }, ref)};
}

base::Result<domain::Subscription, Refusal> visible_subscription(const ports::Loaded& loaded,
                                                                 const Caller& caller) {
  if (!loaded.subscription ||
      !may_see(caller, loaded.subscription->user_id, loaded.subscription->tenant_id))
    return std::unexpected(not_found("subscription"));
  return *loaded.subscription;
}

base::Result<void, Refusal> check_changeable(const ports::Loaded& loaded) {
  const auto& row = *loaded.subscription;
  if (domain::is_terminal(row.status))
    return std::unexpected(invalid_state(
        fmt::format("The subscription is {}; it has ended for good.", to_string(row.status))));
  for (const auto& open : loaded.open_calls)
    if (open.subject_id == row.id.uuid)
      return std::unexpected(
          Refusal{.code = RefusalCode::payment_in_progress,
                  .message = "Another operation on this subscription is under way.",
                  .retry_after_s = 1});
  if (!row.gateway_subscription_id && !row.gateway_checkout_id)
    return std::unexpected(
        invalid_state("The subscription does not exist at its gateway; it cannot be changed."));
  return {};
}

std::optional<Decided> ask_of_open_call(AskThere& ask, const ports::Loaded& loaded,
                                        base::Timestamp now) {
  return ask_first_of_calls(ask, now, {open_call_of(loaded, loaded.subscription->id.uuid)});
}

base::Task<void> settle_open_call(Context& context, domain::SubscriptionId id) {
  const auto loaded = co_await context.store.load({.subscription = id});
  AskThere ask;
  if (loaded.subscription && ask_of_open_call(ask, loaded, context.clock.now()))
    (void)co_await ask_there(context, ask);
}

base::Result<domain::GatewayCall, Refusal> open_call(const Context& context, const Caller& caller,
                                                     domain::Subscription row,
                                                     const ports::SubscriptionCommand& command,
                                                     domain::Moment& moment,
                                                     ports::Changes& changes) {
  COBRO_TRY_INTO(auto sent, make_call(context, {row.gateway, row.id.uuid, row.calls}, command,
                                      changed_by(caller), moment));
  row.updated_at = moment.now;
  changes.update(std::move(row));
  changes.insert(sent);
  return sent;
}

std::string changed_by(const Caller& caller) {
  return is_trusted(caller) ? "admin" : "user";
}

base::Task<base::Result<domain::Subscription, Refusal>> get_subscription(Context& context,
                                                                         Caller caller,
                                                                         SubscriptionRef ref) {
  const auto loaded = co_await context.store.load(reads_of(ref));
  co_return visible_subscription(loaded, caller);
}

base::Task<ports::Listed<domain::Subscription>> list_subscriptions(Context& context, Caller caller,
                                                                   ports::SubscriptionFilter filter,
                                                                   ports::Page page) {
  narrow(caller, filter);
  co_return co_await context.store.list_subscriptions(filter, page);
}

base::Task<base::Result<domain::Subscription, Refusal>> current_subscription(Context& context,
                                                                             Caller caller) {
  const std::vector<std::vector<SubscriptionStatus>> ranks{
      {SubscriptionStatus::trialing, SubscriptionStatus::active, SubscriptionStatus::past_due},
      {SubscriptionStatus::unpaid, SubscriptionStatus::paused},
      {SubscriptionStatus::incomplete}};
  for (const auto& statuses : ranks) {
    const ports::SubscriptionFilter filter{.tenant = ports::TenantScope{caller.tenant_id},
                                           .user_id = caller.sub,
                                           .statuses = statuses};
    auto listed = co_await context.store.list_subscriptions(filter, {.limit = 1});
    if (!listed.items.empty()) co_return std::move(listed.items.front());
  }
  co_return std::unexpected(not_found("subscription"));
}

base::Task<base::Result<ports::Listed<domain::StatusChange>, Refusal>> list_status_changes(
    Context& context, Caller caller, SubscriptionRef ref, ports::Page page) {
  auto row = co_await get_subscription(context, std::move(caller), std::move(ref));
  if (!row) co_return std::unexpected(std::move(row).error());
  co_return co_await context.store.list_status_changes(row->id, page);
}

base::Task<std::vector<domain::Plan>> list_plans(Context& context) {
  return context.store.plans();
}

}  // namespace cobro::app
