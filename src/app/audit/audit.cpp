#include "app/audit/audit.h"

#include <fmt/format.h>

#include "app/audit/audit_payment.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Money;
using domain::Order;
using domain::OrderStatus;
using ports::AuditPage;

constexpr std::int64_t kPage = 500;

void audit_items(const Order& order, const std::string& subject, AuditReport& report) {
  auto sum = Money::zero(order.total.currency());
  for (const auto& item : order.items) {
    const auto line = item.unit_price.times(item.quantity);
    if (!line || *line != item.total)
      report.findings.push_back({subject, fmt::format("item {} says {} for {} × {}",
                                                      item.id.to_string(), item.total.to_string(),
                                                      item.quantity, item.unit_price.to_string())});
    sum += item.total;
  }
  if (sum != order.total)
    report.findings.push_back({subject, fmt::format("its total is {}, its items add up to {}",
                                                    order.total.to_string(), sum.to_string())});
}

struct Sums {
  Money allocated, captured, refunded;
  Money returned;  // by refunds that succeeded and failed later
};

bool was_reversed(const domain::Refund& refund, const AuditPage& page) {
  return std::any_of(page.entries.begin(), page.entries.end(), [&](const auto& entry) {
    return entry.transaction_id == refund.transaction_id &&
           entry.movement == domain::Movement::refund_failed;
  });
}

Money sum_returned(const domain::Payment& payment, const AuditPage& page) {
  auto sum = Money::zero(payment.amount.currency());
  for (const auto& refund : page.refunds)
    if (refund.payment_id == payment.id && refund.status == domain::RefundStatus::failed &&
        was_reversed(refund, page))
      sum += refund.amount;
  return sum;
}

Sums sum_payments(const Order& order, const AuditPage& page) {
  const auto zero = Money::zero(order.total.currency());
  Sums sums{zero, zero, zero, zero};
  for (const auto& payment : page.payments) {
    if (payment.order_id != order.id || payment.amount.currency() != zero.currency()) continue;
    sums.allocated += held(payment);
    sums.captured += payment.captured;
    sums.refunded += payment.refunded;
    sums.returned += sum_returned(payment, page);
  }
  return sums;
}

void compare(const std::string& subject, std::string_view what, Money stated, Money derived,
             AuditReport& report) {
  if (stated == derived) return;
  report.findings.push_back({subject, fmt::format("its {} amount is {}, its payments make it {}",
                                                  what, stated.to_string(), derived.to_string())});
}

// Whether the status is one that the amounts allow.
bool status_fits(const Order& order, const Sums& sums) {
  const bool covered = sums.captured >= order.total;
  switch (order.status) {
    case OrderStatus::pending:
      return !covered;
    case OrderStatus::paid:
    case OrderStatus::processing:
    case OrderStatus::shipped:
    case OrderStatus::delivered:
      return covered && sums.refunded < sums.captured;
    case OrderStatus::refunded:
      return covered && sums.refunded == sums.captured;
    case OrderStatus::cancelled:
      // A refund that fails later brings money back to an order that had none left.
      return sums.allocated == sums.captured && sums.captured - sums.refunded <= sums.returned;
  }
  return false;
}

// Somewhere at a gateway a payment of it is being cancelled.
bool is_being_closed(const Order& order, const AuditPage& page) {
  return std::any_of(page.payments.begin(), page.payments.end(), [&](const auto& payment) {
    return payment.order_id == order.id && payment.pending_operation.has_value();
  });
}

void audit_order(const Order& order, const AuditPage& page, AuditReport& report) {
  const auto subject = fmt::format("order {} ({})", order_number(order), order.id.to_string());
  audit_items(order, subject, report);
  const auto sums = sum_payments(order, page);
  compare(subject, "allocated", order.allocated, sums.allocated, report);
  compare(subject, "captured", order.captured, sums.captured, report);
  compare(subject, "refunded", order.refunded, sums.refunded, report);
  if (order.total < order.allocated)
    report.findings.push_back(
        {subject, fmt::format("its payments hold {}, more than its total {}",
                              order.allocated.to_string(), order.total.to_string())});
  if (order.closing && !is_being_closed(order, page))
    report.findings.push_back({subject, "it is marked as closing, and nothing is under way"});
  if (!status_fits(order, sums))
    report.findings.push_back(
        {subject, fmt::format("it is {}, with {} of {} captured and {} refunded",
                              to_string(order.status), sums.captured.to_string(),
                              order.total.to_string(), sums.refunded.to_string())});
}

void add_balances(const AuditPage& page, AuditReport& report) {
  for (const auto& entry : page.entries) {
    const auto sign = entry.side == domain::Side::debit ? 1 : -1;
    report.balances[fmt::format("{} {}", entry.account, entry.amount.currency().code())] +=
        sign * entry.amount.minor();
  }
}

// Debits equal credits, per currency, over the whole ledger.
void audit_totals(AuditReport& report) {
  std::map<std::string, std::int64_t> sums;
  for (const auto& [name, balance] : report.balances)
    sums[name.substr(name.rfind(' ') + 1)] += balance;
  for (const auto& [currency, sum] : sums)
    if (sum != 0)
      report.findings.push_back({"ledger in " + currency,
                                 fmt::format("debits and credits differ by {} minor units", sum)});
}

}  // namespace

void audit_rows(const AuditPage& page, AuditReport& report) {
  for (const auto& order : page.orders) audit_order(order, page, report);
  for (const auto& payment : page.payments) audit_payment(payment, page, report);
  for (const auto& transaction : page.transactions) audit_transaction(transaction, page, report);
  audit_strays(page, report);
  add_balances(page, report);
  report.orders += static_cast<std::int64_t>(page.orders.size());
  report.payments += static_cast<std::int64_t>(page.payments.size());
  report.transactions += static_cast<std::int64_t>(page.transactions.size());
  report.entries += static_cast<std::int64_t>(page.entries.size());
}

base::Task<AuditReport> audit(ports::Store& store) {
  AuditReport report;
  std::optional<domain::OrderId> after;
  while (true) {
    const auto page = co_await store.audit_orders(after, kPage);
    if (page.orders.empty()) break;
    audit_rows(page, report);
    after = page.orders.back().id;
  }
  std::optional<domain::PaymentId> after_payment;
  while (true) {
    const auto page = co_await store.audit_orphans(after_payment, kPage);
    audit_rows(page, report);
    if (page.payments.empty()) break;
    after_payment = page.payments.back().id;
  }
  audit_rows(co_await store.audit_strays(kPage), report);
  audit_totals(report);
  co_return report;
}

}  // namespace cobro::app
