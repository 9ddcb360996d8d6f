#include <fmt/format.h>

#include <map>
#include <set>

#include "domain/words.h"
#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

using domain::Subscription;
using domain::SubscriptionStatus;

std::string_view remote_word(SubscriptionStatus status) {
  return status == SubscriptionStatus::cancelled ? "canceled" : domain::to_string(status);
}

// What may be changed at the dashboard while it runs.
void compare_terms(const std::string& name, const Subscription& row,
                   const RemoteSubscription& remote, Findings& findings) {
  if (is_terminal(row.status)) return;
  const auto day = row.cancel_at ? row.cancel_at->unix_seconds() : 0;
  if (day != remote.cancel_at)
    findings.push_back(fmt::format("{} is to end at {} here and at {} there (0: no day)", name, day,
                                   remote.cancel_at));
  if (row.gateway_price_id != remote.price)
    findings.push_back(fmt::format("{} is for {} here and for {} there", name, row.gateway_price_id,
                                   remote.price));
  if (row.price && row.price->minor() != remote.amount)
    findings.push_back(
        fmt::format("{} costs {} here and {} there", name, row.price->minor(), remote.amount));
}

void compare(const Subscription& row, const RemoteSubscription& remote, Findings& findings) {
  const auto name = fmt::format("subscription {} ({})", row.id.to_string(), remote.id);
  if (remote_word(row.status) != remote.status)
    findings.push_back(
        fmt::format("{} is {} here and {} there", name, to_string(row.status), remote.status));
  const auto end = row.current_period_end ? row.current_period_end->unix_seconds() : 0;
  if (end != remote.period_end)
    findings.push_back(
        fmt::format("{} has a period until {} here and {} there", name, end, remote.period_end));
  if (!is_terminal(row.status) && row.cancel_at_period_end != remote.cancel_at_period_end)
    findings.push_back(fmt::format("{} {} here, and not so there", name,
                                   row.cancel_at_period_end ? "is to end" : "goes on"));
  compare_terms(name, row, remote, findings);
  if (row.gateway_customer_id != remote.customer)
    findings.push_back(fmt::format("{} is {}'s here and {}'s there", name, row.gateway_customer_id,
                                   remote.customer));
}

void check_ours(const Subscription& row,
                const std::map<std::string, const RemoteSubscription*>& remote,
                Findings& findings) {
  if (!row.gateway_subscription_id) {
    if (row.status != SubscriptionStatus::incomplete_expired)
      findings.push_back(fmt::format("subscription {} is {}, and the gateway never told its id",
                                     row.id.to_string(), to_string(row.status)));
    return;
  }
  const auto found = remote.find(*row.gateway_subscription_id);
  if (found == remote.end())
    findings.push_back(fmt::format("subscription {} names {}, which the gateway does not know",
                                   row.id.to_string(), *row.gateway_subscription_id));
  else
    compare(row, *found->second, findings);
}

}  // namespace

Findings check_subscriptions(const Evidence& evidence) {
  Findings findings;
  std::map<std::string, const RemoteSubscription*> remote;
  for (const auto& subscription : evidence.remote_subscriptions)
    remote[subscription.id] = &subscription;
  std::set<std::string> known;
  for (const auto& row : evidence.billing.subscriptions) {
    check_ours(row, remote, findings);
    if (row.gateway_subscription_id) known.insert(*row.gateway_subscription_id);
  }
  for (const auto& [id, subscription] : remote)
    if (!known.contains(id))
      findings.push_back(fmt::format("{} at the gateway is no subscription of ours", id));
  return findings;
}

Findings check_history(const Evidence& evidence) {
  Findings findings;
  std::map<domain::SubscriptionId, std::vector<const domain::StatusChange*>> all;
  for (const auto& change : evidence.billing.status_changes)
    all[change.subscription_id].push_back(&change);
  for (const auto& row : evidence.billing.subscriptions) {
    std::optional<SubscriptionStatus> last;
    for (const auto* change : all[row.id]) {
      if (change->before != last)
        findings.push_back(fmt::format("the history of subscription {} jumps to {}",
                                       row.id.to_string(), to_string(change->after)));
      last = change->after;
    }
    if (last != row.status)
      findings.push_back(fmt::format("subscription {} is {}, its history ends otherwise",
                                     row.id.to_string(), to_string(row.status)));
  }
  return findings;
}

}  // namespace cobro::sim
