// The page of a Checkout Session: what is bought, a form for a test card, and the way on.
// Works without scripts.
#pragma once

#include "sandbox/stripe/account.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

// `/_sandbox/checkout/<session>`: GET shows the page, or leads (303) to the
// success_url of a session that is complete; POST pays, and leads there or to
// 3-D Secure.
wire::Reply answer_checkout(Account& account, const wire::Request& request);

}  // namespace cobro::sandbox::stripe
