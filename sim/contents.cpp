#include "sim/contents.h"

#include <fmt/format.h>

#include <chrono>

#include "domain/words.h"

namespace cobro::sim {
namespace {

using Tally = std::map<std::string, std::int64_t>;

// What the adapter trusts keys for; after it recovery only looks.
constexpr base::Duration kKeyWindow = std::chrono::hours(12);

void count_payments(const Evidence& evidence, Tally& tally) {
  std::map<std::string, std::int64_t> charged;
  for (const auto& payment : evidence.remote_payments) {
    charged[payment.id] = payment.charged;
    if (payment.captures > 0 && payment.charged < payment.amount) ++tally["captured in part"];
  }
  for (const auto& refund : evidence.remote_refunds) {
    if (refund.amount < charged[refund.payment]) ++tally["refunded in part"];
    if (refund.status == "failed") ++tally["refunds that failed after they had succeeded"];
  }
  for (const auto& payment : evidence.rows.payments) {
    if (!payment.overpayment) continue;
    ++tally["overpayments"];
    if (payment.overpayment->refunded.is_positive()) ++tally["overpayments refunded"];
  }
  for (const auto& [key, deeds] : evidence.deeds)
    for (const auto& deed : deeds)
      if (deed.status == "pending") ++tally["refunds that were pending first"];
}

bool has_expired(const Evidence& evidence, const domain::Order& order) {
  const auto span = evidence.orders_expire_after;
  return span > base::Duration{0} && order.status == domain::OrderStatus::cancelled &&
         order.updated_at - order.created_at >= span;
}

void count_orders(const Evidence& evidence, Tally& tally) {
  std::map<domain::OrderId, int> payments;
  std::map<domain::OrderId, int> charged;
  for (const auto& payment : evidence.rows.payments) {
    if (!payment.order_id) continue;
    ++payments[*payment.order_id];
    if (payment.captured.is_positive()) ++charged[*payment.order_id];
  }
  for (const auto& order : evidence.rows.orders) {
    if (has_expired(evidence, order)) ++tally["orders that expired"];
    if (payments[order.id] > 1) ++tally["orders with several payments"];
    if (charged[order.id] > 1) ++tally["orders with several payments charged"];
    if (payments[order.id] > 1 && order.status == domain::OrderStatus::cancelled)
      ++tally["orders cancelled with several payments"];
  }
}

void count_attempts(const Evidence& evidence, Tally& tally) {
  for (const auto& attempt : evidence.rows.calls) {
    if (attempt.in_review) ++tally["attempts that were put before a person"];
    if (attempt.checks > 0) ++tally["attempts that recovery took up"];
    if (attempt.closed_at && *attempt.closed_at - attempt.first_sent_at > kKeyWindow)
      ++tally["attempts that ended after the key's window"];
  }
}

void count_billing(const Evidence& evidence, Tally& tally) {
  const auto& billing = evidence.billing;
  for (const auto& row : billing.subscriptions)
    ++tally[fmt::format("subscriptions that are {}", to_string(row.status))];
  for (const auto& change : billing.status_changes)
    ++tally["changes of subscriptions: " + change.reason];
  for (const auto& session : billing.checkouts)
    ++tally[fmt::format("checkout sessions that are {}", to_string(session.status))];
  for (const auto& row : billing.entitlements)
    ++tally[row.revoked_at ? "access that was revoked" : "access that stands"];
  for (const auto& row : evidence.rows.disputes)
    ++tally[fmt::format("disputes that are {}", to_string(row.status))];
  for (const auto& invoice : evidence.remote_invoices)
    if (!invoice.intent.empty()) ++tally["invoices that are " + invoice.status];
}

void count_leases(const LeaseLog& log, Tally& tally) {
  std::map<int, int> lives;
  for (const auto& [instance, lease] : log.leases)
    if (++lives[lease.process] > 1) ++tally["instances after the first of their process"];
  for (const auto& [key, rows] : log.calls)
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (!rows[i].taken_up || !rows[i - 1].owner || rows[i].owner == rows[i - 1].owner) continue;
      ++tally[rows[i].process == rows[i - 1].process
                  ? "calls of an earlier instance of the same process, taken up"
                  : "calls of another process, taken up"];
    }
}

}  // namespace

void count_contents(const Evidence& evidence, Tally& tally) {
  count_payments(evidence, tally);
  count_orders(evidence, tally);
  count_attempts(evidence, tally);
  count_billing(evidence, tally);
  count_leases(evidence.leases, tally);
}

}  // namespace cobro::sim
