#include "app/payments/intents.h"
#include "surfaces/platform/intent_dto.h"
#include "surfaces/platform/route_spec.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_intent(const domain::Payment& payment) {
  return reply(200, to_intent_dto(payment));
}

base::Task<Answer> create(Exchange& exchange) {
  Fields fields;
  auto command = read_new_intent(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  co_return co_await app::create_intent(exchange.surface.context, std::move(*call),
                                        std::move(*command), &render_intent);
}

}  // namespace

void add_intent_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/payments/intent",
       .id = "createPaymentIntent",
       .summary = "Create a payment without an order, at the gateway, to be confirmed later",
       .tag = "Payments",
       .handle = &create,
       .success = data_of<Intent>(200, "The intent, not confirmed yet.", intent_example()),
       .body = body_of<NewIntent>(R"({"amount": 99.99, "payment_method_id": "pm_card_visa",
                                      "description": "Premium course purchase"})"),
       .errors = {402, 502, 504}}));
}

}  // namespace cobro::surfaces::platform
