// Subscriptions: the API's operations on them. What time and invoices do to them is
// subscription_cycle.h and subscription_states.h.
#pragma once

#include <string>
#include <vector>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_subscription(Call& call);
Answer retrieve_subscription(Call& call);
Answer update_subscription(Call& call);
Answer list_subscriptions(Call& call);
Answer cancel_subscription(Call& call);  // at once
Answer resume_subscription(Call& call);  // one that its trial's end has paused

Answer list_subscription_items(Call& call);

// A subscription that is to be, by `create` or by a finished Checkout Session.
struct NewSubscription {
  struct Item {
    Document price;
    std::int64_t quantity = 1;
    wire::Json metadata = wire::JsonObject{};
  };
  std::string customer;
  std::vector<Item> items;
  std::string method;          // "" is the customer's default
  std::int64_t trial_end = 0;  // unix seconds; 0 is no trial
  std::string behavior = "allow_incomplete";
  bool off_session = false;
  wire::Json fields = wire::JsonObject{};  // of the body, as they were given
};
// With its first invoice, charged as `behavior` says. Refuses what that says to refuse, and
// has then changed nothing.
base::Result<Document, ApiError> start_subscription(Account& account, const Cause& cause,
                                                    const NewSubscription& wanted);

// Of that customer, newest first.
std::vector<Document> subscriptions_of_customer(Account& account, const std::string& customer);
// What `expand[]=subscriptions` puts into a customer.
wire::Json subscriptions_of(Account& account, const wire::Json& customer);
// Refuses a second currency beside that of the customer's living subscriptions.
std::optional<ApiError> check_one_currency(Account& account, const std::string& customer,
                                           const std::string& currency);
// Ends all of a customer that is deleted.
void end_subscriptions_of(Account& account, const Cause& cause, const std::string& customer);

}  // namespace cobro::sandbox::stripe
