// What browsers need of Stripe's API: CORS, publishable keys with an object's client_secret,
// and the parameters that Stripe.js adds by itself.
#pragma once

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/routes.h"
#include "wire/message.h"

namespace cobro::sandbox::stripe {

// The answer to a preflight.
wire::Reply answer_preflight(const wire::Request& request);
void allow_any_origin(wire::Reply& reply);

// The publishable key that the form itself carries, as Stripe.js sends it; "" when none.
std::string key_in_form(const wire::Json& form);
// Takes what Stripe.js adds out of the form.
void drop_browser_fields(wire::Json& form);

// The 401 of an operation that a publishable key may not do, or the 400 for one that needs
// a `client_secret` it was not given.
std::optional<ApiError> check_publishable(const RouteMatch& match, Account& account,
                                          const wire::Json& form);
// The 400 for a path that leads to what a publishable key may not see.
std::optional<ApiError> check_browser_expand(const std::vector<std::string>& paths);
// What of an object, or of a refusal, a publishable key may see.
void narrow_for_browser(wire::Json& object);
void narrow_for_browser(ApiError& error);

}  // namespace cobro::sandbox::stripe
