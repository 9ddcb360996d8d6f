#include "sim/checkers/checkers.h"

namespace cobro::sim {

const std::vector<Checker>& all_checkers() {
  static const std::vector<Checker> all = {
      {"on the way", &check_on_the_way},
      {"audit", &check_audit},
      {"books", &check_books},
      {"strangers", &check_strangers},
      {"attempts", &check_attempts},
      {"settled", &check_settled},
      {"inbox", &check_inbox},
      {"events", &check_events},
      {"promises", &check_promises},
      {"expiry", &check_expiry},
      {"subscriptions", &check_subscriptions},
      {"history", &check_history},
      {"invoices", &check_invoices},
      {"access", &check_access},
      {"disputes", &check_disputes},
      {"customers", &check_customers},
      {"sessions", &check_sessions},
      {"listings", &check_listings},
      {"leases", &check_leases},
      {"refusals", &check_refusals},
  };
  return all;
}

Findings check_on_the_way(const Evidence& evidence) {
  return evidence.violations;
}

Findings check_audit(const Evidence& evidence) {
  Findings findings;
  for (const auto& finding : evidence.audit.findings)
    findings.push_back(finding.subject + ": " + finding.problem);
  return findings;
}

}  // namespace cobro::sim
