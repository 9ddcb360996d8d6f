#include "ports/store.h"

namespace cobro::ports {

CallRef ref_of(const domain::GatewayCall& call) {
  return {call.id, subject_of(call.operation)};
}

bool Changes::empty() const {
  const auto none = [](const auto&... lists) { return (lists.empty() && ...); };
  return none(insert_orders, update_orders, insert_payments, update_payments, insert_refunds,
              update_refunds, insert_transactions, update_transactions, insert_entries) &&
         none(insert_calls, update_calls, insert_events, insert_reviews, update_reviews,
              resolve_reviews, insert_customers, update_customers, insert_methods,
              update_methods) &&
         none(insert_subscriptions, update_subscriptions, insert_status_changes, insert_checkouts,
              update_checkouts, insert_disputes, update_disputes, set_entitlements) &&
         none(relied_on, complete_records, release_records) && !insert_record && !update_record &&
         !delete_record && !insert_webhook && !update_webhook && !insert_account;
}

}  // namespace cobro::ports
