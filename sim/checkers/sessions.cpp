#include <fmt/format.h>

#include <map>

#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

// The expiry job looks again an hour after something was under way.
constexpr base::Duration kSlack = std::chrono::hours(3);

// Charges of payments, and of the first invoices of subscriptions, by what a session has as
// its own id.
std::map<std::string, int> count_charges(const Evidence& evidence) {
  std::map<std::string, int> by_intent;
  std::map<std::string, int> by_id;
  for (const auto& remote : evidence.remote_payments) {
    by_intent[remote.id] = remote.captures;
    by_id[remote.our_payment] += remote.captures;
  }
  std::map<std::string, std::string> owners;
  for (const auto& remote : evidence.remote_subscriptions)
    owners[remote.id] = remote.our_subscription;
  for (const auto& invoice : evidence.remote_invoices)
    if (invoice.first) by_id[owners[invoice.subscription]] += by_intent[invoice.intent];
  return by_id;
}

}  // namespace

Findings check_sessions(const Evidence& evidence) {
  Findings findings;
  auto charges = count_charges(evidence);
  for (const auto& session : evidence.billing.checkouts) {
    const auto id = session.id.to_string();
    if (charges[id] > 1)
      findings.push_back(fmt::format("checkout {} collected {} times", id, charges[id]));
    const bool over = session.expires_at + kSlack < evidence.now;
    if (session.status == domain::CheckoutStatus::open && over)
      findings.push_back(fmt::format("checkout {} should have expired", id));
  }
  return findings;
}

}  // namespace cobro::sim
