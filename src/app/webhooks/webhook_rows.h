// How an event's row is left, and what a fact changes beside it: shared by receiving and applying.
#pragma once

#include "app/pipeline/inbox_row.h"
#include "app/webhooks/webhooks.h"
#include "domain/gateway_snapshots.h"
#include "ports/gateway_event.h"

namespace cobro::app {

inline constexpr const char* kOfNoInterest = "not a type that changes anything";
inline constexpr const char* kOtherMode = "of the gateway's other mode: test or live";
inline constexpr const char* kOtherAccount = "of another account at the gateway";
inline constexpr const char* kNothingNew = "nothing that was not booked";
inline constexpr const char* kNothingOfOurs = "nothing of ours";

// How a fact names its payment; a dispute never carries our metadata.
ports::NamedPayment payment_of(const ports::PaymentEnded& fact);
ports::NamedPayment payment_of(const ports::RefundEnded& fact);
ports::NamedPayment payment_of(const ports::DisputeMoved& fact);
// Whether the dispute has ended, by what the fact tells.
bool is_over(const ports::DisputeMoved& fact);

// Applies a fact to the loaded payment, in a decision. `row` becomes what is to be stored of it in
// the same transaction: ended, or waiting where the money has no place yet.
ports::Changes apply_fact(const Context& context, const ports::Loaded& loaded,
                          domain::Moment moment, const ports::PaymentEnded& fact,
                          ports::StoredWebhook& row);
ports::Changes apply_fact(const Context& context, const ports::Loaded& loaded,
                          domain::Moment moment, const ports::RefundEnded& fact,
                          ports::StoredWebhook& row);
ports::Changes apply_fact(const Context& context, const ports::Loaded& loaded,
                          domain::Moment moment, const ports::DisputeMoved& fact,
                          ports::StoredWebhook& row);
// Logs an error when the row waits because money moved that is booked nowhere yet.
void log_waiting_money(Context& context, const ports::StoredWebhook& row);

}  // namespace cobro::app
