// Checks that several use cases make on what was loaded, and the refusals they share.
#pragma once

#include <string>
#include <string_view>

#include "app/pipeline/caller.h"
#include "app/pipeline/pipeline.h"
#include "base/result.h"
#include "domain/refusal.h"
#include "ports/store.h"

namespace cobro::app {

// Give the loaded root, when the caller may see it; else not_found.
base::Result<domain::Order, domain::Refusal> visible_order(const ports::Loaded& loaded,
                                                           const Caller& caller);
base::Result<domain::Payment, domain::Refusal> visible_payment(const ports::Loaded& loaded,
                                                               const Caller& caller);

// Reads a stated amount in a currency that is now known. It must be positive, with no more decimals
// than the currency has and at most twelve digits; else validation_failed on `field`.
base::Result<domain::Money, domain::Refusal> read_amount(std::string_view text,
                                                         domain::Currency currency,
                                                         std::string_view field);

// Refuses because the payment is in another state than the operation needs, and names both in the
// words of the caller's surface: "The payment is failed; it must be completed to be refunded."
domain::Refusal wrong_state(const Call& call, const domain::Payment& payment,
                            domain::PaymentState needed, std::string_view purpose);

domain::Refusal not_found(std::string_view what);
domain::Refusal forbidden(std::string message);
domain::Refusal invalid_field(std::string_view field, std::string_view code, std::string message);
// Refuses with a message like "The payment is cancelled; it must be pending.", in the domain's
// words.
domain::Refusal invalid_state(std::string message);
// Refuses because another operation on the payment is open, or its outcome is unknown.
domain::Refusal payment_in_progress(const domain::Payment& payment);
domain::Refusal payment_conflicted();
// Refuses because the gateway was asked and did not say how things are there.
domain::Refusal not_told();
// Refuses because the rest of the order's total is allocated to another payment, which it names.
domain::Refusal order_amount_taken(const ports::Loaded& loaded, const domain::Payment* except);

}  // namespace cobro::app
