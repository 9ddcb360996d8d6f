// How an event's row in the inbox is left.
#pragma once

#include <string>

#include "base/time.h"
#include "ports/records.h"

namespace cobro::app {

// Done with.
ports::StoredWebhook ended(ports::StoredWebhook row, ports::WebhookStatus status, std::string note,
                           base::Timestamp now);
// Kept, and tried again later: doubling pauses up to `longest`, without end.
ports::StoredWebhook waiting(ports::StoredWebhook row, std::string note, base::Timestamp now,
                             base::Duration longest = std::chrono::hours(1));

}  // namespace cobro::app
