// How an event's row is left, and what a final fact changes beside it: shared by receiving
// and applying.
#pragma once

#include "app/pipeline/inbox_row.h"
#include "app/webhooks/webhooks.h"
#include "domain/gateway_snapshots.h"
#include "ports/gateway.h"

namespace cobro::app {

inline constexpr const char* kOfNoInterest = "not a type that changes anything";
inline constexpr const char* kOtherMode = "of the gateway's other mode: test or live";
inline constexpr const char* kNothingOfOurs = "nothing of ours";

// Nothing for us to do, whatever there is in the database.
bool concerns_nobody(const ports::GatewayEvent& event);
// Why, of such a one.
const char* why_nobody(const ports::GatewayEvent& event);
bool is_final_fact(const ports::GatewayEvent& event);
// A customer or a saved method, which its owner may have changed or deleted.
bool is_about_copy(const ports::GatewayEvent& event);
// Whose it would be here.
ports::Reads::Customer customer_named_by(const ports::GatewayEvent& event,
                                         domain::GatewayName gateway);
bool is_about_subscription(const ports::GatewayEvent& event);
// Names its payment only by the gateway's id, which our own call's answer or the invoice's event
// may still have to tell us: disputes, and refunds of what the gateway charged by itself.
bool may_be_known_later(const ports::GatewayEvent& event);

// A final fact, applied to the loaded payment. `row` becomes what is to be stored of it, in
// the same transaction.
ports::Changes apply_fact(const Context& context, const ports::Loaded& loaded,
                          domain::Moment moment, const ports::GatewayEvent& event,
                          ports::StoredWebhook& row);
// Money that moved and is booked nowhere yet is told to a person.
void log_waiting_money(Context& context, const ports::StoredWebhook& row);

}  // namespace cobro::app
