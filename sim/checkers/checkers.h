// What must be true when everything has settled. Each checker looks at the evidence of a
// run, and names what is wrong; to add one, write a file and put it into all_checkers().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/evidence.h"

namespace cobro::sim {

using Findings = std::vector<std::string>;

struct Checker {
  std::string_view name;
  Findings (*check)(const Evidence& evidence);
};

const std::vector<Checker>& all_checkers();

// Debits equal credits, ceilings hold, states follow from the rows (app/audit.h).
Findings check_audit(const Evidence& evidence);
// Per payment, what the gateway charged and gave back is what our rows say, overpayments
// included; and the ledger owes what the gateway holds of those.
Findings check_books(const Evidence& evidence);
// Nothing is at the gateway that our rows do not know, and nothing twice.
Findings check_strangers(const Evidence& evidence);
// How each attempt ended is true of what the gateway did under its key, once at most.
Findings check_attempts(const Evidence& evidence);
// No attempt is open, nothing waits for a person, and nothing ever was in conflict.
Findings check_settled(const Evidence& evidence);
// Every webhook was applied.
Findings check_inbox(const Evidence& evidence);
// Per aggregate, events are numbered from 1 without gaps, as their rows count them.
Findings check_events(const Evidence& evidence);
// What clients were told is true.
Findings check_promises(const Evidence& evidence);
// No order is pending for longer than orders may, unless money of it is here.
Findings check_expiry(const Evidence& evidence);
// Every subscription is what the gateway says it is, and every one there is ours.
Findings check_subscriptions(const Evidence& evidence);
// Each change of a status begins where the one before ended.
Findings check_history(const Evidence& evidence);
// One payment per invoice that was or can be paid; together they brought what was paid there.
Findings check_invoices(const Evidence& evidence);
// Access is there exactly while a subscription runs or a course is paid.
Findings check_access(const Evidence& evidence);
// Disputes stand as at the gateway, and the ledger has what they took.
Findings check_disputes(const Evidence& evidence);
// One customer there, alive, per user here that has one; what is saved here is attached there.
Findings check_customers(const Evidence& evidence);
// A checkout session collects once, and closes in time.
Findings check_sessions(const Evidence& evidence);
// Every list shows everybody all that is theirs, and nothing else.
Findings check_listings(const Evidence& evidence);
// Nobody takes up or sends what another instance may be at; what an instance left whose lease is
// over is taken up soon, by whoever is there.
Findings check_leases(const Evidence& evidence);
// What the gateway clearly refuses ends at once, says why, and keeps nothing else from being done.
Findings check_refusals(const Evidence& evidence);
// No answer was a 500, none took for ever, no key did two things.
Findings check_on_the_way(const Evidence& evidence);

}  // namespace cobro::sim
