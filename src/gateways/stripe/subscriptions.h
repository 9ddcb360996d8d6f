// Stripe's subscriptions: the requests that change them, and what they say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/gateway_objects.h"
#include "ports/billing.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {

// With a method Stripe charges it at once, the customer being present (`off_session` is left
// at its default, false): a card that fails, or asks for 3-D Secure, leaves the subscription
// incomplete instead of refusing it. Without one nothing is charged until the customer pays
// the first invoice in a browser, and what was paid with is kept for the next.
domain::GatewayRequest build(const ports::CreateSubscriptionCommand& command, domain::CallId call);
domain::GatewayRequest build(const ports::EndAtPeriodEndCommand& command);
domain::GatewayRequest build(const ports::EndNowCommand& command);
domain::GatewayRequest build(const ports::ResumeCommand& command);
domain::GatewayRequest build(const ports::ChangePlanCommand& command);
domain::GatewayRequest preview_of(const ports::ChangePlanCommand& command);
domain::GatewayRequest build(const ports::SetMethodCommand& command);
domain::GatewayRequest build(const ports::PayInvoiceCommand& command);

// Writes the query that shows a subscription with what its reader wants to see. Paths may hold four
// names, `data` included, so the intent of an invoice is out of reach: its secret stands in
// `confirmation_secret`. `prefix` is `data.` for a list.
std::string expansions_in_query(std::string_view prefix = "");

std::optional<domain::GatewaySubscription> read_subscription(const wire::Json& subscription);

}  // namespace cobro::gateways::stripe
