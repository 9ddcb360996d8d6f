#include "surfaces/courses/named_plan.h"
#include "surfaces/courses/routes.h"
#include "surfaces/courses/subscription_dto.h"

namespace cobro::surfaces::courses {
namespace {

using app::Answer;

app::StoredReply render_created(const domain::Subscription& subscription) {
  return wire::json_reply(201, wire::encode(to_dto(subscription)));
}
app::StoredReply render_subscription(const domain::Subscription& subscription) {
  return wire::json_reply(200, wire::encode(to_dto(subscription)));
}

base::Task<Answer> create(Exchange& exchange) {
  auto& context = exchange.surface.context;
  Fields fields;
  auto body = fields.take(wire::decode<NewSubscription>(exchange.body));
  std::optional<std::string> price;
  if (body) {
    fields.check_token(body->payment_method_id.text, "paymentMethodId");
    price = co_await price_of_plan(context, body->plan.text, fields);
  }
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::subscribe(context, std::move(*call),
                                    {.gateway = kUnnamedGateway,
                                     .price_id = std::move(*price),
                                     .payment_method = std::move(body->payment_method_id.text)},
                                    &render_created);
}

base::Task<Answer> current(Exchange& exchange) {
  auto subscription = co_await app::current_subscription(exchange.surface.context, exchange.caller);
  if (!subscription) co_return std::unexpected(subscription.error());
  co_return render_subscription(*subscription);
}

base::Task<Answer> end(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<EndQuery>(exchange.request.query));
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto& named = exchange.path_values.front();
  app::EndSubscription command{.subscription = ports::RemoteSubscriptionRef{kUnnamedGateway, named},
                               .immediate = query->immediate.value_or(false)};
  if (const auto id = domain::SubscriptionId::parse(named)) command.subscription = *id;
  co_return co_await app::end_subscription(exchange.surface.context, std::move(*call),
                                           std::move(command), &render_subscription);
}

}  // namespace

void add_subscription_routes(std::vector<Route>& routes) {
  const auto answer = [](int status, std::string description) {
    return reply_of<Subscription>(status, std::move(description), subscription_example());
  };
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/subscriptions",
       .id = "createCourseSubscription",
       .summary = "Subscribe the caller to a plan",
       .tag = "Courses",
       .handle = &create,
       .success = answer(201, "The subscription."),
       .body = body_of<NewSubscription>(R"({"plan": "pro", "paymentMethodId": "pm_card_visa"})"),
       .errors = {402, 502, 504}}));
  routes.push_back(make_route({.method = "GET",
                               .path = "/subscriptions/current",
                               .id = "getCurrentSubscription",
                               .summary = "Get the caller's subscription",
                               .tag = "Courses",
                               .handle = &current,
                               .success = answer(200, "The subscription.")}));
  routes.push_back(make_route({.method = "DELETE",
                               .path = "/subscriptions/{subscription}",
                               .id = "endCourseSubscription",
                               .summary = "End a subscription, at the period's end or now",
                               .tag = "Courses",
                               .handle = &end,
                               .success = answer(200, "The subscription as it is now."),
                               .query = wire::query_parameters<EndQuery>(),
                               .errors = {502, 504}}));
}

}  // namespace cobro::surfaces::courses
