#include "app/payments/payments.h"
#include "surfaces/platform/review_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_resolved(const domain::Review& row, const domain::Payment* payment) {
  return reply(200, payment ? to_dto(row, *payment) : to_dto(row));
}

base::Task<Answer> list(Exchange& exchange) {
  auto& context = exchange.surface.context;
  Fields fields;
  auto query = fields.take(wire::decode_query<ReconciliationQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  ports::ReviewFilter filter{.status = query->status};
  if (query->payment_id) {
    auto payment = co_await app::get_payment(context, exchange.caller, query->payment_id->value);
    if (!payment) co_return std::unexpected(payment.error());
    filter.payment_id = payment->id;
  }
  auto listed = co_await app::list_reviews(context, exchange.caller, filter, page);
  if (!listed) co_return std::unexpected(listed.error());
  ReconciliationList list{.total = listed->total, .next_cursor = next_cursor(*listed)};
  for (const auto& row : listed->items) list.reconciliations.push_back(to_dto(row));
  co_return reply(200, std::move(list));
}

base::Task<Answer> resolve(Exchange& exchange) {
  Fields fields;
  auto command = read_resolution(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto id = domain::ReviewId::parse(exchange.path_values.front());
  if (!id) co_return std::unexpected(no_such("reconciliation"));
  command->review = *id;
  co_return co_await app::resolve_review(exchange.surface.context, std::move(*call),
                                         std::move(*command), &render_resolved);
}

wire::Json open_example() {
  auto row = reconciliation_example();
  std::erase_if(*row.as_object(),
                [](const wire::JsonMember& member) { return member.first == "payment_status"; });
  row.set("status", "open");
  for (const auto* name :
       {"outcome", "gateway_transaction_id", "note", "resolved_by", "resolved_at"})
    row.set(name, wire::JsonNull{});
  return row;
}

constexpr std::string_view kResolutionExample = R"({
  "outcome": "succeeded", "gateway_transaction_id": "ch_3QfX2a",
  "note": "Seen as paid in the dashboard"})";

}  // namespace

void add_reconciliation_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/reconciliations",
       .id = "listReconciliations",
       .summary = "List what no machine can decide, open and resolved, newest first",
       .tag = "Reconciliations",
       .handle = &list,
       .success = data_of<ReconciliationList>(200, "A page of reconciliations.",
                                              page_of("reconciliations", open_example())),
       .query = wire::query_parameters<ReconciliationQuery>(),
       .access = Access::admin}));
  routes.push_back(make_route({.method = "POST",
                               .path = "/reconciliations/{id}/resolve",
                               .id = "resolveReconciliation",
                               .summary = "Resolve by hand, as was found at the gateway",
                               .tag = "Reconciliations",
                               .handle = &resolve,
                               .success = data_of<Reconciliation>(
                                   200, "The reconciliation, resolved.", reconciliation_example()),
                               .body = body_of<ReconciliationResolution>(kResolutionExample),
                               .access = Access::admin}));
}

}  // namespace cobro::surfaces::platform
