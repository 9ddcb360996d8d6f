// The sandbox's own API below `/_sandbox/`: faults, withheld webhooks, settings. Takes forms
// and flat JSON objects, needs no key, answers JSON.
#pragma once

#include "sandbox/account.h"
#include "wire/message.h"

namespace cobro::sandbox {

// `options` are the account's own, to be changed. The courier is to be woken afterwards
// when the account has work waiting.
wire::Reply answer_control(Account& account, StripeOptions& options, const wire::Request& request);

}  // namespace cobro::sandbox
