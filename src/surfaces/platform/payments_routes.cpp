#include "app/orders/orders.h"
#include "app/payments/payments.h"
#include "surfaces/platform/named_payment.h"
#include "surfaces/platform/payment_dto.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_created(const domain::Payment& payment) {
  return reply(201, to_dto(payment));
}
app::StoredReply render_payment(const domain::Payment& payment) {
  return reply(200, to_dto(payment));
}

base::Task<Answer> create(Exchange& exchange) {
  Fields fields;
  auto command = read_new_payment(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::create_payment(exchange.surface.context, std::move(*call),
                                         std::move(*command), &render_created);
}

// Looked up also when it was named by its id: whose order it is matters.
base::Task<base::Result<domain::OrderId, domain::Refusal>> order_id_of(Exchange& exchange,
                                                                       ports::OrderRef named) {
  auto order = co_await app::get_order(exchange.surface.context, exchange.caller, named);
  if (!order) co_return std::unexpected(order.error());
  co_return order->id;
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<PaymentQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  ports::PaymentFilter filter;
  filter.kind = query->kind;
  if (query->status) filter.words = payments_that_print(query->status->values);
  if (query->order_id) {
    const auto order_id = co_await order_id_of(exchange, query->order_id->value);
    if (!order_id) co_return std::unexpected(order_id.error());
    filter.order_id = *order_id;
  }
  auto listed =
      co_await app::list_payments(exchange.surface.context, exchange.caller, filter, page);
  PaymentList list{.total = listed.total, .next_cursor = next_cursor(listed)};
  for (const auto& payment : listed.items) list.payments.push_back(to_dto(payment));
  co_return reply(200, std::move(list));
}

base::Task<Answer> get(Exchange& exchange) {
  const auto named = named_payment(exchange);
  if (!named) co_return std::unexpected(named.error());
  auto payment = co_await app::get_payment(exchange.surface.context, exchange.caller, *named);
  if (!payment) co_return std::unexpected(payment.error());
  co_return render_payment(*payment);
}

base::Task<Answer> update(Exchange& exchange) {
  Fields fields;
  auto command = read_payment_update(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_payment(exchange);
  if (!named) co_return std::unexpected(named.error());
  command->payment = *named;
  co_return co_await app::update_payment(exchange.surface.context, std::move(*call),
                                         std::move(*command), &render_payment);
}

base::Task<Answer> cancel(Exchange& exchange) {
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_payment(exchange);
  if (!named) co_return std::unexpected(named.error());
  co_return co_await app::cancel_payment(exchange.surface.context, std::move(*call), {*named},
                                         &render_payment);
}

constexpr std::string_view kNewPaymentExample = R"({
  "order_id": 1, "payment_method": "stripe", "amount": 59.98, "currency": "PEN"})";

}  // namespace

void add_payment_routes(std::vector<Route>& routes) {
  routes.push_back(
      make_route({.method = "POST",
                  .path = "/payments",
                  .id = "createPayment",
                  .summary = "Create a payment of an order; nothing is sent to the gateway yet",
                  .tag = "Payments",
                  .handle = &create,
                  .success = data_of<Payment>(201, "The payment, pending.", payment_example()),
                  .body = body_of<NewPayment>(kNewPaymentExample)}));
  routes.push_back(
      make_route({.method = "GET",
                  .path = "/payments",
                  .id = "listPayments",
                  .summary = "List payments, newest first",
                  .tag = "Payments",
                  .handle = &list,
                  .success = data_of<PaymentList>(200, "A page of payments.",
                                                  page_of("payments", payment_example())),
                  .query = wire::query_parameters<PaymentQuery>()}));
  routes.push_back(
      make_route({.method = "GET",
                  .path = "/payments/{id}",
                  .id = "getPayment",
                  .summary = "Get a payment by id or number",
                  .tag = "Payments",
                  .handle = &get,
                  .success = data_of<Payment>(200, "The payment.", payment_example())}));
  routes.push_back(
      make_route({.method = "PUT",
                  .path = "/payments/{id}",
                  .id = "updatePayment",
                  .summary = "Change a pending payment",
                  .tag = "Payments",
                  .handle = &update,
                  .success = data_of<Payment>(200, "The payment as it is now.", payment_example()),
                  .body = body_of<PaymentUpdate>(R"({"description": "Two shirts"})", false)}));
  routes.push_back(
      make_route({.method = "DELETE",
                  .path = "/payments/{id}",
                  .id = "cancelPayment",
                  .summary = "Cancel a payment, at its gateway too",
                  .tag = "Payments",
                  .handle = &cancel,
                  .success = data_of<Payment>(200, "The payment, cancelled.", payment_example()),
                  .errors = {403, 502, 504}}));
}

}  // namespace cobro::surfaces::platform
