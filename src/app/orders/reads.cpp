#include "app/orders/orders.h"
#include "app/payments/payments.h"
#include "app/payments/transactions.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/narrow.h"

namespace cobro::app {

namespace {

using domain::Refusal;

ports::Reads root(ports::Reads::Root root, ports::Parts parts) {
  return {.root = std::move(root), .parts = parts};
}

template <class Row, class IdType>
const Row* find_row(const domain::ReadRows<Row>& rows, IdType id) {
  for (const auto& row : rows)
    if (row.id == id) return &row;
  return nullptr;
}

}  // namespace

base::Task<base::Result<domain::Order, Refusal>> get_order(Context& context, Caller caller,
                                                           ports::OrderRef order) {
  const auto loaded = co_await context.store.load(root(order, {.items = true}));
  co_return visible_order(loaded, caller);
}

base::Task<ports::Listed<domain::Order>> list_orders(Context& context, Caller caller,
                                                     ports::OrderFilter filter, ports::Page page) {
  narrow(caller, filter);
  co_return co_await context.store.list_orders(filter, page);
}

base::Task<base::Result<domain::Payment, Refusal>> get_payment(Context& context, Caller caller,
                                                               ports::PaymentRef payment) {
  const auto loaded = co_await context.store.load(root(payment, {}));
  co_return visible_payment(loaded, caller);
}

base::Task<ports::Listed<domain::Payment>> list_payments(Context& context, Caller caller,
                                                         ports::PaymentFilter filter,
                                                         ports::Page page) {
  narrow(caller, filter);
  co_return co_await context.store.list_payments(filter, page);
}

base::Task<base::Result<RefundView, Refusal>> get_refund(Context& context, Caller caller,
                                                         domain::RefundId id) {
  const auto loaded = co_await context.store.load(root(id, {.refunds = true}));
  const auto* refund = find_row(loaded.refunds, id);
  if (refund == nullptr || !visible_payment(loaded, caller))
    co_return std::unexpected(not_found("refund"));
  co_return RefundView{*refund, *loaded.payment};
}

base::Task<base::Result<ports::Listed<domain::Refund>, Refusal>> list_refunds(
    Context& context, Caller caller, std::optional<ports::PaymentRef> payment, ports::Page page) {
  ports::RefundFilter filter;
  narrow(caller, filter);
  if (payment) {
    auto found = co_await get_payment(context, caller, *payment);
    if (!found) co_return std::unexpected(std::move(found).error());
    filter.payment_id = found->id;
  }
  co_return co_await context.store.list_refunds(filter, page);
}

base::Task<base::Result<TransactionView, Refusal>> get_transaction(Context& context, Caller caller,
                                                                   ports::TransactionRef ref) {
  const auto loaded = co_await context.store.load(root(ref, {.transactions = true}));
  if (!visible_payment(loaded, caller)) co_return std::unexpected(not_found("transaction"));
  for (const auto& row : loaded.transactions) {
    const bool named = std::holds_alternative<std::int64_t>(ref)
                           ? row.number == std::get<std::int64_t>(ref)
                           : row.id == std::get<domain::TransactionId>(ref);
    if (named) co_return TransactionView{row, *loaded.payment};
  }
  co_return std::unexpected(not_found("transaction"));
}

base::Task<base::Result<ports::Listed<domain::Transaction>, Refusal>> list_transactions(
    Context& context, Caller caller, ListTransactions command, ports::Page page) {
  narrow(caller, command.filter);
  if (command.payment) {
    auto found = co_await get_payment(context, caller, *command.payment);
    if (!found) co_return std::unexpected(std::move(found).error());
    command.filter.payment_id = found->id;
  }
  co_return co_await context.store.list_transactions(command.filter, page);
}

}  // namespace cobro::app
