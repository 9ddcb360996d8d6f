#include "app/guards.h"
#include "app/webhooks.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;

ports::StoredWebhook make_row(domain::GatewayName gateway, const ports::GatewayEvent& event,
                              const std::string& body, domain::Moment& moment) {
  return {.id = moment.ids.next<domain::WebhookId>(),
          .gateway = gateway,
          .event_id = event.event_id,
          .type = event.type,
          .body = body,
          .note = {},
          .next_try_at = moment.now,
          .received_at = moment.now,
          .applied_at = {}};
}

}  // namespace

base::Task<base::Result<Received, Refusal>> receive_webhook(Context& context,
                                                            domain::GatewayName gateway,
                                                            wire::Headers headers,
                                                            std::string body) {
  const auto* adapter = context.gateways.find(gateway);
  if (adapter == nullptr)
    co_return std::unexpected(Refusal{.code = RefusalCode::gateway_not_available,
                                      .message = "This gateway is not available here."});
  const auto event = adapter->verify(headers, body, context.clock.now());
  if (!event)
    co_return std::unexpected(
        Refusal{.code = RefusalCode::validation_failed, .message = event.error().message});
  auto received = Received::stored;
  const DecideChanges decide = [&](const ports::Loaded& loaded,
                                   domain::Moment moment) -> base::Result<ports::Changes, Refusal> {
    ports::Changes changes;
    received = loaded.webhook ? Received::duplicate : Received::stored;
    if (!loaded.webhook) changes.insert_webhook = make_row(gateway, *event, body, moment);
    return changes;
  };
  ports::Reads reads{
      .root = {}, .record_key = {}, .webhook = ports::WebhookRef{gateway, event->event_id}};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return received;
}

}  // namespace cobro::app
