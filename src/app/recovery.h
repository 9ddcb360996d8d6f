// Recovery: attempts whose outcome nobody learned. Inside the gateway's window for the key
// the same bytes are sent again under the same key; after it, the gateway is only asked.
// An attempt ends on the gateway's evidence, never by a timer: first asked a minute after its
// deadline, then after 5 minutes, an hour, and hourly. What is unknown after a day is put
// before a person (a reconciliation), and asked for once a day from then on.
#pragma once

#include "app/attempts.h"

namespace cobro::app {

inline constexpr std::int64_t kRecoveryBatch = 64;

// Takes what is due (deadline passed by a minute), some at a time, so that one that hangs holds
// up no other. Returns how many attempts it looked at; a full batch means that there may be more.
base::Task<std::int64_t> recover(Context& context);

}  // namespace cobro::app
