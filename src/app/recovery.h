// Recovery: attempts whose outcome nobody learned. Inside the gateway's window for the key
// the same bytes are sent again under the same key; after it, the gateway is only asked.
// An attempt ends on the gateway's evidence, never by a timer: first asked a minute after its
// deadline, then after 5 minutes, an hour, and hourly. What is unknown after a day is put
// before a person (a reconciliation), and asked for once a day from then on.
#pragma once

#include "app/attempts.h"

namespace cobro::app {

// Takes what is due (deadline passed by a minute); returns how many attempts it looked at.
base::Task<std::int64_t> recover(Context& context);

}  // namespace cobro::app
