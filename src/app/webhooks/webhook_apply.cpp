#include "app/methods/copies.h"
#include "app/payments/payment_query.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/ledger_books.h"
#include "app/subscriptions/subscription_sync.h"
#include "app/webhooks/webhook_rows.h"

namespace cobro::app {

namespace {

using domain::Applied;
using domain::Refusal;
using ports::Changes;
using ports::GatewayEvent;
using ports::Loaded;
using ports::StoredWebhook;
using ports::WebhookStatus;

constexpr base::Duration kUnfoundWaits = std::chrono::hours(24 * 7);
constexpr base::Duration kLongestUnfoundWait = std::chrono::hours(6);

StoredWebhook after(const StoredWebhook& row, Applied applied, base::Timestamp now) {
  switch (applied) {
    case Applied::changed:
      return ended(row, WebhookStatus::applied, "", now);
    case Applied::nothing_new:
      return ended(row, WebhookStatus::applied, "nothing new", now);
    case Applied::conflicted:
      return ended(row, WebhookStatus::applied, "conflicted", now);
    case Applied::beyond_total:
      return waiting(row, "money moved that there is no room for yet", now);
    case Applied::after_end:
      return waiting(row, "money moved on a payment that was cancelled", now);
  }
  return row;
}

// Commits the row's new form, alone. `longest` pause of one that is to wait.
base::Task<void> mark(Context& context, const StoredWebhook& row, WebhookStatus status,
                      std::string note, base::Duration longest = std::chrono::hours(1)) {
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    const bool done = !loaded.webhook || loaded.webhook->applied_at.has_value();
    if (!done)
      changes.update_webhook = status == WebhookStatus::waiting
                                   ? waiting(*loaded.webhook, note, moment.now, longest)
                                   : ended(*loaded.webhook, status, note, moment.now);
    return changes;
  };
  ports::Reads reads{
      .root = {}, .record_key = {}, .webhook = ports::WebhookRef{row.gateway, row.event_id}};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "a webhook's row could not be updated",
                      {{"event", row.event_id}});
}

// Applies a final fact: the payment, and the inbox row, in one transaction.
base::Task<void> apply_final(Context& context, const StoredWebhook& row, const GatewayEvent& event,
                             domain::PaymentId payment) {
  std::optional<StoredWebhook> left;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    left.reset();
    if (!loaded.webhook || loaded.webhook->applied_at) return Changes{};
    left = loaded.webhook;
    auto changes = apply_fact(context, loaded, std::move(moment), event, *left);
    changes.update_webhook = left;
    return changes;
  };
  // Of a subscription's payment: whether it still runs.
  const auto known = co_await context.store.load({.root = ports::PaymentRef{payment}});
  ports::Reads reads{.root = ports::PaymentRef{payment},
                     .record_key = {},
                     .webhook = ports::WebhookRef{row.gateway, row.event_id},
                     .transaction_numbers = numbers_for_snapshots(context)};
  if (event.dispute)
    reads.dispute = ports::DisputeRef{row.gateway, event.dispute->gateway_dispute_id};
  if (known.payment && known.payment->subscription_id)
    reads.subscription = *known.payment->subscription_id;
  auto committed = co_await commit(context, std::move(reads), decide);
  if (committed && left) log_waiting_money(context, *left);
  if (committed) co_return;
  context.log.write(ports::LogLevel::warning, "a webhook could not be applied",
                    {{"event", row.event_id}, {"reason", committed.error().message}});
  co_await mark(context, row, WebhookStatus::waiting, "it could not be written");
}

