// Subscriptions and their items as they are made.
#pragma once

#include <string>

#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {

// What of a body a request can set, with its defaults; `read_subscription_fields` fills it.
wire::Json blank_subscription_fields(const std::string& customer);
// Not stored yet, nothing billed; `trialing` or `incomplete`.
Document new_subscription(Account& account, const NewSubscription& wanted);
wire::Json item_object(Account& account, const std::string& subscription,
                       const NewSubscription::Item& item, std::int64_t start, std::int64_t end);
// The old form of a price, which items still carry; null of one that is paid once.
wire::Json plan_of(const wire::Json& price);
wire::Json items_list(const std::string& subscription, wire::JsonArray items);
// Sets what follows from `cancel_at_period_end` and `cancel_at`: the one from the other, and
// when it was asked for.
void follow_end(Document& subscription, std::int64_t now);

}  // namespace cobro::sandbox::stripe
