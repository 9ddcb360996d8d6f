#include "app/methods/copies.h"
#include "app/payments/payment_query.h"
#include "app/payments/payment_snapshot.h"
#include "app/subscriptions/subscription_sync.h"
#include "app/webhooks/charge_query.h"
#include "app/webhooks/event_account.h"
#include "app/webhooks/webhook_rows.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using ports::Changes;
using ports::Loaded;
using ports::StoredWebhook;
using ports::WebhookStatus;

constexpr base::Duration kUnfoundWaits = std::chrono::hours(24 * 7);
constexpr base::Duration kLongestUnfoundWait = std::chrono::hours(6);

// Commits the row's new form, alone. `longest` pause of one that is to wait.
base::Task<void> mark(Context& context, const StoredWebhook& row, WebhookStatus status,
                      std::string note, base::Duration longest = std::chrono::hours(1)) {
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    const bool done = !loaded.webhook || loaded.webhook->applied_at.has_value();
    if (!done)
      changes.update(status == WebhookStatus::waiting
                         ? waiting(*loaded.webhook, note, moment.now, longest)
                         : ended(*loaded.webhook, status, note, moment.now));
    return changes;
  };
  ports::Reads reads{.webhook = ports::WebhookRef{row.gateway, row.event_id}};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "a webhook's row could not be updated",
                      {{"event", row.event_id}});
}

// What a fact's decision reads beside its payment and its row.
void add_reads(const ports::PaymentEnded&, domain::GatewayName, ports::Reads&) {}
void add_reads(const ports::RefundEnded&, domain::GatewayName, ports::Reads& reads) {
  reads.parts = {.refunds = true, .transactions = true};
}
void add_reads(const ports::DisputeMoved& fact, domain::GatewayName gateway, ports::Reads& reads) {
  reads.dispute = ports::DisputeRef{gateway, fact.dispute.gateway_dispute_id};
  reads.parts = {.transactions = true, .disputes = true};
}

// Applies a fact: the payment, and the inbox row, in one transaction. False when what it says does
// not fit yet.
template <class Fact>
base::Task<bool> apply_to(Context& context, const StoredWebhook& row, const Fact& fact,
                          domain::PaymentId payment) {
  std::optional<StoredWebhook> left;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    left.reset();
    if (!loaded.webhook || loaded.webhook->applied_at) return Changes{};
    left = loaded.webhook;
    auto changes = apply_fact(context, loaded, std::move(moment), fact, *left);
    changes.update(*left);
    return changes;
  };
  // Of a subscription's payment: whether it still runs.
  const auto known = co_await context.store.load({.root = ports::PaymentRef{payment}, .parts = {}});
  ports::Reads reads{.root = ports::PaymentRef{payment},
                     .parts = {},
                     .webhook = ports::WebhookRef{row.gateway, row.event_id},
                     .transaction_numbers = numbers_for_snapshots(context)};
  add_reads(fact, row.gateway, reads);
  if (known.payment && known.payment->subscription_id)
    reads.subscription = *known.payment->subscription_id;
  auto committed = co_await commit(context, std::move(reads), decide);
  if (committed && left) log_waiting_money(context, *left);
  if (committed) co_return !left || left->status != WebhookStatus::waiting;
  context.log.write(ports::LogLevel::warning, "a webhook could not be applied",
                    {{"event", row.event_id}, {"reason", committed.error().message}});
  co_await mark(context, row, WebhookStatus::waiting, "it could not be written");
  co_return true;
}

using Ask = base::Task<base::Result<Query, Refusal>> (*)(Context&, domain::PaymentId);

base::Task<void> note_answer(Context& context, const StoredWebhook& row,
                             const base::Result<Query, Refusal>& asked) {
  if (!asked || *asked == Query::no_answer)
    return mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
  if (*asked == Query::beyond_total)
    return mark(context, row, WebhookStatus::waiting, "money moved that does not fit yet");
  return mark(context, row, WebhookStatus::applied, "fetched");
}

// Our payment that the event names: by the gateway's id, then by metadata.
base::Task<std::optional<domain::PaymentId>> find_payment(Context& context,
                                                          domain::GatewayName gateway,
                                                          const ports::NamedPayment& named) {
  if (named.gateway_payment_id) {
    const auto loaded = co_await context.store.load(
        {.root = ports::RemoteRef{gateway, *named.gateway_payment_id}, .parts = {}});
    if (loaded.payment) co_return loaded.payment->id;
  }
  if (!named.our_payment) co_return std::nullopt;
  const auto loaded =
      co_await context.store.load({.root = ports::PaymentRef{*named.our_payment}, .parts = {}});
  const bool ours = loaded.payment && loaded.payment->gateway == gateway;
  co_return ours ? named.our_payment : std::nullopt;
}

