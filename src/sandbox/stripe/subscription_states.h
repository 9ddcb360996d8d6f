// What becomes of a subscription: by its invoices, by time, by somebody's word.
//
//   trialing ──────────────────────┐      ┌── a renewal fails ──> past_due ──> canceled
//   incomplete ──first payment──> active <┴──── it is paid ──────────┘  └────> unpaid
//      └─ 23 hours ─> incomplete_expired
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// Told by its invoices (invoice_states.h).
void invoice_was_paid(Account& account, const Cause& cause, const Document& invoice);
void invoice_was_refused(Account& account, const Cause& cause, const Document& invoice);
void tries_are_spent(Account& account, const Cause& cause, const Document& invoice);
// A SetupIntent has moved: one that waited for a method has it, a Checkout Session is done.
void note_setup(Account& account, const Cause& cause, const Document& setup_intent);

// Saves it, with `customer.subscription.updated` once it has been announced.
void save_subscription(Account& account, const Cause& cause, const wire::Json& before,
                       const Document& after);
// The end, of whatever `reason`; `customer.subscription.deleted`.
void end_subscription(Account& account, const Cause& cause, Document& subscription,
                      std::string_view reason);
// Whether it goes on: not canceled and not expired.
bool is_alive(const Document& subscription);

}  // namespace cobro::sandbox::stripe
