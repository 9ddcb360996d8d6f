// Paying for a Checkout Session with a card that somebody typed on its page.
#pragma once

#include <optional>
#include <string>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/card_input.h"

namespace cobro::sandbox::stripe {

struct Payer {
  MethodChoice card;
  std::string email;
  std::string name;
  std::string return_url;  // where 3-D Secure comes back to
};

// Makes what the session is for (a PaymentIntent, a SetupIntent, a subscription) the first
// time, and confirms it. Gives the decline; a session that is declined stays open. The
// session's `inner` then names the intent.
std::optional<ApiError> pay_checkout(Account& account, Document& session, const Payer& payer);
// Completes it: what it was for has succeeded.
void complete_checkout(Account& account, const Cause& cause, Document& session,
                       const Document& intent);

}  // namespace cobro::sandbox::stripe
