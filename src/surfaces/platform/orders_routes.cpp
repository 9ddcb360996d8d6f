#include "app/orders/orders.h"
#include "surfaces/common/references.h"
#include "surfaces/platform/order_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_created(const domain::Order& order) {
  return reply(201, to_dto(order));
}
app::StoredReply render_order(const domain::Order& order) {
  return reply(200, to_dto(order));
}

base::Result<ports::OrderRef, domain::Refusal> named_order(const Exchange& exchange) {
  const auto order = parse_reference<domain::OrderId>(exchange.path_values.front());
  if (!order) return std::unexpected(no_such("order"));
  return *order;
}

base::Task<Answer> create(Exchange& exchange) {
  Fields fields;
  auto command = read_new_order(exchange.body, exchange.surface.default_currency, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::create_order(exchange.surface.context, std::move(*call),
                                       std::move(*command), &render_created);
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<OrderQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  ports::OrderFilter filter;
  if (query->status) filter.statuses = query->status->values;
  if (query->user_id) {
    if (!app::may(exchange.caller, app::Action::filter_by_user))
      co_return std::unexpected(
          domain::Refusal{.code = domain::RefusalCode::forbidden,
                          .message = "Only an admin or a service may filter by user_id."});
    filter.user_id = query->user_id->text;
  }
  auto listed = co_await app::list_orders(exchange.surface.context, exchange.caller, filter, page);
  OrderList list{.total = listed.total, .next_cursor = next_cursor(listed)};
  for (const auto& order : listed.items) list.orders.push_back(to_dto(order));
  co_return reply(200, std::move(list));
}

base::Task<Answer> get(Exchange& exchange) {
  const auto named = named_order(exchange);
  if (!named) co_return std::unexpected(named.error());
  auto order = co_await app::get_order(exchange.surface.context, exchange.caller, *named);
  if (!order) co_return std::unexpected(order.error());
  co_return render_order(*order);
}

base::Task<Answer> update(Exchange& exchange) {
  Fields fields;
  auto command = read_order_update(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_order(exchange);
  if (!named) co_return std::unexpected(named.error());
  command->order = *named;
  co_return co_await app::update_order(exchange.surface.context, std::move(*call),
                                       std::move(*command), &render_order);
}

base::Task<Answer> cancel(Exchange& exchange) {
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_order(exchange);
  if (!named) co_return std::unexpected(named.error());
  co_return co_await app::cancel_order(exchange.surface.context, std::move(*call), {*named},
                                       &render_order);
}

constexpr std::string_view kNewOrderExample = R"({
  "items": [{"product_id": 1, "quantity": 2, "unit_price": 29.99}],
  "shipping_address": {"street": "Av. Principal 123", "city": "Lima", "country": "Peru"},
  "billing_address": {"street": "Av. Principal 123", "city": "Lima", "country": "Peru"}})";

}  // namespace

void add_order_routes(std::vector<Route>& routes) {
  routes.push_back(
      make_route({.method = "POST",
                  .path = "/orders",
                  .id = "createOrder",
                  .summary = "Create an order; its totals are computed here",
                  .tag = "Orders",
                  .handle = &create,
                  .success = data_of<Order>(201, "The order, pending.", order_example()),
                  .body = body_of<NewOrder>(kNewOrderExample)}));
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/orders",
       .id = "listOrders",
       .summary = "List orders, newest first",
       .tag = "Orders",
       .handle = &list,
       .success = data_of<OrderList>(200, "A page of orders.", page_of("orders", order_example())),
       .query = wire::query_parameters<OrderQuery>(),
       .errors = {403}}));
  routes.push_back(make_route({.method = "GET",
                               .path = "/orders/{id}",
                               .id = "getOrder",
                               .summary = "Get an order by id or number",
                               .tag = "Orders",
                               .handle = &get,
                               .success = data_of<Order>(200, "The order.", order_example())}));
  routes.push_back(
      make_route({.method = "PUT",
                  .path = "/orders/{id}",
                  .id = "updateOrder",
                  .summary = "Change a pending order, or move a paid one on",
                  .tag = "Orders",
                  .handle = &update,
                  .success = data_of<Order>(200, "The order as it is now.", order_example()),
                  .body = body_of<OrderUpdate>(R"({"notes": "Leave it at the door"})", false),
                  .errors = {403}}));
  routes.push_back(
      make_route({.method = "DELETE",
                  .path = "/orders/{id}",
                  .id = "cancelOrder",
                  .summary = "Cancel a pending order and its open payments",
                  .tag = "Orders",
                  .handle = &cancel,
                  .success = data_of<Order>(200, "The order, cancelled.", order_example()),
                  .errors = {502, 504}}));
}

}  // namespace cobro::surfaces::platform
