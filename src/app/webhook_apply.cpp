#include "app/inquiry.h"
#include "app/ledger_books.h"
#include "app/webhooks.h"

namespace cobro::app {

namespace {

using domain::Applied;
using domain::Refusal;
using ports::Changes;
using ports::GatewayEvent;
using ports::Loaded;
using ports::StoredWebhook;
using ports::WebhookStatus;

constexpr std::int64_t kBatch = 50;
constexpr base::Duration kFirstWait = std::chrono::seconds(2);
constexpr base::Duration kLongestWait = std::chrono::hours(1);

StoredWebhook ended(StoredWebhook row, WebhookStatus status, std::string note,
                    base::Timestamp now) {
  row.status = status;
  row.note = std::move(note);
  row.tries += 1;
  row.applied_at = now;
  return row;
}

// Kept, and tried again later: doubling pauses up to an hour, without end.
StoredWebhook waiting(StoredWebhook row, std::string note, base::Timestamp now) {
  const base::Duration wait = std::min<base::Duration>(
      kFirstWait * (1LL << std::min<std::int64_t>(row.tries, 20)), kLongestWait);
  row.status = WebhookStatus::waiting;
  row.note = std::move(note);
  row.tries += 1;
  row.next_try_at = now + wait;
  return row;
}

StoredWebhook after(const StoredWebhook& row, Applied applied, base::Timestamp now) {
  switch (applied) {
    case Applied::changed:
      return ended(row, WebhookStatus::applied, "", now);
    case Applied::nothing_new:
      return ended(row, WebhookStatus::applied, "nothing new", now);
    case Applied::conflicted:
      return ended(row, WebhookStatus::applied, "conflicted", now);
    case Applied::no_room:
      return waiting(row, "money moved that there is no room for yet", now);
    case Applied::after_end:
      return waiting(row, "money moved on a payment that was cancelled", now);
  }
  return row;
}

// Commits the row's new form, alone; false when that was not possible.
base::Task<bool> mark(Context& context, const StoredWebhook& row, WebhookStatus status,
                      std::string note) {
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    const bool done = !loaded.webhook || loaded.webhook->applied_at.has_value();
    if (!done)
      changes.update_webhook = status == WebhookStatus::waiting
                                   ? waiting(*loaded.webhook, note, moment.now)
                                   : ended(*loaded.webhook, status, note, moment.now);
    return changes;
  };
  ports::Reads reads{
      .root = {}, .record_key = {}, .webhook = ports::WebhookRef{row.gateway, row.event_id}};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "a webhook's row could not be updated",
                      {{"event", row.event_id}});
  co_return committed.has_value();
}

// Applies a final fact: the payment, and the inbox row, in one transaction.
base::Task<bool> apply_final(Context& context, const StoredWebhook& row, const GatewayEvent& event,
                             domain::PaymentId payment) {
  bool waits = false;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    if (!loaded.webhook || loaded.webhook->applied_at) return changes;
    const auto now = moment.now;
    auto books = open_books(loaded, std::move(moment));
    const auto applied = event.payment ? apply_payment_news(loaded, books, *event.payment, changes)
                                       : apply_refund_news(loaded, books, *event.refund, changes);
    if (books.payment_changed() || !changes.update_attempts.empty()) collect(books, changes);
    changes.update_webhook = after(*loaded.webhook, applied, now);
    waits = changes.update_webhook->status == WebhookStatus::waiting;
    return changes;
  };
  ports::Reads reads{.root = ports::PaymentRef{payment},
                     .record_key = {},
                     .webhook = ports::WebhookRef{row.gateway, row.event_id},
                     .transaction_numbers = 1};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "a webhook could not be applied",
                      {{"event", row.event_id}, {"reason", committed.error().message}});
  if (committed && waits)
    context.log.write(ports::LogLevel::error, "money moved at the gateway that is not booked yet",
                      {{"event", row.event_id}, {"payment", payment.to_string()}});
  co_return committed.has_value();
}

base::Task<bool> fetch(Context& context, const StoredWebhook& row, const GatewayEvent& event,
                       domain::PaymentId payment) {
  auto asked = event.fetch == GatewayEvent::Fetch::payment
                   ? co_await inquire(context, payment)
                   : co_await inquire_refunds(context, payment);
  if (!asked || *asked == Inquiry::no_answer)
    co_return co_await mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
  if (*asked == Inquiry::no_room)
    co_return co_await mark(context, row, WebhookStatus::waiting,
                            "money moved that there is no room for yet");
  co_return co_await mark(context, row, WebhookStatus::applied, "fetched");
}

// Our payment that the event speaks of: by the gateway's id, then by metadata.
base::Task<std::optional<domain::PaymentId>> find_payment(Context& context,
                                                          const GatewayEvent& event,
                                                          domain::GatewayName gateway) {
  if (event.gateway_payment_id) {
    const auto loaded =
        co_await context.store.load({.root = ports::RemoteRef{gateway, *event.gateway_payment_id},
                                     .record_key = {},
                                     .webhook = {}});
    if (loaded.payment) co_return loaded.payment->id;
  }
  if (!event.our_payment) co_return std::nullopt;
  const auto loaded = co_await context.store.load(
      {.root = ports::PaymentRef{*event.our_payment}, .record_key = {}, .webhook = {}});
  const bool ours = loaded.payment && loaded.payment->gateway == gateway;
  co_return ours ? event.our_payment : std::nullopt;
}

base::Task<bool> apply_one(Context& context, StoredWebhook row) {
  const auto* gateway = context.gateways.find(row.gateway);
  if (gateway == nullptr) co_return false;
  const auto event = gateway->read_event(row.body);
  if (!event) co_return co_await mark(context, row, WebhookStatus::ignored, "unreadable");
  const bool final_fact = event->payment || event->refund;
  if (!final_fact && event->fetch == GatewayEvent::Fetch::nothing)
    co_return co_await mark(context, row, WebhookStatus::ignored,
                            "not a type that changes anything");
  const auto payment = co_await find_payment(context, *event, row.gateway);
  if (!payment) co_return co_await mark(context, row, WebhookStatus::ignored, "nothing of ours");
  co_return final_fact ? co_await apply_final(context, row, *event, *payment)
                       : co_await fetch(context, row, *event, *payment);
}

}  // namespace

base::Task<std::int64_t> apply_webhooks(Context& context) {
  auto rows = co_await context.store.due_webhooks(context.clock.now(), kBatch);
  std::int64_t done = 0;
  for (auto& row : rows) {
    StoredWebhook key;
    key.gateway = row.gateway;
    key.event_id = row.event_id;
    std::string failure;
    try {
      done += co_await apply_one(context, std::move(row)) ? 1 : 0;
    } catch (const std::exception& error) {
      failure = error.what();  // one event must not hold up the others
    }
    if (failure.empty()) continue;
    context.log.write(ports::LogLevel::error, "a webhook could not be applied",
                      {{"event", key.event_id}, {"reason", failure}});
    co_await mark(context, key, WebhookStatus::waiting, "applying it failed");
  }
  co_return done;
}

}  // namespace cobro::app
