// The handlers of gateway calls about customers and their saved methods.
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

const CallHandler& customer_calls();
const CallHandler& method_calls();

}  // namespace cobro::app
