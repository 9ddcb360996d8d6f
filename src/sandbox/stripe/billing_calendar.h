// When billing periods end. All of them are counted from one anchor, so that a subscription
// born on the 31st is billed on the last day of a short month and on the 31st again after
// it.
#pragma once

#include <cstdint>
#include <string>

#include "wire/json.h"

namespace cobro::sandbox::stripe {

// The first end of a period after `moment`; `recurring` is a price's. Unix seconds, UTC.
std::int64_t next_period_end(std::int64_t anchor, const wire::Json& recurring, std::int64_t moment);
// "5 Mar 2027", for a line's description.
std::string day_of(std::int64_t unix_seconds);

}  // namespace cobro::sandbox::stripe
