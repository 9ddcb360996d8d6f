// The audit: re-derives every balance, and every payment's and order's state, from the
// ledger and the transactions, and names what disagrees. It changes nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/task.h"
#include "ports/store.h"

namespace cobro::app {

struct Finding {
  std::string subject;  // "payment 0192…", "order ORD-00000001", "transaction 7"
  std::string problem;  // what disagrees with what, with the figures
};

struct AuditReport {
  std::int64_t orders = 0;
  std::int64_t payments = 0;
  std::int64_t transactions = 0;
  std::int64_t entries = 0;
  // Debits minus credits in minor units, by "account currency".
  std::map<std::string, std::int64_t> balances;
  std::vector<Finding> findings;
};

base::Task<AuditReport> audit(ports::Store& store);

// Makes the checks on rows: of one order or payment and what hangs on it.
void audit_rows(const ports::AuditPage& page, AuditReport& report);

}  // namespace cobro::app
