// The disputes of a payment, asked of its gateway. Like their events they may come in any
// order, so that what a list says needs no second look.
#include "app/calls/gateway_client.h"
#include "app/payments/payment_query.h"
#include "app/pipeline/ledger_books.h"
#include "domain/gateway_snapshots.h"
#include "ports/gateway_lists.h"

namespace cobro::app {

namespace {

using domain::Applied;
using domain::Refusal;
using ports::Changes;
using ports::Loaded;

base::Task<base::Result<Applied, Refusal>> apply_one(Context& context, domain::PaymentId id,
                                                     domain::GatewayName gateway,
                                                     domain::GatewayDispute snapshot) {
  auto applied = Applied::nothing_new;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    Changes changes;
    auto books = open_books(loaded, std::move(moment));
    applied = domain::apply(books, snapshot, loaded.dispute);
    if (applied == Applied::changed) collect(books, changes);
    return changes;
  };
  ports::Reads reads{.root = ports::PaymentRef{id},
                     .parts = {.transactions = true, .disputes = true},
                     .dispute = ports::DisputeRef{gateway, snapshot.gateway_dispute_id},
                     .transaction_numbers = 1};
  auto committed = co_await commit(context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return applied;
}

}  // namespace

base::Task<base::Result<Query, Refusal>> query_disputes(Context& context, domain::PaymentId id) {
  const auto loaded = co_await context.store.load({.root = ports::PaymentRef{id}, .parts = {}});
  const auto& payment = loaded.payment;
  if (!payment || !payment->gateway_payment_id) co_return Query::nothing_new;
  const auto* gateway = context.gateways.find(payment->gateway);
  const auto* lists = gateway != nullptr ? gateway->lists_of_everything() : nullptr;
  if (lists == nullptr) co_return Query::nothing_new;
  auto response =
      co_await ask_gateway(context, *gateway, lists->disputes_of(*payment->gateway_payment_id));
  if (!response) co_return told_nothing(context, payment->gateway);
  const auto page = lists->parse_page(ports::GatewayList::disputes, *response);
  if (!page.understood) co_return told_nothing(context, payment->gateway);
  auto result = Query::nothing_new;
  for (const auto& snapshot : page.disputes) {
    if (snapshot.gateway_payment_id != payment->gateway_payment_id) continue;
    const auto applied = co_await apply_one(context, id, payment->gateway, snapshot);
    if (!applied) co_return std::unexpected(applied.error());
    if (*applied == Applied::beyond_total) result = Query::beyond_total;
    if (*applied == Applied::changed && result != Query::beyond_total) result = Query::snapshot;
  }
  co_return result;
}

}  // namespace cobro::app
