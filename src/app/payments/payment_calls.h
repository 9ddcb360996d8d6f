// The handler of gateway calls about payments.
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

const CallHandler& payment_calls();

}  // namespace cobro::app
