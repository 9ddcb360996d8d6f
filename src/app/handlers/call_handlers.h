// The table of the handlers of gateway calls.
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

const CallHandlers& call_handlers();

}  // namespace cobro::app
