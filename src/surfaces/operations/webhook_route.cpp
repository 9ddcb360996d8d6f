#include "app/webhooks/webhooks.h"
#include "domain/words.h"
#include "surfaces/common/words.h"
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

// Of those that exist here and send webhooks.
std::optional<GatewayName> gateway_named(std::string_view name, const ports::Gateways& gateways) {
  for (const auto* gateway : gateways.all())
    if (gateway->capabilities().remote && domain::to_string(gateway->name()) == name)
      return gateway->name();
  return std::nullopt;
}

base::Task<Answer> receive(Exchange& exchange, GatewayName gateway,
                           std::function<void(ports::StoredWebhook)> webhook_left) {
  auto& request = exchange.request;
  auto received =
      co_await app::receive_webhook(exchange.surface.context, gateway,
                                    {request.method, request.path, request.query,
                                     std::move(request.headers), std::move(request.body)});
  if (!received) co_return std::unexpected(received.error());
  if (received->left && webhook_left) webhook_left(std::move(*received->left));
  co_return wire::json_reply(200, wire::encode(WebhookReply{}));
}

base::Task<Answer> refuse_gateway() {
  co_return std::unexpected(domain::Refusal{.code = domain::RefusalCode::not_found,
                                            .message = "There is no such gateway here."});
}

Route open_route(const ApiStyle& style, std::string path, std::string id, Handle handle) {
  const auto refused = [&](int status, std::string description) {
    auto document = document_error(style, status);
    document.description = std::move(description);
    return document;
  };
  return {.operation = {.method = "POST",
                        .path = std::string(style.base_path) + path,
                        .id = std::move(id),
                        .summary = "Receive a gateway's signed event",
                        .tag = "Operations",
                        .body = body_of<wire::AnyObject>(
                            R"({"id": "evt_3QfX2a", "object": "event",
                            "type": "payment_intent.succeeded"})"),
                        .responses = {reply_of<WebhookReply>(200, "Stored, or known already.",
                                                             example(R"({"received": true})")),
                                      refused(400, "The signature or the event is not valid."),
                                      refused(404, "There is no such gateway here."),
                                      refused(503, "The store is away; send it again.")},
                        .needs_bearer = false},
          .handle = std::move(handle),
          .render_error = style.render_error,
          .access = Access::anyone,
          .body_kind = BodyKind::raw};
}

}  // namespace

void add_webhook_route(const Parts& parts, std::vector<Route>& routes) {
  const ApiStyle style{.render_error = &platform::render_error,
                       .error_type = wire::type_of<platform::ErrorReply>()};
  const auto take = [left = parts.webhook_left](Exchange& exchange) {
    const auto gateway =
        gateway_named(exchange.path_values.front(), exchange.surface.context.gateways);
    return gateway ? receive(exchange, *gateway, left) : refuse_gateway();
  };
  routes.push_back(open_route(style, "/webhooks/{gateway}", "receiveWebhook", take));
}

Route unnamed_webhook_route(const Parts& parts, const ApiStyle& style, std::string path,
                            std::string id) {
  const auto take = [left = parts.webhook_left](Exchange& exchange) {
    const bool here = exchange.surface.context.gateways.find(kUnnamedGateway) != nullptr;
    return here ? receive(exchange, kUnnamedGateway, left) : refuse_gateway();
  };
  return open_route(style, std::move(path), std::move(id), take);
}

std::vector<Route> routes(const Parts& parts) {
  std::vector<Route> all;
  add_health_routes(parts, all);
  add_webhook_route(parts, all);
  return all;
}

}  // namespace cobro::surfaces::operations
