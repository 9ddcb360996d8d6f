// Events: what happened, frozen as it was (GATEWAYS §1.6).
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer retrieve_event(Call& call);
Answer list_events(Call& call);

// The event as the API shows it and webhooks carry it.
std::string event_body(const EventRecord& event, int pending_webhooks);

}  // namespace cobro::sandbox::stripe
