// An open invoice's ways on, each with its events, and what they mean to its subscription.
// Used by collection.h, which says when.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// "finalized_at", "paid_at", …: now.
void note_transition(Account& account, Document& invoice, std::string_view name);
// Declined, or nothing to charge. After an automatic try the next one is set, or the
// subscription given up.
void note_failure(Account& account, const Cause& cause, Document& invoice, bool automatic);
// As the intent says, when it pays an invoice that is open.
void move_invoice(Account& account, const Cause& cause, const Document& intent, bool automatic);

}  // namespace cobro::sandbox::stripe
