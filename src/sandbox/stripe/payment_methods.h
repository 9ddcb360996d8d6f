// PaymentMethods: cards only. A test id (`pm_card_visa`, `tok_visa`) becomes a new object
// of its own wherever it is used, as in Stripe's test mode.
#pragma once

#include <string>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/card_input.h"
#include "sandbox/stripe/test_cards.h"

namespace cobro::sandbox::stripe {

Answer create_payment_method(Call& call);
Answer retrieve_payment_method(Call& call);
Answer update_payment_method(Call& call);
Answer attach_payment_method(Call& call);
Answer detach_payment_method(Call& call);
Answer list_payment_methods(Call& call);
// Of the customer in the path.
Answer list_customer_methods(Call& call);

// The one of that id; a test id makes a new one of its own.
std::optional<Document> find_or_make(Account& account, const std::string& id);
// The 400 for a method that served its one payment, or was detached.
ApiError used_up();
// The 400 for a default method, or one to pay an invoice with, that is not the customer's.
ApiError not_theirs(const std::string& method, std::string param);
// The card behind a stored PaymentMethod.
const TestCard& card_of(const Document& method);

// Nothing when the request names none. Mistakes go to `params`.
std::optional<MethodChoice> read_method_choice(Account& account, Params& params);
// `customer` is who pays, "" when nobody is named. Refuses a method that is used up or
// belongs to somebody else.
base::Result<Document, ApiError> use_method(Account& account, const MethodChoice& choice,
                                            const std::string& customer);

// Gives the method to the customer; refuses a card that is declined when it is verified, and
// one that was another's. Does nothing when it is theirs already.
std::optional<ApiError> attach(Call& call, Document& method, const std::string& customer);
// The same without a check: after a payment or a set-up has verified the card.
void give_to(Account& account, const Cause& cause, Document& method, const std::string& customer);
void detach_all(Call& call, const std::string& customer);
// The decline that verifying the card without charging it meets; null when none.
const Decline* decline_of_verification(const TestCard& card);

}  // namespace cobro::sandbox::stripe
