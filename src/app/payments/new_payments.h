// What all payments begin with, whatever they are for.
#pragma once

#include "domain/books.h"
#include "domain/event.h"
#include "domain/refusal.h"

namespace cobro::app {

// payment.created, the first event of a payment that is about to be inserted; counted in it.
domain::Event created_event(domain::Payment& payment, domain::Moment& moment);

domain::Refusal gateway_not_available(domain::GatewayName name);

}  // namespace cobro::app
