// The store that hands everything on to another.
#pragma once

#include "sim/ground/forwarding_store.h"

namespace cobro::testing {
using sim::ForwardingStore;
}  // namespace cobro::testing