base::Task<void> fetch(Context& context, const StoredWebhook& row, const GatewayEvent& event,
                       domain::PaymentId payment) {
  auto asked = event.fetch == GatewayEvent::Fetch::payment
                   ? co_await query_payment(context, payment)
                   : co_await query_refunds(context, payment);
  if (!asked || *asked == Query::no_answer)
    co_return co_await mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
  if (*asked == Query::beyond_total)
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

base::Task<void> mark_unfound(Context& context, const StoredWebhook& row,
                              const GatewayEvent& event) {
  const bool may_come =
      may_be_known_later(event) && context.clock.now() < row.received_at + kUnfoundWaits;
  return may_come ? mark(context, row, WebhookStatus::waiting, "its payment is not known yet",
                         kLongestUnfoundWait)
                  : mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
}

// The subscription and its invoice are fetched, and say how things are.
base::Task<void> follow_subscription(Context& context, const StoredWebhook& row,
                                     const GatewayEvent& event) {
  switch (co_await apply_subscription_event(context, row, event)) {
    case Synced::snapshot:
    case Synced::nothing_new:
      co_return;
    case Synced::not_found:
      co_return co_await mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
    case Synced::no_answer:
      co_return co_await mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
  }
}

ports::WebhookRequest request_of(const StoredWebhook& row) {
  return {row.method, row.path, row.query, row.headers, row.body};
}

// What the gateway shows of the customer or method now is followed, not what the event said.
base::Task<void> follow_copy(Context& context, const StoredWebhook& row,
                             const GatewayEvent& event) {
  const auto named = customer_named_by(event, row.gateway);
  const auto loaded = co_await context.store.load({.customer = named});
  if (!loaded.customer)
    co_return co_await mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
  bool looked = true;
  if (event.deleted_customer) looked = co_await check_customer(context, loaded.customer->id);
  for (const auto& method : loaded.methods)
    if (event.method && method.gateway_payment_method_id == event.method->gateway_payment_method_id)
      looked = co_await check_method(context, method.id) && looked;
  if (looked) co_return co_await mark(context, row, WebhookStatus::applied, "fetched");
  co_await mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
}

base::Task<void> apply_one(Context& context, StoredWebhook row) {
  const auto* gateway = context.gateways.find(row.gateway);
  if (gateway == nullptr)
    co_return co_await mark(context, row, WebhookStatus::waiting, "its gateway is not configured");
  const auto event = gateway->read_event(request_of(row));
  if (!event) co_return co_await mark(context, row, WebhookStatus::ignored, "unreadable");
  if (concerns_nobody(*event))
    co_return co_await mark(context, row, WebhookStatus::ignored, why_nobody(*event));
  if (is_about_copy(*event)) co_return co_await follow_copy(context, row, *event);
  if (is_about_subscription(*event)) co_return co_await follow_subscription(context, row, *event);
  const auto payment = co_await find_payment(context, *event, row.gateway);
  if (!payment) co_return co_await mark_unfound(context, row, *event);
  if (is_final_fact(*event)) co_return co_await apply_final(context, row, *event, *payment);
  co_await fetch(context, row, *event, *payment);
}

}  // namespace

bool is_final_fact(const GatewayEvent& event) {
  return event.payment || event.refund || event.dispute;
}

bool is_about_copy(const GatewayEvent& event) {
  return event.deleted_customer || event.method;
}

ports::Reads::Customer customer_named_by(const GatewayEvent& event, domain::GatewayName gateway) {
  if (event.deleted_customer) return ports::RemoteCustomerRef{gateway, *event.deleted_customer};
  return ports::RemoteMethodRef{gateway, event.method->gateway_payment_method_id};
}

bool is_about_subscription(const GatewayEvent& event) {
  return event.fetch == GatewayEvent::Fetch::subscription ||
         event.fetch == GatewayEvent::Fetch::invoice;
}

bool may_be_known_later(const GatewayEvent& event) {
  const bool of_refunds = event.refund || event.fetch == GatewayEvent::Fetch::refunds;
  return event.dispute || (of_refunds && !event.our_payment);
}

bool concerns_nobody(const GatewayEvent& event) {
  return event.other_mode || (!is_final_fact(event) && !is_about_copy(event) &&
                              event.fetch == GatewayEvent::Fetch::nothing);
}

const char* why_nobody(const GatewayEvent& event) {
  return event.other_mode ? kOtherMode : kOfNoInterest;
}

Changes apply_fact(const Context& context, const Loaded& loaded, domain::Moment moment,
                   const GatewayEvent& event, StoredWebhook& row) {
  Changes changes;
  const auto now = moment.now;
  auto books = open_books(loaded, std::move(moment));
  const auto applied = event.payment
                           ? apply_gateway_payment(context, loaded, books, *event.payment, changes)
                       : event.refund ? apply_gateway_refund(loaded, books, *event.refund, changes)
                                      : domain::apply(books, *event.dispute, loaded.dispute);
  if (books.payment_changed() || !changes.update_calls.empty()) collect(books, changes);
  row = after(row, applied, now);
  return changes;
}

void log_waiting_money(Context& context, const StoredWebhook& row) {
  if (row.status != WebhookStatus::waiting) return;
  context.log.write(ports::LogLevel::error, "money moved at the gateway that is not booked yet",
                    {{"event", row.event_id}, {"type", row.type}});
}

base::Task<void> apply_webhook(Context& context, StoredWebhook row) {
  StoredWebhook key;
  key.gateway = row.gateway;
  key.event_id = row.event_id;
  std::string failure;
  try {
    co_return co_await apply_one(context, std::move(row));
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::error, "a webhook could not be applied",
                    {{"event", key.event_id}, {"reason", failure}});
  co_await mark(context, key, WebhookStatus::waiting, "applying it failed");
}

base::Task<std::vector<StoredWebhook>> claim_webhooks(Context& context, std::int64_t limit) {
  const auto now = context.clock.now();
  return context.store.claim_webhooks(now, now + kWebhookLease, limit);
}

}  // namespace cobro::app
