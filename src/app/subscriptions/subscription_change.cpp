#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "app/calls/accounts.h"
#include "app/calls/driver.h"
#include "app/calls/gateway_client.h"
#include "app/methods/ask_there.h"
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
                             RenderCompleted render, AskThere& ask) {
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render);
  };
  auto decided = co_await idempotently_asking(context, call, reads_of(ref), decide, completed, ask);
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

// Whether the page that would not be ended has made the subscription, which is to be ended now.
base::Task<bool> is_made_meanwhile(Context& context, const Call& call, SubscriptionRef ref,
                                   const Answer& answer) {
  if (answer) co_return false;
  const auto code = answer.error().code;
  if (code != domain::RefusalCode::gateway_refused && code != domain::RefusalCode::invalid_state)
    co_return false;
  const auto seen = co_await get_subscription(context, call.caller, std::move(ref));
  const bool made = seen && seen->gateway_subscription_id.has_value();
  co_return made;
}

}  // namespace

base::Task<Answer> end_subscription(Context& shared, Call call, EndSubscription command,
                                    RenderSubscription render) {
  auto context = within_one_deadline(shared);
  AskThere ask;
  bool on_page = false;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    const bool at_once = ends_now(command, row);
    const bool is_to_end = !at_once && row.cancel_at_period_end;
    const bool is_kept = command.only_unpaid && row.status != SubscriptionStatus::incomplete;
    on_page = !row.gateway_subscription_id;
    // What has ended has ended there too, for good; that it is to end may have been taken back.
    if (domain::is_terminal(row.status) || is_kept || (is_to_end && ask.asked))
      return answered(render(row));
    if (auto first = ask_of_open_call(ask, loaded, moment.now)) return std::move(*first);
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    // One that seems not paid yet may be by now: then it is not to be cut short. A page that was
    // paid refuses to be ended, and says so by that.
    const bool may_be_paid = at_once && !command.immediate && !on_page;
    if (!ask.asked && (is_to_end || may_be_paid)) return ask_first(ask, {row.id});
    const auto wanted = end_command(row, at_once);
    return decide_call(context, call, std::move(row), wanted, std::move(moment));
  };
  auto answer = co_await carry_out(context, call, command.subscription, decide,
                                   render_subscription(render), ask);
  if (!on_page || !co_await is_made_meanwhile(context, call, command.subscription, answer))
    co_return answer;
  co_return co_await carry_out(context, call, command.subscription, decide,
                               render_subscription(render), ask);
}

base::Task<Answer> resume_subscription(Context& shared, Call call, SubscriptionRef ref,
                                       RenderSubscription render) {
  auto context = within_one_deadline(shared);
  AskThere ask;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (auto first = ask_of_open_call(ask, loaded, moment.now)) return std::move(*first);
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    if (domain::is_to_end(row)) {
      const ports::ResumeCommand wanted{*row.gateway_subscription_id, !row.cancel_at_period_end};
      return decide_call(context, call, std::move(row), wanted, std::move(moment));
    }
    if (!ask.asked) return ask_first(ask, {row.id});
    if (!domain::is_active(row.status))
      return std::unexpected(invalid_state(
          fmt::format("The subscription is {}; only one that is to end can be resumed.",
                      domain::to_string(row.status))));
    return answered(render(row));
  };
  co_return co_await carry_out(context, call, ref, decide, render_subscription(render), ask);
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

// What the change would cost.
base::Task<base::Result<domain::GatewayPreview, Refusal>> preview_of(
    Context& context, domain::Subscription row, ports::ChangePlanCommand change) {
  const auto* gateway = context.gateways.find(row.gateway);
  if (gateway == nullptr || gateway->subscriptions() == nullptr)
    co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_not_available,
                                      .message = "This gateway is not available for this."});
  const auto& billing = *gateway->subscriptions();
  auto response = co_await ask_gateway(context, *gateway, billing.preview(change));
  if (response) co_return billing.parse_preview(*response);
  if (auto refusal = wrong_account(context, row.gateway))
    co_return std::unexpected(std::move(*refusal));
  co_return std::unexpected(Refusal{.code = domain::RefusalCode::gateway_busy,
                                    .message = "The payment gateway did not say the price.",
                                    .retry_after_s = 2});
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
  return domain::waiting_proration_of(*completed.subscription, preview, at.value_or(made_at));
}

