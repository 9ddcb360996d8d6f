// Charges: one attempt at moving money each. They come to be through PaymentIntents only.
#pragma once

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/test_cards.h"

namespace cobro::sandbox::stripe {

Answer retrieve_charge(Call& call);
Answer update_charge(Call& call);
Answer list_charges(Call& call);

struct ChargeOutcome {
  const Decline* decline = nullptr;  // null: accepted
  bool captured = false;
  bool authenticated = false;  // by 3-D Secure
};
// Makes and stores the charge that paying `intent` with `method` amounts to.
Document make_charge(Account& account, const Document& intent, const Document& method,
                     const ChargeOutcome& outcome);

// What of the charge may still be refunded, or captured and then refunded.
std::int64_t unrefunded_amount(const Document& charge);

}  // namespace cobro::sandbox::stripe
