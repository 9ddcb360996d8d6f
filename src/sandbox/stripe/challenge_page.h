// The 3-D Secure page: a plain form where a person approves or refuses a payment, and the
// way back to the merchant. Works without scripts.
#pragma once

#include "sandbox/stripe/account.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

// `/_sandbox/3ds/<intent>/<challenge>`: GET shows the page, POST with `outcome=approve` or
// `outcome=refuse` decides and redirects (303) to the return_url, when there is one.
wire::Reply answer_challenge(Account& account, const wire::Request& request);

}  // namespace cobro::sandbox::stripe
