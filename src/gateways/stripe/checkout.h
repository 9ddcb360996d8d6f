// Stripe's own Checkout pages (Checkout Sessions, API reference "Checkout"): what makes, ends
// and tells of one. The object that is paid is made by paying there: until then the session is
// all that exists, and while it is open only the session can be ended, not its intent.
#pragma once

#include <optional>
#include <string>

#include "domain/gateway_objects.h"
#include "ports/billing.h"
#include "wire/form.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

inline constexpr std::string_view kCheckoutSessions = "/v1/checkout/sessions";

// Makes the page of a payment. `amount` is in Stripe's units.
domain::GatewayRequest build_payment_page(const ports::CheckoutPage& page,
                                          const domain::Payment& payment, domain::CallId call,
                                          std::int64_t amount);
// Makes the page of a subscription; `command.page` is set. The customer gives a method there,
// whatever the command names.
domain::GatewayRequest build_subscription_page(const ports::CreateSubscriptionCommand& command,
                                               domain::CallId call);
// Closes the page. Stripe refuses that with a 400 when the page is not open any more.
domain::GatewayRequest expire_page(const std::string& gateway_checkout_id);

// Fetches the page with its intent.
domain::GatewayRequest fetch_page(const std::string& gateway_checkout_id);
domain::GatewayRequest list_pages(const std::optional<std::string>& customer, base::Timestamp from,
                                  base::Timestamp to);
// Whether a request was made to sessions: it made one, or asked for one.
bool is_about_pages(const domain::GatewayRequest& request);

// Reads what the page says of the payment that it collects: what its intent says, once there is
// one. An open page is for the customer to act on; an expired one cancels what was not paid there.
std::optional<domain::GatewayPayment> read_payment_page(const wire::Json& session);
std::optional<domain::GatewayCheckout> read_page(const wire::Json& session);

}  // namespace cobro::gateways::stripe
