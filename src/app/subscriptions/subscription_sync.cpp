#include "app/subscriptions/subscription_sync.h"

#include "app/pipeline/inbox_row.h"
#include "app/subscriptions/subscription_facts.h"
#include "app/subscriptions/subscriptions.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using ports::Changes;
using ports::Loaded;

constexpr int kMaxFetches = 5;

// Why the gateway is asked.
struct Cause {
  std::optional<std::string> invoice = {};     // else the latest
  std::optional<std::string> gateway_id = {};  // where our row does not know it yet
  std::optional<ports::WebhookRef> event = {};
  bool trial_ends = false;
};

struct Written {
  bool moved = false;
  bool changed = false;
};

// Applies the facts, unless the row moved since they were asked for.
base::Task<base::Result<Written, Refusal>> write(Context& context, const domain::Subscription& seen,
                                                 const SubscriptionFacts& facts,
                                                 const std::vector<domain::Plan>& plans,
                                                 const Cause& cause) {
  Written written;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    written = {};
    Changes changes;
    if (loaded.webhook && loaded.webhook->applied_at) return changes;
    if (loaded.subscription->version != seen.version) {
      written.moved = true;
      return changes;
    }
    domain::SubscriptionBooks books(moment, *loaded.subscription, plans);
    if (cause.trial_ends) books.warn_of_trial_end();
    written.changed = apply_facts(context, loaded, moment, books, facts, std::nullopt, changes);
    collect(books, changes);
    if (loaded.webhook)
      changes.update(ended(*loaded.webhook, ports::WebhookStatus::applied,
                           written.changed ? "" : "nothing new", moment.now));
    return changes;
  };
  ports::Reads reads{.subscription = seen.id, .webhook = cause.event};
  read_for_facts(context, seen.gateway, facts, reads);
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return written;
}

base::Task<std::optional<domain::Subscription>> find(Context& context, domain::SubscriptionId id) {
  co_return (co_await context.store.load({.subscription = id})).subscription;
}

base::Task<std::optional<SubscriptionFacts>> fetch(Context& context,
                                                   const domain::Subscription& row,
                                                   const Cause& cause) {
  const auto named = row.gateway_subscription_id ? row.gateway_subscription_id : cause.gateway_id;
  if (named) co_return co_await fetch_facts(context, row.gateway, *named, cause.invoice);
  if (!row.gateway_checkout_id) co_return std::nullopt;
  co_return co_await fetch_page_facts(context, row.gateway, *row.gateway_checkout_id);
}

base::Task<Synced> sync(Context& context, domain::SubscriptionId id, Cause cause) {
  const auto plans = co_await context.store.plans();
  for (int i = 0; i < kMaxFetches; ++i) {
    auto row = co_await find(context, id);
    if (!row) co_return Synced::not_found;
    const auto facts = co_await fetch(context, *row, cause);
    if (!facts) co_return Synced::no_answer;
    // Of an id that our row does not have, it would say nothing about our row.
    if (facts->gone && !row->gateway_subscription_id) co_return Synced::no_answer;
    // Metadata can be copied; an object that says it is of another row is not this one's.
    const auto& found = facts->subscription;
    if (found && found->our_subscription && found->our_subscription != id)
      co_return Synced::not_found;
    const auto written = co_await write(context, *row, *facts, plans, cause);
    if (!written) co_return Synced::no_answer;
    if (!written->moved) co_return written->changed ? Synced::snapshot : Synced::nothing_new;
  }
  co_return Synced::no_answer;
}

// Of the subscription that an event of the inbox names.
base::Task<Synced> sync_named(Context& context, const ports::StoredWebhook& stored,
                              const ports::NamedSubscription& named,
                              std::optional<std::string> invoice, bool trial_ends) {
  const auto loaded = co_await context.store.load({.subscription = ref_of(stored.gateway, named)});
  const auto& row = loaded.subscription;
  if (!row || row->gateway != stored.gateway) co_return Synced::not_found;
  const auto& known = row->gateway_subscription_id;
  if (known && named.gateway_subscription_id && *known != *named.gateway_subscription_id)
    co_return Synced::not_found;
  co_return co_await sync(context, row->id,
                          {.invoice = std::move(invoice),
                           .gateway_id = named.gateway_subscription_id,
                           .event = ports::WebhookRef{stored.gateway, stored.event_id},
                           .trial_ends = trial_ends});
}

}  // namespace

base::Task<Synced> sync_subscription(Context& context, domain::SubscriptionId id,
                                     std::optional<std::string> invoice,
                                     std::optional<std::string> gateway_subscription_id) {
  return sync(context, id,
              {.invoice = std::move(invoice), .gateway_id = std::move(gateway_subscription_id)});
}

ports::Reads::Subscription ref_of(domain::GatewayName gateway,
                                  const ports::NamedSubscription& named) {
  if (named.our_subscription) return *named.our_subscription;
  if (!named.gateway_subscription_id) return {};
  return ports::RemoteSubscriptionRef{gateway, *named.gateway_subscription_id};
}

base::Task<Synced> apply_subscription_event(Context& context, const ports::StoredWebhook& stored,
                                            const ports::SubscriptionChanged& changed) {
  return sync_named(context, stored, changed.subscription, {}, changed.trial_ends_soon);
}

base::Task<Synced> apply_subscription_event(Context& context, const ports::StoredWebhook& stored,
                                            const ports::InvoiceChanged& changed) {
  return sync_named(context, stored, changed.subscription, changed.gateway_invoice_id, false);
}

base::Task<void> end_incomplete(Context& context, domain::SubscriptionId id) {
  co_await sync_subscription(context, id);
  const auto row = co_await find(context, id);
  if (!row || row->status != domain::SubscriptionStatus::incomplete) co_return;
  Call call{.caller = {.sub = "checkout", .roles = Role::service, .tenant_id = row->tenant_id},
            .render_refusal = [](const Refusal&) { return StoredReply{}; }};
  const RenderSubscription unworded = [](const domain::Subscription&) { return StoredReply{}; };
  auto ended = co_await end_subscription(
      context, std::move(call), {.subscription = id, .immediate = true, .only_unpaid = true},
      unworded);
  if (!ended)
    context.log.write(ports::LogLevel::warning, "an unpaid subscription could not be ended",
                      {{"subscription", id.to_string()}, {"reason", ended.error().message}});
}

}  // namespace cobro::app
