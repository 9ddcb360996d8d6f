#include "app/subscriptions/subscriptions.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"
#include "surfaces/platform/subscription_dto.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::RenderSubscription word_at(const Exchange& exchange, int status) {
  const auto now = exchange.surface.context.clock.now();
  return [status, now](const domain::Subscription& subscription) {
    return reply(status, to_dto(subscription, now));
  };
}

base::Task<Answer> create(Exchange& exchange) {
  Fields fields;
  auto command = read_new_subscription(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::subscribe(exchange.surface.context, std::move(*call), std::move(*command),
                                    word_at(exchange, 201));
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<SubscriptionQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  ports::SubscriptionFilter filter;
  filter.statuses = query->status ? std::move(query->status->values) : active_statuses();
  auto& context = exchange.surface.context;
  const auto listed = co_await app::list_subscriptions(context, exchange.caller, filter, page);
  SubscriptionList list{.total = listed.total, .next_cursor = next_cursor(listed)};
  for (const auto& subscription : listed.items)
    list.subscriptions.push_back(to_dto(subscription, context.clock.now()));
  co_return reply(200, std::move(list));
}

base::Task<Answer> get(Exchange& exchange) {
  auto& context = exchange.surface.context;
  auto subscription = co_await app::get_subscription(
      context, exchange.caller, to_subscription_ref(exchange.path_values.front()));
  if (!subscription) co_return std::unexpected(subscription.error());
  co_return reply(200, to_dto(*subscription, context.clock.now()));
}

base::Task<Answer> end(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<EndQuery>(exchange.request.query));
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::end_subscription(
      exchange.surface.context, std::move(*call),
      {.subscription = to_subscription_ref(exchange.path_values.front()),
       .immediate = query->immediate.value_or(false)},
      word_at(exchange, 200));
}

constexpr std::string_view kNewSubscriptionExample = R"({
  "price_id": "price_1Sb3k64dPtEGmLmpm5n5bbJH", "payment_method_id": "pm_card_visa"})";

}  // namespace

void add_subscription_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/subscriptions",
       .id = "createSubscription",
       .summary = "Subscribe the caller to a price",
       .tag = "Subscriptions",
       .handle = &create,
       .success = data_of<Subscription>(201, "The subscription.", subscription_example()),
       .body = body_of<NewSubscription>(kNewSubscriptionExample),
       .errors = {402, 502, 504}}));
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/subscriptions",
       .id = "listSubscriptions",
       .summary =
           "List subscriptions, newest first; the active ones unless `status` says otherwise",
       .tag = "Subscriptions",
       .handle = &list,
       .success = data_of<SubscriptionList>(200, "A page of subscriptions.",
                                            page_of("subscriptions", subscription_example())),
       .query = wire::query_parameters<SubscriptionQuery>()}));
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/subscriptions/{subscription}",
       .id = "getSubscription",
       .summary = "Get a subscription by its id or the gateway's",
       .tag = "Subscriptions",
       .handle = &get,
       .success = data_of<Subscription>(200, "The subscription.", subscription_example())}));
  auto ending = subscription_example();
  ending.set("cancel_at_period_end", true)
      .set("cancel_at", "2025-02-20T10:00:00.000Z")
      .set("cancelled_at", "2025-01-25T09:00:00.000Z");
  routes.push_back(
      make_route({.method = "DELETE",
                  .path = "/subscriptions/{subscription}",
                  .id = "endSubscription",
                  .summary = "End a subscription, at the period's end or now",
                  .tag = "Subscriptions",
                  .handle = &end,
                  .success = data_of<Subscription>(200, "The subscription as it is now.", ending),
                  .query = wire::query_parameters<EndQuery>(),
                  .errors = {502, 504}}));
}

}  // namespace cobro::surfaces::platform
