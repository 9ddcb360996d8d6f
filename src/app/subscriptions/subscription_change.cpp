#include <fmt/format.h>

#include <algorithm>

#include "app/calls/driver.h"
#include "app/calls/gateway_client.h"
#include "app/pipeline/guards.h"
#include "app/subscriptions/subscription_facts.h"
#include "app/subscriptions/subscription_guards.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::SubscriptionStatus;
using ports::Loaded;

// Opens a call on the loaded subscription, which counts it.
base::Result<Decided, Refusal> open_call(const Context& context, const Call& call,
                                         domain::Subscription row,
                                         const ports::SubscriptionCommand& command,
                                         domain::Moment moment) {
  Decided decided;
  COBRO_TRY_INTO(auto sent, make_call(context, {row.gateway, row.id.uuid, row.calls}, command,
                                      changed_by(call.caller), moment));
  row.updated_at = moment.now;
  decided.changes.update_subscriptions.push_back(std::move(row));
  decided.changes.insert_calls.push_back(sent);
  decided.calls.push_back(std::move(sent));
  return decided;
}

// Decides, sends the call if there is one, and words the answer.
base::Task<Answer> carry_out(Context& context, Call call, SubscriptionRef ref, Decide decide,
                             WordCompleted word) {
  const WordSettled settled = [&](const Loaded& loaded) {
    return word_completed(call, loaded, word);
  };
  auto decided = co_await once(context, call, reads_of(ref), decide, settled);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  co_return co_await perform(context, &call, std::move(decided->calls.front()), word);
}

WordCompleted word_subscription(WordSubscription word) {
  return [word = std::move(word)](const Completed& settled) { return word(*settled.subscription); };
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
                                    WordSubscription word) {
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    const bool at_once = ends_now(command, row);
    if (domain::is_terminal(row.status) || (!at_once && row.cancel_at_period_end))
      return answered(word(row));
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    const auto wanted = end_command(row, at_once);
    return open_call(context, call, std::move(row), wanted, std::move(moment));
  };
  co_return co_await carry_out(context, call, command.subscription, decide,
                               word_subscription(word));
}

base::Task<Answer> resume_subscription(Context& context, Call call, SubscriptionRef ref,
                                       WordSubscription word) {
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    if (!row.cancel_at_period_end) {
      if (domain::is_active(row.status)) return answered(word(row));
      return std::unexpected(invalid_state(
          fmt::format("The subscription is {}; only one that is to end can be resumed.",
                      domain::word(row.status))));
    }
    const ports::ResumeCommand wanted{*row.gateway_subscription_id};
    return open_call(context, call, std::move(row), wanted, std::move(moment));
  };
  co_return co_await carry_out(context, call, ref, decide, word_subscription(word));
}

namespace {

Refusal unknown_price() {
  return invalid_field("price_id", "unknown", "is no price that can be subscribed to");
}

// What the price costs a period: of a plan of ours, or as the gateway says.
base::Task<base::Result<domain::Money, Refusal>> price_of(Context& context,
                                                          domain::GatewayName name,
                                                          const std::string& price_id) {
  const auto plans = co_await context.store.plans();
  for (const auto& plan : plans)
    if (plan.gateway_price_id == price_id) co_return plan.price;
  const auto* gateway = context.gateways.find(name);
  if (gateway == nullptr || gateway->subscriptions() == nullptr)
    co_return std::unexpected(unknown_price());
  auto response =
      co_await ask_gateway(context, *gateway, gateway->subscriptions()->fetch_price(price_id));
  const auto news = response ? gateway->subscriptions()->parse_price(*response) : std::nullopt;
  const bool refused = response && response->status >= 400 && response->status < 429;
  if (!news && !refused)
    co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_busy,
                                      .message = "The payment gateway did not say the price.",
                                      .retry_after_s = 2});
  if (!news || !news->amount || !news->billing_cycle) co_return std::unexpected(unknown_price());
  co_return *news->amount;
}

// Of a subscription whose plan was changed, as the gateway told it then.
domain::Money own_price(const domain::Subscription& row) {
  return row.price.value_or(domain::Money::zero(*domain::Currency::parse("USD")));
}

base::Result<void, Refusal> check_plan_change(const domain::Subscription& row) {
  if (!domain::is_active(row.status))
    return std::unexpected(
        invalid_state(fmt::format("The subscription is {}; it must be active to change its plan.",
                                  domain::word(row.status))));
  if (!row.gateway_item_id)
    return std::unexpected(
        invalid_state("The gateway has not said yet what the subscription is for; try again."));
  return {};
}

}  // namespace

base::Task<Answer> change_plan(Context& context, Call call, ChangePlan command,
                               WordPlanChange word) {
  const auto seen = co_await get_subscription(context, call.caller, command.subscription);
  if (!seen) co_return std::unexpected(seen.error());
  // An answer that was given under the key is given again, whatever the gateway says now.
  const auto price = co_await price_of(context, seen->gateway, command.price_id);
  std::optional<domain::Proration> proration;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (!price) return std::unexpected(price.error());
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    if (auto ready = check_plan_change(row); !ready) return std::unexpected(ready.error());
    proration = domain::prorate(row, *price, moment.now);
    if (command.dry_run || row.gateway_price_id == command.price_id)
      return answered(word(row, *proration));
    const ports::ChangePlanCommand wanted{*row.gateway_subscription_id, *row.gateway_item_id,
                                          command.price_id};
    return open_call(context, call, std::move(row), wanted, std::move(moment));
  };
  const WordCompleted word_changed = [&](const Completed& settled) {
    const auto& row = *settled.subscription;
    if (proration) return word(row, *proration);
    const auto charged = price ? *price : own_price(row);
    return word(row, domain::prorate(row, charged, settled.call.created_at));
  };
  co_return co_await carry_out(context, call, command.subscription, decide, word_changed);
}

}  // namespace cobro::app
