// Checkout Sessions as they are made, and the parameters that are about what they make.
#pragma once

#include <string>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

wire::Json blank_checkout_session(Account& account, const std::string& mode);
wire::Json line_item(Account& account, const Document& price, std::int64_t quantity);
// payment_intent_data, subscription_data, setup_intent_data: into the session's `inner`.
void read_checkout_data(Call& call, Document& session);
// What Stripe's page can do besides, and this sandbox's cannot.
void refuse_checkout_extras(Call& call);

}  // namespace cobro::sandbox::stripe
