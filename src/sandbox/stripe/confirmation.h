// What happens to a PaymentIntent when it is confirmed (GATEWAYS §1.7):
//
//   confirm ─┬─> succeeded | requires_capture
//            ├─> requires_action ──(the page: approve)──> as above, or requires_confirmation
//            │                   └─(refuse)──> requires_payment_method
//            └─> declined: requires_payment_method, 402
//
// These functions change the intent they are given, write charges and events, and leave
// saving the intent to their caller.
#pragma once

#include <optional>
#include <string>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/test_cards.h"

namespace cobro::sandbox::stripe {

struct ConfirmTerms {
  bool off_session = false;
  bool error_on_requires_action = false;
  std::string return_url;  // "" when none was given
  // The page's own script leads through 3-D Secure, not a redirect.
  bool use_stripe_sdk = false;
  // Off-session, yet the customer may come and authenticate: an invoice can wait.
  bool may_wait_for_customer = false;
};

// The decline, or nothing when the intent went forward or waits for the customer. One that is paid,
// being paid or cancelled is refused (`payment_intent_unexpected_state`).
std::optional<ApiError> confirm_intent(Account& account, const Cause& cause, Document& intent,
                                       Document& method, const ConfirmTerms& terms);

// The customer's answer on the 3-D Secure page. The intent must be in requires_action.
// True when the payment (or the way back to confirmation) went well.
bool finish_challenge(Account& account, Document& intent, bool approved);

// Shared with SetupIntents: `requires_action` with a page to go to, as next_action.
void open_challenge(Account& account, Document& intent, const std::string& return_url);
ApiError decline_error(const Decline& decline);
// The customer refused; `kind` is "payment_intent" or "setup_intent".
ApiError authentication_failure(std::string_view kind);

}  // namespace cobro::sandbox::stripe
