// The table of gateway calls: who handles the outcomes of what.
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

const CallHandlers& call_handlers();

}  // namespace cobro::app
