#include "surfaces/platform/overpayment_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_overpayment(const domain::Payment& payment) {
  return reply(200, to_overpayment_dto(payment));
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<OverpaymentQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  app::ListOverpayments command;
  if (query->payment_id) command.payment = query->payment_id->value;
  if (query->status) command.filter.statuses = std::move(query->status->values);
  auto listed = co_await app::list_overpayments(exchange.surface.context, exchange.caller,
                                                std::move(command), page);
  if (!listed) co_return std::unexpected(listed.error());
  OverpaymentList list{.total = listed->total};
  for (const auto& payment : listed->items)
    list.overpayments.push_back(to_overpayment_dto(payment));
  if (listed->more && !list.overpayments.empty())
    list.next_cursor = to_cursor(list.overpayments.back().id.uuid);
  co_return reply(200, std::move(list));
}

base::Task<Answer> refund(Exchange& exchange) {
  Fields fields;
  auto command = read_overpayment_refund(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto id = domain::OverpaymentId::parse(exchange.path_values.front());
  if (!id) co_return std::unexpected(no_such("overpayment"));
  command->overpayment = *id;
  co_return co_await app::refund_overpayment(exchange.surface.context, std::move(*call),
                                             std::move(*command), &render_overpayment);
}

}  // namespace

void add_overpayment_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/overpayments",
       .id = "listOverpayments",
       .summary = "List money that came too late or twice, newest first",
       .tag = "Overpayments",
       .handle = &list,
       .success = data_of<OverpaymentList>(200, "A page of overpayments.",
                                           page_of("overpayments", overpayment_example())),
       .query = wire::query_parameters<OverpaymentQuery>()}));
  auto refunded = overpayment_example();
  refunded.set("status", "refunded").set("refunded_amount", wire::JsonNumber{"59.98"});
  routes.push_back(
      make_route({.method = "POST",
                  .path = "/overpayments/{id}/refund",
                  .id = "refundOverpayment",
                  .summary = "Send an overpayment back",
                  .tag = "Overpayments",
                  .handle = &refund,
                  .success = data_of<Overpayment>(200, "The overpayment as it is now.", refunded),
                  .body = body_of<OverpaymentRefund>(R"({"reason": "Paid twice"})", false),
                  .errors = {402, 502, 504},
                  .access = Access::admin}));
}

}  // namespace cobro::surfaces::platform
