// Stripe's invoices, as API versions before and since 2025-03-31.basil show them: that one
// took `subscription` and `payment_intent` off the top and put them into
// `parent.subscription_details` and `payments`. In 2017 there was a `charge` only. Events come in
// the version that the endpoint was made with, so both are read everywhere.
#pragma once

#include <optional>
#include <string>

#include "domain/gateway_objects.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// `payment` of an intent that is shown as an id only has that id and is `unrecognized`.
std::optional<domain::GatewayInvoice> read_invoice(const wire::Json& invoice);

// An invoice that is not made yet. Of its lines those that Stripe shows at first.
std::optional<domain::GatewayPreview> read_preview(const wire::Json& invoice);

std::optional<std::string> subscription_of(const wire::Json& invoice);
// Of the metadata that the subscription had when the invoice was made.
std::optional<domain::SubscriptionId> our_subscription_of(const wire::Json& invoice);
// Its payment's intent: an object, an id, or null when none is shown. Of several the paid
// one, else the one that Stripe calls the default.
const wire::Json* intent_of(const wire::Json& invoice);
// Nothing more can be paid on it.
bool is_closed_invoice(const wire::Json& invoice);

}  // namespace cobro::gateways::stripe
