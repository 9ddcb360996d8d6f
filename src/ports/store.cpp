#include "ports/store.h"

namespace cobro::ports {

bool Changes::empty() const {
  return insert_orders.empty() && update_orders.empty() && insert_payments.empty() &&
         update_payments.empty() && insert_refunds.empty() && update_refunds.empty() &&
         insert_transactions.empty() && update_transactions.empty() && insert_entries.empty() &&
         insert_attempts.empty() && update_attempts.empty() && insert_events.empty() &&
         relied_on.empty() && !insert_record && !update_record && !delete_record &&
         insert_reconciliations.empty() && update_reconciliations.empty() &&
         settle_reconciliations.empty() && settle_records.empty() && release_records.empty() &&
         !insert_webhook && !update_webhook;
}

}  // namespace cobro::ports
