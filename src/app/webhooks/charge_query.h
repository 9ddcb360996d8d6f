// Whose charge it is: some events name a payment by one of its charges alone, and only the gateway
// knows whose that is.
#pragma once

#include "app/pipeline/context.h"
#include "ports/gateway_event.h"

namespace cobro::app {

// How the event names a payment by a charge alone, to be named better; null when it does not.
ports::NamedPayment* payment_by_charge(ports::GatewayEvent& event);

// Asks the gateway whose charge it is, when the payment is named by that alone. It may be of no
// payment: then nothing is named. Gives nothing when the gateway gave no answer.
base::Task<std::optional<ports::NamedPayment>> name_by_charge(Context& context,
                                                              domain::GatewayName gateway,
                                                              ports::NamedPayment named);

}  // namespace cobro::app
