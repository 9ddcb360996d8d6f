// The handler of gateway calls about subscriptions that the gateway bills.
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

const CallHandler& subscription_calls();

}  // namespace cobro::app
