#include "app/sweep/listed_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/payments/payment_news.h"
#include "app/payments/payment_query.h"
#include "app/pipeline/ledger_books.h"
#include "app/pipeline/pipeline.h"
#include "app/subscriptions/subscription_sync.h"
#include "app/webhooks/webhooks.h"
#include "domain/subscription_books.h"

namespace cobro::app {

namespace {

using domain::GatewayName;
using domain::PaymentState;
using domain::Refusal;
using domain::RemoteState;
using ports::Changes;
using ports::Loaded;

// An object there that no row here explains.
struct Stranger {
  GatewayName gateway;
  std::string id;
  std::string what;  // "payment"
  std::optional<domain::Money> amount = {};
};

base::Task<bool> ask_a_person(Context& context, Stranger stranger) {
  const DecideChanges decide = [&](const Loaded&,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    domain::Reconciliation row{
        .id = moment.ids.next<domain::ReconciliationId>(),
        .kind = domain::ReconciliationKind::unknown_object,
        .gateway = stranger.gateway,
        .gateway_object_id = stranger.id,
        .amount = stranger.amount,
        .detail = fmt::format("the gateway has a {} that was made by us and is not in our books",
                              stranger.what),
        .created_at = moment.now};
    Changes changes;
    changes.insert_reconciliations.push_back(std::move(row));
    return changes;
  };
  auto committed = co_await commit(context, {}, decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "an unknown object could not be noted",
                      {{"object", stranger.id}});
  co_return true;
}

// Our payment that an object is of: by the gateway's id, then by metadata.
base::Task<Loaded> find(Context& context, GatewayName gateway,
                        const std::optional<std::string>& gateway_payment_id,
                        std::optional<domain::PaymentId> ours,
                        std::optional<ports::DisputeRef> dispute = {}) {
  ports::Reads reads{.dispute = std::move(dispute)};
  if (gateway_payment_id) {
    reads.root = ports::RemoteRef{gateway, *gateway_payment_id};
    auto loaded = co_await context.store.load(reads);
    if (loaded.payment || !ours) co_return loaded;
  }
  if (!ours) co_return Loaded{};
  reads.root = ports::PaymentRef{*ours};
  auto loaded = co_await context.store.load(reads);
  if (loaded.payment && loaded.payment->gateway != gateway) co_return Loaded{};
  co_return loaded;
}

bool money_moved(RemoteState state) {
  return state == RemoteState::succeeded || state == RemoteState::authorized ||
         state == RemoteState::processing;
}

// A person was asked about the payment's objects before: what they said counts.
base::Task<bool> was_in_conflict(Context& context, domain::PaymentId payment) {
  const auto rows = co_await context.store.list_reconciliations({.payment_id = payment}, {});
  co_return std::ranges::any_of(rows.items, [](const domain::Reconciliation& row) {
    return row.kind == domain::ReconciliationKind::conflict;
  });
}

// Money moved by a second object of one payment: that is a conflict, as in its event.
base::Task<bool> note_second(Context& context, const domain::Payment& row,
                             domain::PaymentNews news) {
  if (row.conflicted || !money_moved(news.state) || co_await was_in_conflict(context, row.id))
    co_return false;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    auto books = open_books(loaded, std::move(moment));
    apply_payment_news(context, loaded, books, news, changes);
    if (books.payment_changed()) collect(books, changes);
    return changes;
  };
  ports::Reads reads{.root = ports::PaymentRef{row.id},
                     .transaction_numbers = numbers_for_news(context)};
  if (row.subscription_id) reads.subscription = *row.subscription_id;
  (void)co_await commit(context, std::move(reads), decide);
  co_return true;
}

bool agrees(const domain::Payment& row, const domain::PaymentNews& news) {
  if (row.conflicted) return true;  // a person looks at it
  if (row.pending_operation || (news.gateway_payment_id && !row.gateway_payment_id)) return false;
  switch (news.state) {
    case RemoteState::unconfirmed:
      return row.state == PaymentState::pending;
    case RemoteState::requires_action:
      return row.state == PaymentState::requires_action;
    case RemoteState::approved:
      return false;
    case RemoteState::processing:
      return row.state == PaymentState::processing;
    case RemoteState::authorized:
      return row.state == PaymentState::authorized;
    case RemoteState::succeeded:
      return news.captured == (row.overpayment ? row.overpayment->amount : row.captured);
    case RemoteState::declined:
      return row.state == PaymentState::failed;
    case RemoteState::cancelled:
      return row.state == PaymentState::cancelled;
    case RemoteState::unrecognized:
      break;
  }
  return true;
}

bool agrees(const std::optional<domain::Dispute>& row, const domain::DisputeNews& news) {
  return row && (!news.status || (row->stage == news.stage && row->status == *news.status)) &&
         row->movements >= news.movements;
}

}  // namespace

