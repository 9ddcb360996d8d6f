// The audit's checks of payments, refunds, transactions and ledger entries.
#pragma once

#include "app/audit/audit.h"

namespace cobro::app {

void audit_payment(const domain::Payment& payment, const ports::AuditPage& page,
                   AuditReport& report);
void audit_transaction(const domain::Transaction& transaction, const ports::AuditPage& page,
                       AuditReport& report);
// Finds entries and refunds that belong to no transaction or payment of the page.
void audit_strays(const ports::AuditPage& page, AuditReport& report);

}  // namespace cobro::app
