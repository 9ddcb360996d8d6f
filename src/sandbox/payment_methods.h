// PaymentMethods: cards only. A test id (`pm_card_visa`, `tok_visa`) becomes a new object
// of its own wherever it is used, as in Stripe's test mode.
#pragma once

#include <string>

#include "sandbox/account.h"
#include "sandbox/test_cards.h"

namespace cobro::sandbox {

Answer create_payment_method(Call& call);
Answer retrieve_payment_method(Call& call);
Answer update_payment_method(Call& call);

// The card behind a stored PaymentMethod.
const TestCard& card_of(const Document& method);

// A method that a request names: `payment_method`, or what `payment_method_data` describes.
// Check first, use after validation: only `use` writes.
struct MethodChoice {
  const TestCard* card = nullptr;  // a new object is to be made of it
  wire::Json billing_details;      // null unless given
  wire::Json metadata;
  std::string existing;  // or the id of one there is
};
// Nothing when the request names none. Mistakes go to `params`.
std::optional<MethodChoice> read_method_choice(Account& account, Params& params);
base::Result<Document, ApiError> use_method(Account& account, const MethodChoice& choice);

}  // namespace cobro::sandbox
