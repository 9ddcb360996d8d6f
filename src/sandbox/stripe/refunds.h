// Refunds of captured charges; some settle or fail later (GATEWAYS §1.9).
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_refund(Call& call);
Answer retrieve_refund(Call& call);
Answer update_refund(Call& call);
Answer list_refunds(Call& call);
Answer cancel_refund(Call& call);

// The Refund object that stands for the release of an uncaptured charge. Whether Stripe
// also sends refund.created for it is not documented; this sandbox does not.
void store_release(Account& account, const Document& charge, std::optional<std::string> reason);

// What was put off: a pending refund succeeds, a succeeded one fails.
void settle_refund(Account& account, std::string_view id);
void fail_refund(Account& account, std::string_view id);

}  // namespace cobro::sandbox::stripe
