// SetupIntents: a card is verified, authenticated where its bank wants that, and kept for
// later payments (GATEWAYS §1.7).
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_setup_intent(Call& call);
Answer retrieve_setup_intent(Call& call);
Answer update_setup_intent(Call& call);
Answer confirm_setup_intent(Call& call);
Answer cancel_setup_intent(Call& call);
Answer list_setup_intents(Call& call);

// One that nothing is known of yet: neither stored nor announced.
wire::Json blank_setup_intent(Account& account);

// Verifies `method`: succeeds, waits for the customer, or gives the decline. Saving the
// intent is left to the caller.
std::optional<ApiError> confirm_setup(Account& account, const Cause& cause, Document& intent,
                                      Document& method, const std::string& return_url);

// The customer's answer on the 3-D Secure page. The intent must be in requires_action;
// saving it is left to the caller. True when the card was set up.
bool finish_setup_challenge(Account& account, Document& intent, bool approved);

}  // namespace cobro::sandbox::stripe
