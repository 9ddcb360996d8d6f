// PaymentIntents: the API's operations on them. What a confirmation does is confirmation.h.
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_payment_intent(Call& call);
Answer retrieve_payment_intent(Call& call);
Answer update_payment_intent(Call& call);
Answer list_payment_intents(Call& call);
Answer confirm_payment_intent(Call& call);
Answer capture_payment_intent(Call& call);
Answer cancel_payment_intent(Call& call);

// One that nothing is known of yet: neither stored nor announced.
wire::Json blank_payment_intent(Account& account);

// Cancels one that has taken nothing and holds nothing; leaves any other.
void cancel_unpaid_intent(Account& account, const Cause& cause, std::string_view intent,
                          std::string_view reason);

// What was put off: an authorisation that nobody captured is released.
void expire_authorization(Account& account, std::string_view intent);

}  // namespace cobro::sandbox::stripe
