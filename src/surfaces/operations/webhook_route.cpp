#include "app/webhooks.h"
#include "domain/words.h"
#include "surfaces/common/documents.h"
#include "surfaces/operations/routes.h"
#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::operations {

struct WebhookReply {
  bool received = true;
};
BOOST_DESCRIBE_STRUCT(WebhookReply, (), (received))

namespace {

using app::Answer;
using domain::GatewayName;

// Of those that exist here.
std::optional<GatewayName> gateway_named(std::string_view name, const ports::Gateways& gateways) {
  for (const auto gateway : {GatewayName::stripe, GatewayName::paypal, GatewayName::mercadopago})
    if (domain::word(gateway) == name && gateways.find(gateway) != nullptr) return gateway;
  return std::nullopt;
}

base::Task<Answer> receive(Exchange& exchange,
                           std::function<void(ports::StoredWebhook)> webhook_left) {
  auto& context = exchange.world.context;
  const auto gateway = gateway_named(exchange.path_values.front(), context.gateways);
  if (!gateway)
    co_return std::unexpected(domain::Refusal{.code = domain::RefusalCode::not_found,
                                              .message = "There is no such gateway here."});
  auto received = co_await app::receive_webhook(
      context, *gateway, std::move(exchange.request.headers), std::move(exchange.request.body));
  if (!received) co_return std::unexpected(received.error());
  if (received->left && webhook_left) webhook_left(std::move(*received->left));
  co_return wire::json_reply(200, wire::encode(WebhookReply{}));
}

wire::ResponseDoc refused(int status, std::string description, std::string_view code) {
  wire::Json facts;
  facts.set("code", code).set("message", description).set("request_id", "req-1");
  wire::Json body;
  body.set("success", false).set("error", std::move(facts));
  return reply_of<platform::ErrorReply>(status, std::move(description), std::move(body));
}

}  // namespace

void add_webhook_route(const Parts& parts, std::vector<Route>& routes) {
  routes.push_back(
      {.operation = {.method = "POST",
                     .path = "/webhooks/{gateway}",
                     .id = "receiveWebhook",
                     .summary = "Receive a gateway's signed event",
                     .tag = "Operations",
                     .parameters = {},
                     .body = body_of<wire::AnyObject>(
                         R"({"id": "evt_3QfX2a", "object": "event",
                             "type": "payment_intent.succeeded"})"),
                     .responses = {reply_of<WebhookReply>(200, "Stored, or known already.",
                                                          example(R"({"received": true})")),
                                   refused(400, "The signature or the event is not valid.",
                                           "validation_failed"),
                                   refused(404, "There is no such gateway here.", "not_found"),
                                   refused(503, "The store is away; send it again.",
                                           "unavailable")},
                     .needs_bearer = false},
       .handle = [left =
                      parts.webhook_left](Exchange& exchange) { return receive(exchange, left); },
       .word_error = &platform::word_error,
       .access = Access::anyone,
       .body_kind = BodyKind::raw});
}

std::vector<Route> routes(const Parts& parts) {
  std::vector<Route> all;
  add_health_routes(parts, all);
  add_webhook_route(parts, all);
  return all;
}

}  // namespace cobro::surfaces::operations
