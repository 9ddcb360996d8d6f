#include <fmt/format.h>

#include <map>

#include "domain/words.h"
#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

using domain::SubscriptionStatus;

bool should_have(const domain::Subscription& row) {
  return row.status == SubscriptionStatus::trialing || row.status == SubscriptionStatus::active ||
         row.status == SubscriptionStatus::past_due;
}

bool should_have(const domain::Payment& row) {
  // A lost dispute over all that was left takes access like a refund of it.
  const bool lost = row.dispute_status == domain::DisputeStatus::lost &&
                    row.captured <= row.refunded + row.disputed;
  return row.kind == domain::PaymentKind::course_purchase &&
         row.state == domain::PaymentState::succeeded && row.refunded < row.captured && !lost;
}

}  // namespace

Findings check_access(const Evidence& evidence) {
  Findings findings;
  std::map<base::Uuid, int> granted;
  for (const auto& row : evidence.billing.entitlements) {
    const auto source = row.payment_id ? row.payment_id->uuid : row.subscription_id->uuid;
    granted[source] += row.revoked_at ? 0 : 1;
  }
  const auto check = [&](const std::string& name, base::Uuid id, bool due) {
    if (granted[id] != (due ? 1 : 0))
      findings.push_back(fmt::format("{} grants {} times, and should {}", name, granted[id],
                                     due ? "once" : "not"));
    granted.erase(id);
  };
  for (const auto& row : evidence.billing.subscriptions)
    check(fmt::format("subscription {} ({})", row.id.to_string(), to_string(row.status)),
          row.id.uuid, should_have(row));
  for (const auto& row : evidence.rows.payments)
    check(fmt::format("payment {} ({})", row.number, to_string(row.state)), row.id.uuid,
          should_have(row));
  for (const auto& [id, count] : granted)
    findings.push_back("access is granted by " + id.to_string() + ", which is no row");
  return findings;
}

}  // namespace cobro::sim
