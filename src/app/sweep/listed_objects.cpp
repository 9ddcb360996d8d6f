#include "app/sweep/listed_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/payments/payment_query.h"
#include "app/payments/payment_snapshot.h"
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

base::Task<Seen> ask_a_person(Context& context, Stranger stranger) {
  const DecideChanges decide = [&](const Loaded&,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    domain::Review row{
        .id = moment.ids.next<domain::ReviewId>(),
        .kind = domain::ReviewKind::unknown_object,
        .gateway = stranger.gateway,
        .gateway_object_id = stranger.id,
        .amount = stranger.amount,
        .detail = fmt::format("the gateway has a {} that was made by us and is not in our books",
                              stranger.what),
        .created_at = moment.now};
    Changes changes;
    changes.insert(std::move(row));
    return changes;
  };
  auto committed = co_await commit(context, {}, decide);
  if (!committed)
    context.log.write(ports::LogLevel::warning, "an unknown object could not be noted",
                      {{"object", stranger.id}});
  co_return committed ? Seen::handled : Seen::missed;
}

// A payment that is gone meanwhile has nothing more to learn. What does not fit yet has been said.
Seen seen_by(const base::Result<Query, Refusal>& asked) {
  if (asked) return *asked == Query::no_answer ? Seen::missed : Seen::handled;
  return asked.error().code == domain::RefusalCode::not_found ? Seen::handled : Seen::missed;
}

// Our payment that an object is of: by the gateway's id, then by metadata.
base::Task<Loaded> find(Context& context, GatewayName gateway,
                        const std::optional<std::string>& gateway_payment_id,
                        std::optional<domain::PaymentId> ours, ports::Parts parts = {},
                        std::optional<ports::DisputeRef> dispute = {}) {
  ports::Reads reads{.parts = parts, .dispute = std::move(dispute)};
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
  const auto rows = co_await context.store.list_reviews({.payment_id = payment}, {});
  co_return std::ranges::any_of(rows.items, [](const domain::Review& row) {
    return row.kind == domain::ReviewKind::conflict;
  });
}

// Money moved by a second object of one payment: that is a conflict, as in its event.
base::Task<Seen> note_second(Context& context, const domain::Payment& row,
                             domain::GatewayPayment snapshot) {
  if (row.conflicted || !money_moved(snapshot.state) || co_await was_in_conflict(context, row.id))
    co_return Seen::known;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    auto books = open_books(loaded, std::move(moment));
    apply_gateway_payment(context, loaded, books, snapshot, changes);
    if (books.payment_changed()) collect(books, changes);
    return changes;
  };
  ports::Reads reads{.root = ports::PaymentRef{row.id},
                     .parts = {},
                     .transaction_numbers = numbers_for_snapshots(context)};
  if (row.subscription_id) reads.subscription = *row.subscription_id;
  const auto committed = co_await commit(context, std::move(reads), decide);
  co_return committed ? Seen::handled : Seen::missed;
}

bool agrees(const domain::Payment& row, const domain::GatewayPayment& snapshot) {
  if (row.conflicted) return true;  // a person looks at it
  if (row.pending_operation || (snapshot.gateway_payment_id && !row.gateway_payment_id))
    return false;
  switch (snapshot.state) {
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
      return snapshot.captured == (row.overpayment ? row.overpayment->amount : row.captured);
    case RemoteState::declined:
      return row.state == PaymentState::failed;
    case RemoteState::cancelled:
      return row.state == PaymentState::cancelled;
    case RemoteState::unrecognized:
      break;
  }
  return true;
}

bool agrees(const std::optional<domain::Dispute>& row, const domain::GatewayDispute& snapshot) {
  return row &&
         (!snapshot.status || (row->stage == snapshot.stage && row->status == *snapshot.status)) &&
         row->movements >= snapshot.movements;
}

}  // namespace

