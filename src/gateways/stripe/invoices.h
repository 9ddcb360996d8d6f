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

// Reads an Invoice. Where its intent is shown as an id only, `payment` has that id and is
// `unrecognized`.
std::optional<domain::GatewayInvoice> read_invoice(const wire::Json& invoice);

// Reads an invoice that is not made yet, with the lines that Stripe shows on the first page.
std::optional<domain::GatewayPreview> read_preview(const wire::Json& invoice);

// The amount of a line that has no value in our units, as Stripe words it: no preview of it can be
// read, however often it is asked for.
std::optional<std::string> unread_line_of(const wire::Json& invoice);

std::optional<std::string> subscription_of(const wire::Json& invoice);
// Reads it from the metadata that the subscription had when the invoice was made.
std::optional<domain::SubscriptionId> our_subscription_of(const wire::Json& invoice);
// Finds the intent of its payment: an object, an id, or null when none is shown. Of several it is
// the paid one, else the one that Stripe calls the default.
const wire::Json* intent_of(const wire::Json& invoice);
// Whether nothing more can be paid on it.
bool is_closed_invoice(const wire::Json& invoice);

}  // namespace cobro::gateways::stripe
