// What of Stripe's objects is fit to keep and to show: a list of what is taken, so that a
// field that appears tomorrow stays out. Never a client secret, billing details, receipts,
// metadata.
#pragma once

#include <string>
#include <string_view>

#include "wire/json.h"

namespace cobro::gateways::stripe {

// JSON objects, compact.
std::string redacted_payment(const wire::Json& intent);
std::string redacted_refund(const wire::Json& refund);
std::string redacted_subscription(const wire::Json& subscription);
std::string redacted_checkout(const wire::Json& session);  // without its address
std::string redacted_dispute(const wire::Json& dispute);   // without the evidence

// Text of Stripe's for our logs and answers: words that hold a key or a secret are struck
// out, and it is cut at 300 bytes.
std::string redacted_message(std::string_view text);

}  // namespace cobro::gateways::stripe