// What a change of plan is decided from, beside the row that is loaded then.
struct Terms {
  base::Timestamp at;
  base::Result<domain::GatewayPreview, Refusal> preview = domain::GatewayPreview{};
};
base::Task<Terms> terms_of_row(Context& context, const domain::Subscription& row,
                               const ChangePlan& command) {
  Terms terms{.at = moment_of(command, row, context.clock.now())};
  // An answer that was given under the key is given again, whatever the gateway says now.
  if (check_plan_change(row))
    terms.preview = co_await preview_of(context, row, command_of(row, command, terms.at));
  co_return terms;
}

// Whether the row names something else to be changed than it did.
bool is_another(const domain::Subscription& row, const domain::Subscription& before) {
  const auto named = [](const domain::Subscription& one) {
    return std::tie(one.gateway_subscription_id, one.gateway_item_id, one.gateway_price_id,
                    one.current_period_start, one.current_period_end);
  };
  return named(row) != named(before);
}

// A refusal may come from a subscription that is not what we think: then our row is made to follow,
// and the gateway asked once more if that was so.
base::Task<base::Result<Terms, Refusal>> terms_of(Context& context, Caller caller,
                                                  ChangePlan command) {
  const auto before = co_await get_subscription(context, caller, command.subscription);
  if (!before) co_return std::unexpected(before.error());
  auto terms = co_await terms_of_row(context, *before, command);
  if (terms.preview || terms.preview.error().code != domain::RefusalCode::gateway_refused)
    co_return terms;
  co_await sync_subscription(context, before->id);
  const auto row = co_await get_subscription(context, caller, command.subscription);
  if (!row) co_return std::unexpected(row.error());
  if (is_another(*row, *before)) co_return co_await terms_of_row(context, *row, command);
  co_return terms;
}

}  // namespace

base::Task<Answer> change_plan(Context& shared, Call call, ChangePlan command,
                               RenderPlanChange render) {
  auto context = within_one_deadline(shared);
  auto terms = co_await terms_of(context, call.caller, command);
  if (!terms) co_return std::unexpected(std::move(terms).error());
  std::optional<domain::Proration> proration;
  AskThere ask;
  const Decide decide = [&](const Loaded& loaded,
                            domain::Moment moment) -> base::Result<Decided, Refusal> {
    ask.begin_anew();
    COBRO_TRY_INTO(auto row, visible_subscription(loaded, call.caller));
    if (auto first = ask_of_open_call(ask, loaded, moment.now)) return std::move(*first);
    if (auto ready = check_changeable(loaded); !ready) return std::unexpected(ready.error());
    const bool has_it = row.gateway_price_id == command.price_id;
    const auto ready = check_plan_change(row);
    if (!ask.asked && (has_it || !ready)) return ask_first(ask, {row.id});
    if (!ready) return std::unexpected(ready.error());
    if (!terms->preview) return std::unexpected(terms->preview.error());
    proration = domain::proration_of(row, *terms->preview, terms->at);
    if (command.dry_run || has_it) return answered(render(row, *proration));
    const auto wanted = command_of(row, command, terms->at);
    return decide_call(context, call, std::move(row), wanted, std::move(moment));
  };
  const RenderCompleted render_changed = [&](const Completed& completed) {
    const auto& row = *completed.subscription;
    if (proration) return render(row, *proration);
    return render(
        row, kept_proration(completed, command, terms->preview.value_or(domain::GatewayPreview{})));
  };
  const RenderLoaded completed = [&](const Loaded& loaded) {
    return render_completed(call, loaded, render_changed);
  };
  while (true) {
    ask.begin_anew();
    auto decided =
        co_await idempotently(context, call, reads_of(command.subscription), decide, completed);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!decided->calls.empty())
      co_return co_await perform(context, &call, std::move(decided->calls.front()), render_changed);
    if (auto refusal = co_await ask_there(context, ask))
      co_return std::unexpected(std::move(*refusal));
    // What it costs was said of another subscription than the one that is there.
    terms = co_await terms_of(context, call.caller, command);
    if (!terms) co_return std::unexpected(std::move(terms).error());
  }
}

}  // namespace cobro::app
