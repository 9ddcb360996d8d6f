// The parameters that operations on PaymentIntents and SetupIntents share.
#pragma once

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/confirmation.h"

namespace cobro::sandbox::stripe {

// description, receipt_email, shipping, …: what is stored as it is given. `body` is changed
// as far as the request names them.
void read_descriptive(Params& params, wire::Json& body);
// off_session, error_on_requires_action, return_url and their kin.
ConfirmTerms read_confirm_terms(Params& params);
// Known to Stripe, and not to this sandbox.
void refuse_untouched(Params& params);
// The types of payment methods in an update or a confirmation: cards, or none named.
void check_method_types(Call& call);
// What a statement shows. Stripe takes only the suffix for cards, and not any text.
void read_descriptors(Params& params, wire::Json& body);

// How the intent finds its payment methods: sets automatic_payment_methods and
// payment_method_types in `body`, refuses what excludes each other or what the request's
// version no longer has.
void read_method_selection(Call& call, wire::Json& body);

// The 400 for an intent that may redirect, confirmed without a return_url.
std::optional<ApiError> check_return_url(const wire::Json& body, const ConfirmTerms& terms);

// "This PaymentIntent …": 400 `…_unexpected_state` with the intent inside.
ApiError unexpected_state(const Document& intent, std::string message);

}  // namespace cobro::sandbox::stripe