base::Task<bool> see(Context& context, GatewayName gateway, domain::PaymentNews news) {
  if (!news.gateway_payment_id) co_return false;
  const auto loaded = co_await find(context, gateway, news.gateway_payment_id, news.our_payment);
  const auto& row = loaded.payment;
  if (!row && !news.our_payment) co_return false;
  if (!row)
    co_return co_await ask_a_person(context,
                                    {gateway, *news.gateway_payment_id, "payment", news.amount});
  if (row->gateway_payment_id && row->gateway_payment_id != news.gateway_payment_id)
    co_return co_await note_second(context, *row, std::move(news));
  if (agrees(*row, news)) co_return false;
  (void)co_await query_payment(context, row->id);
  co_return true;
}

base::Task<bool> see(Context& context, GatewayName gateway, domain::RefundNews news) {
  const auto loaded = co_await find(context, gateway, news.gateway_payment_id, news.our_payment);
  if (!loaded.payment && !news.our_payment) co_return false;
  if (!loaded.payment)
    co_return co_await ask_a_person(context,
                                    {gateway, news.gateway_refund_id, "refund", news.amount});
  const bool known = std::ranges::any_of(loaded.refunds, [&](const domain::Refund& refund) {
    return refund.gateway_refund_id == news.gateway_refund_id &&
           (!news.status || refund.status == *news.status);
  });
  if (known) co_return false;
  (void)co_await query_refunds(context, loaded.payment->id);
  co_return true;
}

base::Task<bool> see(Context& context, GatewayName gateway, domain::DisputeNews news) {
  const auto loaded = co_await find(context, gateway, news.gateway_payment_id, {},
                                    ports::DisputeRef{gateway, news.gateway_dispute_id});
  if (!loaded.payment || agrees(loaded.dispute, news)) co_return false;
  (void)co_await query_disputes(context, loaded.payment->id);
  co_return true;
}

base::Task<bool> see(Context& context, GatewayName gateway, domain::SubscriptionNews news) {
  auto loaded = co_await context.store.load(
      {.subscription = ports::RemoteSubscriptionRef{gateway, news.gateway_subscription_id}});
  if (!loaded.subscription && news.our_subscription)
    loaded = co_await context.store.load({.subscription = *news.our_subscription});
  const auto& row = loaded.subscription;
  if (!row && !news.our_subscription) co_return false;
  const auto& known = row ? row->gateway_subscription_id : std::nullopt;
  if (!row || row->gateway != gateway || (known && *known != news.gateway_subscription_id))
    co_return co_await ask_a_person(context,
                                    {gateway, news.gateway_subscription_id, "subscription"});
  // What its books would make of the news, without writing it.
  const auto plans = co_await context.store.plans();
  const auto now = context.clock.now();
  domain::SubscriptionBooks books({now, domain::IdSource(now, {}), {}}, *row, plans);
  if (!books.apply(news, {}) && loaded.open_calls.empty()) co_return false;
  (void)co_await sync_subscription(context, row->id, {}, news.gateway_subscription_id);
  co_return true;
}

base::Task<bool> see(Context& context, GatewayName gateway, ports::ListedEvent event) {
  return take_listed_event(context, gateway, std::move(event.event), std::move(event.request));
}

}  // namespace cobro::app
