// Customers: who a payment method can belong to.
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_customer(Call& call);
Answer retrieve_customer(Call& call);  // `{"deleted": true}` for one that was deleted
Answer update_customer(Call& call);
Answer delete_customer(Call& call);  // its payment methods are detached
Answer list_customers(Call& call);

// Deletes one, with what belongs to it; leaves `{"deleted": true}` behind.
void erase_customer(Call& call, Document& customer);

// A new one with what a person typed on a page; its id.
std::string make_customer(Account& account, const Cause& cause, const std::string& email,
                          const std::string& name);

// The id that `customer` names, refused when there is none; "" when it is absent or unset.
std::string read_customer(Call& call);

}  // namespace cobro::sandbox::stripe
