#include "app/subscriptions/subscriptions.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/words.h"
#include "surfaces/platform/named_plan.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {

struct Plan {
  domain::PlanId id;
  std::string code;
  std::string name;
  wire::Decimal price;
  CurrencyCode currency;
  domain::BillingCycle billing_cycle = domain::BillingCycle::monthly;
  std::int64_t interval_count = 1;
  std::int64_t trial_days = 0;
  std::vector<std::string> features;
  std::optional<std::string> gateway_price_id;
};
BOOST_DESCRIBE_STRUCT(Plan, (),
                      (id, code, name, price, currency, billing_cycle, interval_count, trial_days,
                       features, gateway_price_id))

struct PlanList {
  std::vector<Plan> plans;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(PlanList, (), (plans, total, next_cursor))

namespace {

using app::Answer;

std::vector<std::string> texts_in(const std::string& json) {
  const auto parsed = wire::parse_json(json);
  std::vector<std::string> texts;
  if (!parsed || parsed->as_array() == nullptr) return texts;
  for (const auto& item : *parsed->as_array())
    if (item.as_string() != nullptr) texts.push_back(*item.as_string());
  return texts;
}

Plan to_dto(const domain::Plan& plan) {
  return {.id = plan.id,
          .code = plan.code,
          .name = plan.name,
          .price = {plan.price.to_decimal()},
          .currency = {plan.price.currency()},
          .billing_cycle = plan.billing_cycle,
          .interval_count = plan.interval_count,
          .trial_days = plan.trial_days,
          .features = texts_in(plan.features),
          .gateway_price_id = plan.gateway_price_id};
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<PageQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  const auto listed = take_page(co_await app::list_plans(exchange.surface.context), page);
  PlanList list{.total = listed.total, .next_cursor = next_cursor(listed)};
  for (const auto& plan : listed.items) list.plans.push_back(to_dto(plan));
  co_return reply(200, std::move(list));
}

base::Task<Answer> get(Exchange& exchange) {
  const auto plans = co_await app::list_plans(exchange.surface.context);
  const auto* plan = find_plan(plans, exchange.path_values.front());
  if (plan == nullptr) co_return std::unexpected(no_such("plan"));
  co_return reply(200, to_dto(*plan));
}

wire::Json plan_example() {
  return example(R"({
    "id": "019aebce-f400-7000-8000-000000000001", "code": "basic", "name": "Basic",
    "price": 19.00, "currency": "USD", "billing_cycle": "monthly", "interval_count": 1,
    "trial_days": 0, "features": ["Predicciones basicas", "cursos intro"],
    "gateway_price_id": "price_1Sb3k64dPtEGmLmpeAdxvmIu"})");
}

}  // namespace

void add_plan_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/plans",
       .id = "listPlans",
       .summary = "List the plans, cheapest first",
       .tag = "Plans",
       .handle = &list,
       .success = data_of<PlanList>(200, "A page of plans.", page_of("plans", plan_example())),
       .query = wire::query_parameters<PageQuery>()}));
  routes.push_back(make_route({.method = "GET",
                               .path = "/plans/{plan}",
                               .id = "getPlan",
                               .summary = "Get a plan by id or code",
                               .tag = "Plans",
                               .handle = &get,
                               .success = data_of<Plan>(200, "The plan.", plan_example())}));
}

}  // namespace cobro::surfaces::platform
