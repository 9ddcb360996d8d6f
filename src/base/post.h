// How work gets back to the service's own thread.
#pragma once

#include <functional>

namespace cobro::base {

// Runs a function on the service thread, later, in the order of posting. May be called from
// any thread.
using Post = std::function<void(std::move_only_function<void()>)>;

}  // namespace cobro::base
