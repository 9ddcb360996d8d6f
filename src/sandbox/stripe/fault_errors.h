// The errors of faults.h as Stripe words them.
#pragma once

#include "sandbox/common/faults.h"
#include "sandbox/stripe/account.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

wire::Reply fault_error(Account& account, const FaultRule& rule);

}  // namespace cobro::sandbox::stripe