// A payment that is named only by the gateway's id is not known until our own call's answer, or the
// invoice's event, tells that id: disputes, and refunds of what the gateway charged by itself,
// may come before that.
base::Task<void> mark_unfound(Context& context, const StoredWebhook& row, bool may_be_known_later) {
  const bool may_come = may_be_known_later && context.clock.now() < row.received_at + kUnfoundWaits;
  return may_come ? mark(context, row, WebhookStatus::waiting, "its payment is not known yet",
                         kLongestUnfoundWait)
                  : mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
}

template <class Fact>
base::Task<void> follow_fact(Context& context, const StoredWebhook& row, const Fact& fact) {
  const auto payment = co_await find_payment(context, row.gateway, payment_of(fact));
  if (!payment) co_return co_await mark_unfound(context, row, false);
  co_await apply_to(context, row, fact, *payment);
}

// A refund that does not fit as the event tells it may be another one as it is there.
base::Task<void> follow_refund(Context& context, const StoredWebhook& row,
                               const ports::RefundEnded& fact) {
  const auto payment = co_await find_payment(context, row.gateway, payment_of(fact));
  if (!payment) co_return co_await mark_unfound(context, row, !fact.refund.our_payment);
  if (co_await apply_to(context, row, fact, *payment)) co_return;
  const auto asked = co_await query_refunds(context, *payment);
  co_await note_answer(context, row, asked);
}

// A dispute that waited for its payment may be behind what was told meanwhile and heard by nobody:
// unless this is its last word, the gateway is asked as well.
base::Task<void> follow_dispute(Context& context, const StoredWebhook& row,
                                const ports::DisputeMoved& fact) {
  const auto payment = co_await find_payment(context, row.gateway, payment_of(fact));
  if (!payment) co_return co_await mark_unfound(context, row, true);
  if (!is_over(fact)) {
    const auto asked = co_await query_disputes(context, *payment);
    if (!asked || *asked == Query::no_answer) co_return co_await note_answer(context, row, asked);
  }
  co_await apply_to(context, row, fact, *payment);
}

// The subscription and its invoice are fetched, and say how things are.
template <class Changed>
base::Task<void> follow_subscription(Context& context, const StoredWebhook& row,
                                     const Changed& changed) {
  switch (co_await apply_subscription_event(context, row, changed)) {
    case Synced::snapshot:
    case Synced::nothing_new:
      co_return;
    case Synced::not_found:
      co_return co_await mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
    case Synced::no_answer:
      co_return co_await mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
  }
}

// What an event only names is asked for.
base::Task<void> follow_payment(Context& context, const StoredWebhook& row,
                                const ports::NamedPayment& named, Ask ask,
                                bool may_be_known_later) {
  const auto payment = co_await find_payment(context, row.gateway, named);
  if (!payment) co_return co_await mark_unfound(context, row, may_be_known_later);
  const auto asked = co_await ask(context, *payment);
  co_await note_answer(context, row, asked);
}

// The same, of what may be named by a charge alone. What is made by us carries our metadata, and is
// known here or nowhere.
base::Task<void> follow_charge(Context& context, const StoredWebhook& row,
                               const ports::NamedPayment& named, Ask ask) {
  const auto payment = co_await name_by_charge(context, row.gateway, named);
  if (!payment)
    co_return co_await mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
  const bool may_be_known_later = payment->gateway_payment_id && !payment->our_payment;
  co_await follow_payment(context, row, *payment, ask, may_be_known_later);
}

// The payment first: its disputes are listed by its object's id, which may not be known yet.
base::Task<base::Result<Query, Refusal>> query_with_disputes(Context& context,
                                                             domain::PaymentId payment) {
  auto asked = co_await query_payment(context, payment);
  if (!asked || *asked == Query::no_answer || *asked == Query::beyond_total) co_return asked;
  co_return co_await query_disputes(context, payment);
}

ports::WebhookRequest request_of(const StoredWebhook& row) {
  return {row.method, row.path, row.query, row.headers, row.body};
}

