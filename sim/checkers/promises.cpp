#include <fmt/format.h>

#include <map>
#include <set>

#include "domain/words.h"
#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

using Kind = Promise::Kind;
using domain::OrderStatus;
using domain::PaymentState;
using domain::RefundStatus;
using domain::SubscriptionStatus;

template <class T>
using ByName = std::map<std::string, const T*>;

struct Index {
  ByName<domain::Order> orders;
  ByName<domain::Payment> payments;
  ByName<domain::Refund> refunds;
  ByName<domain::Transaction> transactions;
  ByName<domain::Subscription> subscriptions;
  std::set<std::string> saved;  // methods
  std::map<std::string, int> tags;
};

void add_billing(const BillingRows& rows, Index& all) {
  for (const auto& row : rows.subscriptions) all.subscriptions[row.id.to_string()] = &row;
  for (const auto& method : rows.methods) all.saved.insert(method.id.to_string());
}

Index index(const Evidence& evidence) {
  const auto& rows = evidence.rows;
  Index all;
  add_billing(evidence.billing, all);
  for (const auto& order : rows.orders) {
    all.orders[std::to_string(order.number)] = &order;
    if (order.notes) ++all.tags[*order.notes];
  }
  for (const auto& payment : rows.payments) {
    all.payments[std::to_string(payment.number)] = &payment;
    // One that the gateway never made leaves its key free.
    const bool never_made = payment.state == PaymentState::cancelled && !payment.gateway_payment_id;
    if (payment.description && !never_made) ++all.tags[*payment.description];
  }
  for (const auto& refund : rows.refunds) {
    all.refunds[refund.id.to_string()] = &refund;
    // The same.
    if (refund.status != RefundStatus::failed || refund.gateway_refund_id)
      ++all.tags[refund.reason];
  }
  for (const auto& row : rows.transactions) {
    all.transactions[std::to_string(row.number)] = &row;
    if (row.gateway_transaction_id) ++all.tags[*row.gateway_transaction_id];
  }
  return all;
}

// What was final when it was printed is final still.
bool still_is(const domain::Payment& payment, const std::string& printed) {
  if (printed == "completed" || printed == "succeeded" || printed == "refunded")
    return payment.state == PaymentState::succeeded;
  if (printed == "cancelled" || printed == "canceled")
    return payment.state == PaymentState::cancelled;
  return true;
}

bool still_is(const domain::Order& order, const std::string& printed) {
  if (printed == "cancelled") return order.status == OrderStatus::cancelled;
  if (printed == "paid" || printed == "refunded")
    return order.status != OrderStatus::pending && order.status != OrderStatus::cancelled;
  return true;
}

bool still_is(const domain::Subscription& subscription, const std::string& printed) {
  if (printed == "cancelled" || printed == "incomplete_expired")
    return is_terminal(subscription.status);
  return printed == "incomplete" || subscription.status != SubscriptionStatus::incomplete;
}

template <class T>
const T* find(const ByName<T>& all, const std::string& name) {
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

bool holds(const Promise& promise, const Evidence& evidence, const Index& rows) {
  const auto* order = find(rows.orders, promise.subject);
  const auto* payment = find(rows.payments, promise.subject);
  const auto* refund = find(rows.refunds, promise.subject);
  const auto* subscription = find(rows.subscriptions, promise.subject);
  switch (promise.kind) {
    case Kind::order_made:
      return order && order->total.minor() == promise.amount;
    case Kind::order_is:
      return order && still_is(*order, promise.word);
    case Kind::payment_made:
      return payment && payment->amount.minor() == promise.amount;
    case Kind::payment_is:
      return payment && still_is(*payment, promise.word);
    case Kind::captured:
      return payment && payment->captured.minor() == promise.amount;
    case Kind::refund_made:
      return refund && refund->amount.minor() == promise.amount;
    case Kind::recorded:
      return find(rows.transactions, promise.subject) != nullptr;
    case Kind::subscribed:
      return subscription && still_is(*subscription, promise.word);
    case Kind::method_saved:
      return rows.saved.contains(promise.subject) || evidence.gone_there.contains(promise.word);
    case Kind::method_removed:
      return !rows.saved.contains(promise.subject);
    case Kind::made_once:
      return !rows.tags.contains(promise.subject) || rows.tags.at(promise.subject) == 1;
  }
  return false;
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::order_made:
      return "order made";
    case Kind::order_is:
      return "order is";
    case Kind::payment_made:
      return "payment made";
    case Kind::payment_is:
      return "payment is";
    case Kind::captured:
      return "captured";
    case Kind::refund_made:
      return "refund made";
    case Kind::recorded:
      return "recorded";
    case Kind::subscribed:
      return "subscribed";
    case Kind::method_saved:
      return "method saved";
    case Kind::method_removed:
      return "method removed";
    case Kind::made_once:
      return "made once";
  }
  return "";
}

}  // namespace

Findings check_promises(const Evidence& evidence) {
  const auto rows = index(evidence);
  std::set<std::string> broken;
  for (const auto& promise : evidence.promises)
    if (!holds(promise, evidence, rows))
      broken.insert(fmt::format("a client was told: {} {} {} {}; that is not so",
                                to_string(promise.kind), promise.subject, promise.word,
                                promise.amount));
  return {broken.begin(), broken.end()};
}

}  // namespace cobro::sim
