#include <cstdio>

#include "app/audit/audit.h"
#include "main/commands.h"
#include "main/open_store.h"
#include "main/startup.h"

namespace cobro {
namespace {

void print(const app::AuditReport& report) {
  std::printf("%lld orders, %lld payments, %lld transactions, %lld ledger entries\n",
              static_cast<long long>(report.orders), static_cast<long long>(report.payments),
              static_cast<long long>(report.transactions), static_cast<long long>(report.entries));
  if (!report.balances.empty()) std::printf("balances, debits minus credits in minor units:\n");
  for (const auto& [account, balance] : report.balances)
    std::printf("  %-32s %16lld\n", account.c_str(), static_cast<long long>(balance));
  for (const auto& finding : report.findings)
    std::printf("WRONG  %s: %s\n", finding.subject.c_str(), finding.problem.c_str());
  if (report.findings.empty())
    std::printf("clean: ledger, transactions and states agree\n");
  else
    std::printf("%zu findings\n", report.findings.size());
}

}  // namespace

int run_audit(const configuration::Sources& sources) {
  const auto configuration = load_or_explain(sources, configuration::Purpose::other);
  if (!configuration || !has_database(*configuration, "audit")) return 2;
  net::Loop loop;
  net::LoopClock clock(loop);
  net::SystemRandom random;
  const auto store = open_store(*configuration, loop, clock, random);
  const auto report = run_to_end(loop, app::audit(*store));
  print(report);
  return report.findings.empty() ? 0 : 1;
}

}  // namespace cobro
