// The errors of faults.h as Stripe words them.
#pragma once

#include "sandbox/common/faults.h"
#include "sandbox/stripe/account.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

// The reply to that request: a `refused` rule is completed with Stripe's own message for its code,
// which names what the request names.
wire::Reply fault_error(Account& account, const FaultRule& rule, const wire::Request& request);

}  // namespace cobro::sandbox::stripe
