// Payments without an order: made at the gateway unconfirmed, to be confirmed in the customer's
// browser or by process_payment.
#pragma once

#include <optional>
#include <string>

#include "app/payments/checkout_terms.h"
#include "app/payments/payments.h"

namespace cobro::app {

struct CreateIntent {
  domain::PaymentKind kind = domain::PaymentKind::intent;
  domain::GatewayName gateway;
  domain::Money amount;
  // Our id of a saved one, or the gateway's token.
  std::optional<std::string> payment_method = {};
  domain::CaptureMethod capture_method = domain::CaptureMethod::automatic;
  std::optional<std::string> description = {};
  std::string metadata = "{}";
  std::optional<std::string> course_id = {};
  std::optional<CheckoutTerms> checkout = {};  // with a page
};
// Makes the payment, with the caller's customer at the gateway. Refusals: gateway_not_available,
// currency_not_supported, validation_failed, gateway_refused, gateway_busy, outcome_unknown.
base::Task<Answer> create_intent(Context& context, Call call, CreateIntent command,
                                 RenderPayment render);

}  // namespace cobro::app
