// The account behind a gateway's keys. The first account that a gateway names is kept for good, as
// ids mean nothing under another one. Another one is refused by name: nothing is sent to it, and
// nothing is concluded from what it does not know.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/pipeline/context.h"
#include "base/task.h"
#include "domain/refusal.h"

namespace cobro::app {

// Whether the keys are of the account that this deployment works with. Asks the gateway until it
// has told; false while it has not.
base::Task<bool> is_our_account(Context& context, domain::GatewayName gateway);
// Asks all gateways.
base::Task<void> check_accounts(Context& context);

// Refuses (gateway_refused) because the keys are known to be of another account; nothing while
// that is not known of them.
std::optional<domain::Refusal> wrong_account(const Context& context, domain::GatewayName gateway);
// Why the gateway was asked and did not say how things are there: wrong_account, or else it gave
// no answer (gateway_busy).
domain::Refusal why_not_told(const Context& context, domain::GatewayName gateway);

// Says, a sentence each, which gateways' keys are another account's; empty while none is known.
std::vector<std::string> refused_accounts(const Context& context);

}  // namespace cobro::app
