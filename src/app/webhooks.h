// Webhooks in: verified over the raw body, stored under a unique key, answered, and applied
// from the inbox: once, in any order, at any delay.
#pragma once

#include "app/pipeline.h"

namespace cobro::app {

enum class Received { stored, duplicate };

// Verifies and stores. Refusals: validation_failed (bad signature or not an event; nothing
// is stored), unavailable, gateway_not_available.
base::Task<base::Result<Received, domain::Refusal>> receive_webhook(Context& context,
                                                                    domain::GatewayName gateway,
                                                                    wire::Headers headers,
                                                                    std::string body);

// Applies what is due in the inbox; returns for how many events a new state was
// committed (none: there is nothing to hurry for).
base::Task<std::int64_t> apply_webhooks(Context& context);

}  // namespace cobro::app
