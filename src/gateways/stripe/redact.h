// Takes from Stripe's objects what is fit to keep and to show. It lists what is taken, so that a
// field that appears tomorrow stays out. A client secret, billing details, receipts and metadata
// are never taken.
#pragma once

#include <string>
#include <string_view>

#include "wire/json.h"

namespace cobro::gateways::stripe {

// These give a compact JSON object.
std::string redacted_payment(const wire::Json& intent);
std::string redacted_refund(const wire::Json& refund);
std::string redacted_subscription(const wire::Json& subscription);
std::string redacted_checkout(const wire::Json& session);  // without its address
std::string redacted_dispute(const wire::Json& dispute);   // without the evidence

// Makes text of Stripe's fit for our logs and answers: words that hold a key or a secret are struck
// out, and it is cut at 300 bytes.
std::string redacted_message(std::string_view text);

}  // namespace cobro::gateways::stripe
