// Recovery: completes gateway calls whose sender is gone, or that were not answered. Inside the
// gateway's window it sends the same bytes under the same key; after it, it only looks. What no
// look could tell for a day is put before a person.
#pragma once

#include <cstdint>

#include "app/calls/handler.h"

namespace cobro::app {

// Recovery takes a call this long after its deadline.
inline constexpr base::Duration kRecoveryGrace = std::chrono::minutes(1);
inline constexpr std::int64_t kRecoveryBatch = 64;  // calls per round

// One round over the calls that are due; returns how many were, so that a full batch can be
// followed by another at once.
base::Task<std::int64_t> recover(Context& context);
// One of them, now: if nobody else has it.
base::Task<void> recover_call(Context& context, domain::GatewayCall due);

}  // namespace cobro::app
