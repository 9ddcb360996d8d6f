// Test clocks: a customer may live in the time of one, with everything billed to them. Real
// time does not move it; `advance` does, and whatever comes due on the way happens in order,
// dated as the clock says (docs.stripe.com/billing/testing/test-clocks).
#pragma once

#include <string>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_test_clock(Call& call);
Answer retrieve_test_clock(Call& call);
Answer list_test_clocks(Call& call);
Answer advance_test_clock(Call& call);
Answer delete_test_clock(Call& call);  // with its customers

// What was put off: an advance that was asked for.
void run_test_clock(Account& account, std::string_view clock);

// "" for nobody, and for a customer in real time.
std::string test_clock_of(Account& account, const std::string& customer);
// Works in the time of the customer's clock while it lives.
Account::ClockScope clock_scope_of(Account& account, const std::string& customer);
// The same for whoever the request is about: by its parameters, or by the object in its path.
Account::ClockScope clock_scope_of(Call& call, std::string_view kind);
// The id that `test_clock` names, refused when there is none; "" when it is absent.
std::string read_test_clock(Account& account, Params& params);

}  // namespace cobro::sandbox::stripe
