// This process among others on the same database. It holds a lease and renews it for as long as it
// lives. When the lease runs out, recovery anywhere takes what it left (recovery.h). An instance
// that was paused for longer is taken for dead: it begins again as another one, which sends nothing
// of what the old one had made.
#pragma once

#include "app/pipeline/context.h"

namespace cobro::app {

inline constexpr base::Duration kLease = std::chrono::seconds(10);

// Makes one round: begins the lease, or renews it for `span`. Throws ports::StoreUnavailable.
base::Task<void> keep_lease(Context& context, base::Duration span = kLease);
// Ends the lease when the process stops in good order, so that what it leaves is due at once. Never
// throws.
base::Task<void> end_lease(Context& context);

}  // namespace cobro::app
