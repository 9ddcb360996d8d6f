// Asking a gateway what became of a payment: by its object's id, or by listing what was
// created since the first send and comparing metadata.
#pragma once

#include "app/attempts.h"

namespace cobro::app {

enum class Inquiry {
  news,         // something changed on our side
  nothing_new,  // it answered in words we know, and nothing more has happened
  no_room,      // money moved there that does not fit here yet: to be tried again
  absent,       // it answered, and there is no such object
  no_answer,    // nothing may be concluded
};

// Refusals: not_found (no such payment), unavailable.
base::Task<base::Result<Inquiry, domain::Refusal>> inquire(Context& context,
                                                           domain::PaymentId payment);
// The same for the refunds of a payment.
base::Task<base::Result<Inquiry, domain::Refusal>> inquire_refunds(Context& context,
                                                                   domain::PaymentId payment);

}  // namespace cobro::app
