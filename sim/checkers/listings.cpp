#include <fmt/format.h>

#include <map>
#include <set>

#include "sim/checkers/checkers.h"
#include "sim/ground/people.h"

namespace cobro::sim {
namespace {

// Whose each row is, by list and id, as our rows say.
using Owners = std::map<std::string, std::map<std::string, Identity>>;

Identity owner_of(const auto& row) {
  return {row.user_id, row.tenant_id};
}

void add_of_payments(const Evidence& evidence, Owners& owners) {
  std::map<std::string, Identity> payers;
  for (const auto& payment : evidence.rows.payments) {
    payers[payment.id.to_string()] = owner_of(payment);
    if (payment.overpayment)
      owners["overpayments"][payment.overpayment->id.to_string()] = owner_of(payment);
  }
  const auto add = [&](const std::string& list, const auto& rows) {
    for (const auto& row : rows)
      owners[list][row.id.to_string()] = payers[row.payment_id.to_string()];
  };
  add("refunds", evidence.rows.refunds);
  add("transactions", evidence.rows.transactions);
  add("disputes", evidence.rows.disputes);
  owners["payments"] = std::move(payers);
}

Owners owners_in(const Evidence& evidence) {
  Owners owners;
  add_of_payments(evidence, owners);
  const auto add = [&](const std::string& list, const auto& rows) {
    for (const auto& row : rows) owners[list][row.id.to_string()] = owner_of(row);
  };
  add("orders", evidence.rows.orders);
  add("subscriptions", evidence.billing.subscriptions);
  add("entitlements", evidence.billing.entitlements);
  return owners;
}

bool may_see(const Identity& who, const Identity& owner) {
  if (who.is_admin() && !who.tenant) return true;
  return who.tenant == owner.tenant && (who.is_admin() || who.sub == owner.sub);
}

}  // namespace

Findings check_listings(const Evidence& evidence) {
  Findings findings;
  auto owners = owners_in(evidence);
  for (const auto& listing : evidence.listings) {
    const auto who = identity_of(listing.who);
    const std::set<std::string> shown(listing.ids.begin(), listing.ids.end());
    if (shown.size() != listing.ids.size())
      findings.push_back(fmt::format("{} is shown one of {} twice", listing.who, listing.list));
    for (const auto& [id, owner] : owners[listing.list])
      if (shown.contains(id) != may_see(who, owner))
        findings.push_back(fmt::format("{} is {} {} of {}@{} in {}", listing.who,
                                       shown.contains(id) ? "shown" : "not shown", id, owner.sub,
                                       owner.tenant.value_or("none"), listing.list));
  }
  return findings;
}

}  // namespace cobro::sim
