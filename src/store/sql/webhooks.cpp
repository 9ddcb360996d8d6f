#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const ports::StoredWebhook& webhook) {
  params.add(webhook.gateway)
      .add(webhook.event_id)
      .add(webhook.type)
      .add(webhook.method)
      .add(webhook.path)
      .add(webhook.query)
      .add(to_lines(webhook.headers))
      .add(webhook.body)
      .add(webhook.received_at);
}

void put_changing(Params& params, const ports::StoredWebhook& webhook) {
  params.add(webhook.status)
      .add(webhook.note)
      .add(webhook.tries)
      .add(webhook.next_try_at)
      .add(webhook.applied_at);
}

}  // namespace

const Table& webhooks() {
  static const Table table(
      "webhooks",
      {"gateway", "event_id", "type", "method", "path", "query", "headers", "body", "received_at"},
      {"status", "note", "tries", "next_try_at", "applied_at"});
  return table;
}

Statement insert(const ports::StoredWebhook& webhook) {
  return insert_into(webhooks(), webhook, put_fixed, put_changing);
}

Statement update(const ports::StoredWebhook& webhook) {
  return update_of(webhooks(), webhook, put_changing);
}

ports::StoredWebhook read_webhook(Cells cells) {
  ports::StoredWebhook webhook{};
  webhook.id = cells.id<domain::WebhookId>();
  webhook.gateway = cells.enum_value<domain::GatewayName>("gateway");
  webhook.event_id = cells.text();
  webhook.type = cells.text();
  webhook.method = cells.text();
  webhook.path = cells.text();
  webhook.query = cells.text();
  webhook.headers = from_lines(cells.text());
  webhook.body = cells.text();
  webhook.received_at = cells.time();
  webhook.status = cells.enum_value<ports::WebhookStatus>("webhook status");
  webhook.note = cells.text();
  webhook.tries = cells.int64();
  webhook.next_try_at = cells.time();
  webhook.applied_at = cells.opt_time();
  webhook.version = cells.int64();
  return webhook;
}

const Table& events() {
  static const Table table(
      "events", {"aggregate", "aggregate_id", "sequence", "type", "payload", "occurred_at"}, {});
  return table;
}

Statement insert(const domain::Event& event) {
  Params params;
  params.add(event.id)
      .add(event.aggregate)
      .add(event.aggregate_id)
      .add(event.sequence)
      .add(event.type)
      .add(event.payload)
      .add(event.occurred_at);
  return {events().insert(), std::move(params).take()};
}

}  // namespace cobro::store
