// What we keep of a customer or a saved method is a copy: its owner can delete it at the gateway.
// A refusal that blames one, or an event, makes us look at that very id; only what is gone there
// is marked gone here. A customer is made again by whoever needs it next, a method never.
#pragma once

#include <optional>
#include <string>

#include "app/pipeline/context.h"
#include "base/task.h"
#include "ports/answers.h"
#include "ports/store.h"

namespace cobro::app {

// Looks at the customer. One that is gone loses its id at the gateway, so that it is made again
// under a new key; its methods leave the list, and its subscriptions are fetched. False when
// nothing could be learned.
base::Task<bool> check_customer(Context& context, ports::Reads::Customer customer);
// Looks at the method. One that is gone, or is another customer's, leaves the list, and the
// subscriptions that our rows say are paid with it are fetched; of any other our row says then what
// the gateway says. False when nothing could be learned.
base::Task<bool> check_method(Context& context, domain::PaymentMethodId method);
// Fetches the customer's subscriptions that our rows say are paid with the method.
base::Task<void> fetch_paid_with(Context& context, domain::PaymentMethodId method);
// Looks at what a refusal blames: the customer, or the saved method of that id at the gateway. A
// token that was never saved is no copy.
base::Task<void> check_blamed(Context& context, ports::Reads::Customer customer, ports::Fault fault,
                              std::optional<std::string> gateway_method);

// Whether what a call made, as an earlier answer showed it, is there still: the customer, or the
// method with the customer that it was attached to. Nothing: the gateway gave no answer.
base::Task<std::optional<bool>> is_still_there(Context& context, domain::GatewayCall call,
                                               ports::GatewayObject made);

// Takes over what the gateway says of a method. False when that is nothing new.
bool follow(domain::PaymentMethod& method, const domain::GatewayMethod& snapshot);

// Whether the customer that the gateway calls `used` is not this user's any more: what was
// refused because of it may be asked for again, once.
base::Task<bool> is_replaced(Context& context, ports::Reads::Customer customer, std::string used);

// Whether the method that the gateway calls so is not among this user's saved ones any more: what
// was refused because of it may be asked for again with another.
base::Task<bool> has_left(Context& context, ports::Reads::Customer customer,
                          std::string gateway_method);

}  // namespace cobro::app
