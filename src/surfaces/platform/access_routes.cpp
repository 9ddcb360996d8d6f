#include "app/access/access.h"
#include "surfaces/platform/access_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

base::Task<Answer> list_entitlements(Exchange& exchange) {
  Fields fields;
  const auto query = fields.take(wire::decode_query<EntitlementQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  const auto listed = co_await app::list_entitlements(exchange.surface.context, exchange.caller,
                                                      {.active = query->active}, page);
  EntitlementList list{.total = listed.total, .next_cursor = next_cursor(listed)};
  for (const auto& entitlement : listed.items) list.entitlements.push_back(to_dto(entitlement));
  co_return reply(200, std::move(list));
}

base::Task<Answer> list_disputes(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<DisputeQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  std::optional<ports::PaymentRef> payment;
  if (query->payment_id) payment = query->payment_id->value;
  ports::DisputeFilter filter;
  if (query->status) filter.statuses = std::move(query->status->values);
  const auto listed = co_await app::list_disputes(exchange.surface.context, exchange.caller,
                                                  payment, std::move(filter), page);
  if (!listed) co_return std::unexpected(listed.error());
  DisputeList list{.total = listed->total, .next_cursor = next_cursor(*listed)};
  for (const auto& dispute : listed->items) list.disputes.push_back(to_dto(dispute));
  co_return reply(200, std::move(list));
}

}  // namespace

void add_access_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/entitlements",
       .id = "listEntitlements",
       .summary = "List what was granted to the caller, newest first",
       .tag = "Entitlements",
       .handle = &list_entitlements,
       .success = data_of<EntitlementList>(200, "A page of entitlements.",
                                           page_of("entitlements", entitlement_example())),
       .query = wire::query_parameters<EntitlementQuery>()}));
  routes.push_back(
      make_route({.method = "GET",
                  .path = "/disputes",
                  .id = "listDisputes",
                  .summary = "List disputes of payments, newest first",
                  .tag = "Disputes",
                  .handle = &list_disputes,
                  .success = data_of<DisputeList>(200, "A page of disputes.",
                                                  page_of("disputes", dispute_example())),
                  .query = wire::query_parameters<DisputeQuery>()}));
}

}  // namespace cobro::surfaces::platform
