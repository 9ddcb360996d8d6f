// How an invoice gets its money:
//
//   draft ──finalize──> open ──┬─ nothing is due, or its PaymentIntent succeeds ──> paid
//                              ├─ declined, or the customer must act: stays open; a
//                              │  renewal is tried again after 3, 5 and 7 days
//                              └─> void | uncollectible
//
// The PaymentIntent may be confirmed by anybody who holds its client_secret; whoever changes
// one calls `note_intent`, and the invoice and its subscription, or a Checkout Session, move
// on.
#pragma once

#include <optional>
#include <string>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

struct Collecting {
  bool attempt = true;      // charge the default method at once
  bool off_session = true;  // the customer is not there
  bool automatic = true;    // by Stripe's own schedule, not because somebody asked
};

// Numbers the draft, makes its PaymentIntent and, by default, charges it. Gives the decline.
std::optional<ApiError> finalize_invoice(Account& account, const Cause& cause,
                                         const std::string& invoice, const Collecting& how);
// Charges the open invoice's PaymentIntent: with `method`, or the default one when that is
// "".
std::optional<ApiError> charge_invoice(Account& account, const Cause& cause,
                                       const std::string& invoice, const std::string& method,
                                       const Collecting& how);
void void_invoice(Account& account, const Cause& cause, const std::string& invoice);
void give_up_invoice(Account& account, const Cause& cause, const std::string& invoice);
// Paid somewhere else.
void settle_invoice(Account& account, const Cause& cause, Document& invoice, bool elsewhere);
// Nothing happens to it by itself any more.
void stop_collecting(Account& account, const std::string& invoice);

// The intent has moved: what it pays does too.
void note_intent(Account& account, const Cause& cause, const Document& intent);
// Whether the intent pays an invoice, which alone may then cancel it.
bool pays_invoice(Account& account, const std::string& intent);

// What was put off.
void finalize_due_invoice(Account& account, std::string_view invoice);
void retry_due_invoice(Account& account, std::string_view invoice);

}  // namespace cobro::sandbox::stripe
