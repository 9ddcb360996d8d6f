#include <ranges>

#include "app/subscriptions/subscriptions.h"
#include "surfaces/platform/payment_method_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_saved(const domain::PaymentMethod& method, bool is_default) {
  return reply(201, to_dto(method, is_default));
}
app::StoredReply render_method(const domain::PaymentMethod& method, bool is_default) {
  return reply(200, to_dto(method, is_default));
}

base::Task<Answer> save(Exchange& exchange) {
  Fields fields;
  auto command = read_new_method(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::save_method(exchange.surface.context, std::move(*call),
                                      std::move(*command), &render_saved);
}

base::Task<Answer> list(Exchange& exchange) {
  Fields fields;
  auto query = fields.take(wire::decode_query<PageQuery>(exchange.request.query));
  const auto page = query ? to_page(*query, fields) : ports::Page{};
  if (fields.failed()) co_return std::unexpected(fields.refusal());
  auto saved =
      co_await app::list_methods(exchange.surface.context, exchange.caller, kUnnamedGateway);
  const auto* usual = app::default_method(saved);
  const auto usual_id = usual != nullptr ? std::optional(usual->id) : std::nullopt;
  std::ranges::reverse(saved.methods);
  const auto listed = take_page(std::move(saved.methods), page);
  PaymentMethodList list{.total = listed.total, .next_cursor = next_cursor(listed)};
  for (const auto& method : listed.items)
    list.payment_methods.push_back(to_dto(method, method.id == usual_id));
  co_return reply(200, std::move(list));
}

using UseCase = base::Task<Answer> (*)(app::Context&, app::Call, app::NameMethod,
                                       app::RenderMethod);

base::Task<Answer> act_on(Exchange& exchange, UseCase act) {
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await act(exchange.surface.context, std::move(*call),
                         {.gateway = kUnnamedGateway, .method = exchange.path_values.front()},
                         &render_method);
}

base::Task<Answer> remove(Exchange& exchange) {
  return act_on(exchange, &app::remove_method);
}
base::Task<Answer> make_default(Exchange& exchange) {
  return act_on(exchange, &app::set_default_method);
}

}  // namespace

void add_payment_method_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/payment-methods",
       .id = "savePaymentMethod",
       .summary = "Save a payment method of the caller; the first one is the default",
       .tag = "Payment methods",
       .handle = &save,
       .success = data_of<PaymentMethod>(201, "The method, saved.", payment_method_example()),
       .body = body_of<NewPaymentMethod>(R"({"payment_method_id": "pm_card_visa"})"),
       .errors = {402, 502, 504}}));
  routes.push_back(make_route(
      {.method = "GET",
       .path = "/payment-methods",
       .id = "listPaymentMethods",
       .summary = "List the caller's saved payment methods, newest first",
       .tag = "Payment methods",
       .handle = &list,
       .success = data_of<PaymentMethodList>(200, "A page of payment methods.",
                                             page_of("payment_methods", payment_method_example())),
       .query = wire::query_parameters<PageQuery>()}));
  routes.push_back(make_route(
      {.method = "DELETE",
       .path = "/payment-methods/{payment_method}",
       .id = "removePaymentMethod",
       .summary = "Remove a saved payment method, by its id or the gateway's",
       .tag = "Payment methods",
       .handle = &remove,
       .success = data_of<PaymentMethod>(200, "The method that was.", payment_method_example()),
       .errors = {502, 504}}));
  routes.push_back(make_route({.method = "PATCH",
                               .path = "/payment-methods/{payment_method}/default",
                               .id = "setDefaultPaymentMethod",
                               .summary = "Make a saved payment method the default",
                               .tag = "Payment methods",
                               .handle = &make_default,
                               .success = data_of<PaymentMethod>(
                                   200, "The method, now the default.", payment_method_example()),
                               .errors = {502, 504}}));
}

}  // namespace cobro::surfaces::platform