base::Task<void> mark_looked(Context& context, const StoredWebhook& row, bool looked) {
  return looked ? mark(context, row, WebhookStatus::applied, "fetched")
                : mark(context, row, WebhookStatus::waiting, "the gateway gave no answer");
}

// Applies a stored event by what it says. Each is called once, and lives as long as its task.
struct Follow {
  Context& context;
  const StoredWebhook& row;

  base::Task<void> operator()(const ports::OfNoInterest&) const {
    return mark(context, row, WebhookStatus::ignored, kOfNoInterest);
  }
  base::Task<void> operator()(const ports::PaymentEnded& fact) const {
    return follow_fact(context, row, fact);
  }
  base::Task<void> operator()(const ports::RefundEnded& fact) const {
    return follow_refund(context, row, fact);
  }
  base::Task<void> operator()(const ports::DisputeMoved& fact) const {
    return follow_dispute(context, row, fact);
  }
  base::Task<void> operator()(const ports::PaymentChanged& changed) const {
    return follow_payment(context, row, changed.payment, &query_payment, false);
  }
  base::Task<void> operator()(const ports::RefundsChanged& changed) const {
    return follow_charge(context, row, changed.payment, &query_refunds);
  }
  base::Task<void> operator()(const ports::DisputesChanged& changed) const {
    return follow_charge(context, row, changed.payment, &query_with_disputes);
  }
  base::Task<void> operator()(const ports::SubscriptionChanged& changed) const {
    return follow_subscription(context, row, changed);
  }
  base::Task<void> operator()(const ports::InvoiceChanged& changed) const {
    return follow_subscription(context, row, changed);
  }
  // What the gateway shows of a customer or a method now is followed, not what the event said.
  base::Task<void> operator()(const ports::CustomerDeleted& deleted) const {
    const auto loaded = co_await context.store.load(
        {.customer = ports::RemoteCustomerRef{row.gateway, deleted.gateway_customer_id}});
    if (!loaded.customer)
      co_return co_await mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
    const bool looked = co_await check_customer(context, loaded.customer->id);
    co_await mark_looked(context, row, looked);
  }
  base::Task<void> operator()(const ports::MethodChanged& changed) const {
    const auto& named = changed.gateway_payment_method_id;
    const auto loaded =
        co_await context.store.load({.customer = ports::RemoteMethodRef{row.gateway, named}});
    if (!loaded.customer)
      co_return co_await mark(context, row, WebhookStatus::ignored, kNothingOfOurs);
    bool looked = true;
    for (const auto& method : loaded.methods)
      if (method.gateway_payment_method_id == named)
        looked = co_await check_method(context, method.id) && looked;
    co_await mark_looked(context, row, looked);
  }
};

// An event that names an account, while ours is not known: no key of ours may be one that tells.
base::Task<void> mark_unknown_account(Context& context, const StoredWebhook& row) {
  return context.clock.now() < row.received_at + kUnfoundWaits
             ? mark(context, row, WebhookStatus::waiting, "the gateway's account is not known yet",
                    kLongestUnfoundWait)
             : mark(context, row, WebhookStatus::ignored, "the gateway's account is not known");
}

base::Task<void> mark_other_account(Context& context, const StoredWebhook& row) {
  log_other_account(context, row);
  return mark(context, row, WebhookStatus::ignored, kOtherAccount);
}

base::Task<void> follow_event(Context& context, const StoredWebhook& row,
                              const ports::GatewayEvent& event) {
  switch (co_await whose_event(context, row.gateway, event)) {
    case Whose::ours:
      break;
    case Whose::of_another:
      co_return co_await mark_other_account(context, row);
    case Whose::unknown:
      co_return co_await mark_unknown_account(context, row);
  }
  const Follow follow{context, row};
  co_await std::visit(follow, event.says);
}

base::Task<void> apply_one(Context& context, StoredWebhook row) {
  const auto* gateway = context.gateways.find(row.gateway);
  if (gateway == nullptr)
    co_return co_await mark(context, row, WebhookStatus::waiting, "its gateway is not configured");
  const auto event = gateway->read_event(request_of(row));
  if (!event) co_return co_await mark(context, row, WebhookStatus::ignored, "unreadable");
  if (event->other_mode) co_return co_await mark(context, row, WebhookStatus::ignored, kOtherMode);
  co_await follow_event(context, row, *event);
}

}  // namespace

base::Task<void> apply_webhook(Context& context, StoredWebhook row) {
  const StoredWebhook key{.gateway = row.gateway, .event_id = row.event_id};
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
