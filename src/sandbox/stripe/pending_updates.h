// `payment_behavior=pending_if_incomplete`: a change whose payment fails waits for it.
//
//   declined ──> pending_update, the old plan goes on ─┬─ its invoice is paid ──> applied
//                                                      └─ after 23 hours, or by another
//                                                         change ──> dropped, invoice void
#pragma once

#include <optional>
#include <vector>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/invoice_lines.h"

namespace cobro::sandbox::stripe {

// Bills `lines` for what the subscription would become, and keeps that until they are paid.
// `wanted` has the items and the anchor of then.
void hold_update(Account& account, const Cause& cause, Document& subscription,
                 const Document& wanted, const std::vector<InvoiceLine>& lines,
                 const Collecting& how);
// Whether paying that invoice is what the update waits for.
bool holds_for(const Document& subscription, const std::string& invoice);
// The invoice was paid. The caller saves the subscription.
void apply_held_update(Account& account, const Cause& cause, Document& subscription);
// Voids the invoice; saves the subscription. Does nothing when no update is held.
void drop_held_update(Account& account, const Cause& cause, Document& subscription);
// When it is dropped by itself; nothing when no update is held.
std::optional<std::int64_t> held_update_expires(const Document& subscription);

}  // namespace cobro::sandbox::stripe