base::Task<Seen> see(Context& context, GatewayName gateway, domain::GatewayPayment snapshot) {
  if (!snapshot.gateway_payment_id) co_return Seen::known;
  const auto loaded =
      co_await find(context, gateway, snapshot.gateway_payment_id, snapshot.our_payment);
  const auto& row = loaded.payment;
  if (!row && !snapshot.our_payment) co_return Seen::known;
  if (!row)
    co_return co_await ask_a_person(
        context, {gateway, *snapshot.gateway_payment_id, "payment", snapshot.amount});
  if (row->gateway_payment_id && row->gateway_payment_id != snapshot.gateway_payment_id)
    co_return co_await note_second(context, *row, std::move(snapshot));
  if (agrees(*row, snapshot)) co_return Seen::known;
  co_return seen_by(co_await query_payment(context, row->id));
}

base::Task<Seen> see(Context& context, GatewayName gateway, domain::GatewayRefund snapshot) {
  const auto loaded = co_await find(context, gateway, snapshot.gateway_payment_id,
                                    snapshot.our_payment, {.refunds = true});
  if (!loaded.payment && !snapshot.our_payment) co_return Seen::known;
  if (!loaded.payment)
    co_return co_await ask_a_person(
        context, {gateway, snapshot.gateway_refund_id, "refund", snapshot.amount});
  const bool known = std::ranges::any_of(loaded.refunds, [&](const domain::Refund& refund) {
    return refund.gateway_refund_id == snapshot.gateway_refund_id &&
           (!snapshot.status || refund.status == *snapshot.status);
  });
  if (known) co_return Seen::known;
  co_return seen_by(co_await query_refunds(context, loaded.payment->id));
}

base::Task<Seen> see(Context& context, GatewayName gateway, domain::GatewayDispute snapshot) {
  const auto loaded = co_await find(context, gateway, snapshot.gateway_payment_id, {}, {},
                                    ports::DisputeRef{gateway, snapshot.gateway_dispute_id});
  if (!loaded.payment || agrees(loaded.dispute, snapshot)) co_return Seen::known;
  co_return seen_by(co_await query_disputes(context, loaded.payment->id));
}

base::Task<Seen> see(Context& context, GatewayName gateway, domain::GatewaySubscription snapshot) {
  auto loaded = co_await context.store.load(
      {.subscription = ports::RemoteSubscriptionRef{gateway, snapshot.gateway_subscription_id}});
  if (!loaded.subscription && snapshot.our_subscription)
    loaded = co_await context.store.load({.subscription = *snapshot.our_subscription});
  const auto& row = loaded.subscription;
  if (!row && !snapshot.our_subscription) co_return Seen::known;
  const auto& known = row ? row->gateway_subscription_id : std::nullopt;
  if (!row || row->gateway != gateway || (known && *known != snapshot.gateway_subscription_id))
    co_return co_await ask_a_person(context,
                                    {gateway, snapshot.gateway_subscription_id, "subscription"});
  // What its books would make of the snapshot, without writing it.
  const auto plans = co_await context.store.plans();
  const auto now = context.clock.now();
  domain::SubscriptionBooks books({now, domain::IdSource(now, {}), {}}, *row, plans);
  if (!books.apply(snapshot, {}) && loaded.open_calls.empty()) co_return Seen::known;
  const auto synced =
      co_await sync_subscription(context, row->id, {}, snapshot.gateway_subscription_id);
  co_return synced == Synced::no_answer ? Seen::missed : Seen::handled;
}

base::Task<Seen> see(Context& context, GatewayName gateway, ports::ListedEvent event) {
  switch (co_await take_listed_event(context, gateway, std::move(event.event),
                                     std::move(event.request))) {
    case ListedTaken::of_no_interest:
      co_return Seen::known;
    case ListedTaken::stored:
      co_return Seen::handled;
    case ListedTaken::not_now:
      break;
  }
  co_return Seen::missed;
}

}  // namespace cobro::app
