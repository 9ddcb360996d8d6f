// How an event's row in the inbox is left.
#pragma once

#include <string>

#include "base/time.h"
#include "ports/records.h"

namespace cobro::app {

// The row is done with.
ports::StoredWebhook ended(ports::StoredWebhook row, ports::WebhookStatus status, std::string note,
                           base::Timestamp now);
// The row is tried again later, without end, with pauses that double up to `longest`.
ports::StoredWebhook waiting(ports::StoredWebhook row, std::string note, base::Timestamp now,
                             base::Duration longest = std::chrono::hours(1));

}  // namespace cobro::app
