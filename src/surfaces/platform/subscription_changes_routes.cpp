// What happens to a subscription after it was made: resume, change of plan, history.
#include <algorithm>

#include "app/subscriptions/subscriptions.h"
#include "surfaces/platform/named_plan.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"
#include "surfaces/platform/subscription_dto.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

base::Task<Answer> resume(Exchange& exchange) {
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto now = exchange.surface.context.clock.now();
  co_return co_await app::resume_subscription(exchange.surface.context, std::move(*call),
                                              to_subscription_ref(exchange.path_values.front()),
                                              [now](const domain::Subscription& subscription) {
                                                return reply(200, to_dto(subscription, now));
                                              });
}

base::Task<Answer> set_method(Exchange& exchange) {
  Fields fields;
  auto method = read_method_of_subscription(exchange.body, fields);
  if (!method) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto now = exchange.surface.context.clock.now();
  co_return co_await app::set_subscription_method(
      exchange.surface.context, std::move(*call),
      {.subscription = to_subscription_ref(exchange.path_values.front()),
       .payment_method = std::move(*method)},
      [now](const domain::Subscription& subscription) {
        return reply(200, to_dto(subscription, now));
      });
}

// The price that the body names, by itself or by a plan of ours.
base::Task<std::string> price_named(Exchange& exchange, const NewPlanOfSubscription& named,
                                    Fields& fields) {
  if (named.price_id) co_return named.price_id->text;
  const auto plans = co_await app::list_plans(exchange.surface.context);
  const auto* plan = find_plan(plans, named.plan_id->text);
  if (plan == nullptr || !plan->gateway_price_id) {
    fields.fail("plan_id", "not_one_of", "must be a plan that the gateway bills");
    co_return "";
  }
  co_return *plan->gateway_price_id;
}

base::Task<Answer> change_plan(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<ChangePlanQuery>(exchange.request.query));
  const auto named = read_new_plan(exchange.body, fields);
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  app::ChangePlan command{
      .subscription = to_subscription_ref(exchange.path_values.front()),
      .price_id = co_await price_named(exchange, *named, fields),
      .dry_run = query->dry_run.value_or(false) || named->dry_run.value_or(false),
      .at = named->proration_date};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto word = [dry_run = command.dry_run](const domain::Subscription& subscription,
                                                const domain::Proration& proration) {
    return reply(200, to_dto(subscription, proration, dry_run));
  };
  co_return co_await app::change_plan(exchange.surface.context, std::move(*call),
                                      std::move(command), word);
}

base::Task<Answer> history(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<PageQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  const auto listed =
      co_await app::list_status_changes(exchange.surface.context, exchange.caller,
                                        to_subscription_ref(exchange.path_values.front()), page);
  if (!listed) co_return std::unexpected(listed.error());
  StatusHistory list{.total = listed->total, .next_cursor = next_cursor(*listed)};
  for (const auto& change : listed->items) list.history.push_back(to_dto(change));
  co_return reply(200, std::move(list));
}

wire::Json plan_change_example() {
  auto changed = subscription_example();
  return changed
      .set("proration", example(R"({
    "credit": 24.50, "charge": 49.50, "currency": "USD", "at": "2025-02-05T10:00:00.000Z",
    "next_billing_at": "2025-02-20T10:00:00.000Z"})"))
      .set("dry_run", true);
}

wire::Json status_change_example() {
  return example(R"({
    "id": "019a53cb-2a10-7e55-8d31-90c4f7a6b2e8",
    "subscription_id": "019a53cb-1f04-7d83-9c6e-7a2b5d90e4f1", "old_status": "incomplete",
    "new_status": "active", "reason": "payment_completed", "changed_by": "gateway",
    "created_at": "2025-01-20T10:00:02.000Z"})");
}

}  // namespace

void add_subscription_change_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/subscriptions/{subscription}/resume",
       .id = "resumeSubscription",
       .summary = "Take back an end that is asked for and not reached",
       .tag = "Subscriptions",
       .handle = &resume,
       .success = data_of<Subscription>(200, "The subscription, going on.", subscription_example()),
       .errors = {502, 504}}));
  routes.push_back(make_route(
      {.method = "PATCH",
       .path = "/subscriptions/{subscription}",
       .id = "setMethodOfSubscription",
       .summary = "Pay a subscription with another payment method, and what is open on it too",
       .tag = "Subscriptions",
       .handle = &set_method,
       .success = data_of<Subscription>(200, "The subscription.", subscription_example()),
       .body = body_of<NewMethodOfSubscription>(R"({"payment_method_id": "pm_card_visa"})"),
       .errors = {402, 502, 504}}));
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/subscriptions/{subscription}/change-plan",
       .id = "changePlan",
       .summary = "Change the plan, prorated by the gateway; `dry_run` only says what it would do",
       .tag = "Subscriptions",
       .handle = &change_plan,
       .success = data_of<PlanChange>(200, "The subscription, and what the change costs.",
                                      plan_change_example()),
       .body = body_of<NewPlanOfSubscription>(R"({"price_id": "price_1Sb3k74dPtEGmLmpHfLpUkvQ"})"),
       .query = wire::query_parameters<ChangePlanQuery>(),
       .errors = {402, 502, 504}}));
  routes.push_back(
      make_route({.method = "GET",
                  .path = "/subscriptions/{subscription}/history",
                  .id = "listStatusChanges",
                  .summary = "List what became of a subscription, newest first",
                  .tag = "Subscriptions",
                  .handle = &history,
                  .success = data_of<StatusHistory>(200, "A page of status changes.",
                                                    page_of("history", status_change_example())),
                  .query = wire::query_parameters<PageQuery>()}));
}

}  // namespace cobro::surfaces::platform
