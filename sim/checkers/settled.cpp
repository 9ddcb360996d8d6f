#include <fmt/format.h>

#include <chrono>

#include "domain/words.h"
#include "sim/checkers/checkers.h"

namespace cobro::sim {

namespace {

// The clerk comes at least this often.
constexpr base::Duration kClerkComes = std::chrono::minutes(125);

}  // namespace

Findings check_settled(const Evidence& evidence) {
  Findings findings;
  for (const auto& call : evidence.open_calls)
    findings.push_back(fmt::format("{} is still open, after {} sends and {} checks{}",
                                   call.gateway_key, call.sends, call.checks,
                                   call.in_review ? ", and before a person" : ""));
  for (const auto& payment : evidence.rows.payments)
    if (payment.conflicted)
      findings.push_back(fmt::format("payment {} is conflicted", payment.number));
  for (const auto& row : evidence.reviews) {
    if (row.kind == domain::ReviewKind::conflict)
      findings.push_back(fmt::format("payment {} was in conflict: {}",
                                     row.payment_id ? row.payment_id->to_string() : "-",
                                     row.detail));
    const bool had_time = evidence.now - row.created_at > kClerkComes;
    if (row.status == domain::ReviewStatus::open && had_time)
      findings.push_back(fmt::format("a person could not settle: {}", row.detail));
  }
  return findings;
}

Findings check_inbox(const Evidence& evidence) {
  Findings findings;
  for (const auto& webhook : evidence.waiting_webhooks)
    findings.push_back(fmt::format("{} ({}) was not applied after {} tries: {}", webhook.event_id,
                                   webhook.type, webhook.tries, webhook.note));
  return findings;
}

}  // namespace cobro::sim
