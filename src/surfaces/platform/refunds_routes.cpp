#include "app/payments/payments.h"
#include "surfaces/platform/payment_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

// Its payment is looked up only where it names the overpayment: few refunds are of one.
base::Task<Refund> list_item(Exchange& exchange, const domain::Refund& refund) {
  if (!refund.of_overpayment) co_return to_listed_dto(refund, std::nullopt);
  auto view = co_await app::get_refund(exchange.surface.context, exchange.caller, refund.id);
  if (!view || !view->payment.overpayment) co_return to_listed_dto(refund, std::nullopt);
  co_return to_listed_dto(refund, view->payment.overpayment->id);
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<RefundQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  std::optional<ports::PaymentRef> payment;
  if (query->payment_id) payment = query->payment_id->value;
  auto listed =
      co_await app::list_refunds(exchange.surface.context, exchange.caller, payment, page);
  if (!listed) co_return std::unexpected(listed.error());
  RefundList list{.total = listed->total, .next_cursor = next_cursor(*listed)};
  for (const auto& refund : listed->items)
    list.refunds.push_back(co_await list_item(exchange, refund));
  co_return reply(200, std::move(list));
}

base::Task<Answer> get(Exchange& exchange) {
  const auto id = domain::RefundId::parse(exchange.path_values.front());
  if (!id) co_return std::unexpected(no_such("refund"));
  auto view = co_await app::get_refund(exchange.surface.context, exchange.caller, *id);
  if (!view) co_return std::unexpected(view.error());
  co_return reply(200, to_dto(view->refund, view->payment));
}

}  // namespace

void add_refund_routes(std::vector<Route>& routes) {
  auto listed = refund_example();
  std::erase_if(*listed.as_object(),
                [](const wire::JsonMember& member) { return member.first == "payment_status"; });
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/refunds",
       .id = "listRefunds",
       .summary = "List refunds, newest first",
       .tag = "Refunds",
       .handle = &list,
       .success = data_of<RefundList>(200, "A page of refunds.", page_of("refunds", listed)),
       .query = wire::query_parameters<RefundQuery>()}));
  routes.push_back(make_route({.method = "GET",
                               .path = "/refunds/{id}",
                               .id = "getRefund",
                               .summary = "Get a refund",
                               .tag = "Refunds",
                               .handle = &get,
                               .success = data_of<Refund>(200, "The refund.", refund_example())}));
}

}  // namespace cobro::surfaces::platform
