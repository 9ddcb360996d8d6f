#include <fmt/format.h>

#include <set>

#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

// The job looks every minute, and again after an hour where something was under way.
constexpr base::Duration kSlack = std::chrono::hours(3);

}  // namespace

Findings check_expiry(const Evidence& evidence) {
  if (evidence.orders_expire_after == base::Duration{0}) return {};
  std::set<domain::OrderId> held;
  for (const auto& payment : evidence.rows.payments)
    if (payment.order_id && payment.state == domain::PaymentState::authorized)
      held.insert(*payment.order_id);
  Findings findings;
  for (const auto& order : evidence.rows.orders) {
    const bool over = order.created_at + evidence.orders_expire_after + kSlack < evidence.now;
    const bool money = order.captured > order.refunded || held.contains(order.id);
    if (order.status == domain::OrderStatus::pending && over && !money)
      findings.push_back(fmt::format("order {} should have expired", order.number));
  }
  return findings;
}

}  // namespace cobro::sim
