// What a bank does: a card that customers keep is renewed, and Stripe learns of it by itself.
#pragma once

#include "sandbox/stripe/account.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

// `POST /_sandbox/cards/{payment method}` with `exp_month`, `exp_year` or `last4`:
// `payment_method.automatically_updated`.
wire::Reply renew_card(Account& account, const wire::Request& request);

}  // namespace cobro::sandbox::stripe
