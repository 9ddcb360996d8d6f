// The parameters that creating and updating a subscription share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {

// metadata, description, default_payment_method, payment_settings, trial_settings,
// cancel_at_period_end, …: into the fields of `body`, which has a `customer`.
void read_subscription_fields(Call& call, wire::Json& body);
// A payment method of the customer.
void read_default_method(Call& call, const std::string& customer, wire::Json& body);
// The quantity of an item, 1 by default.
std::int64_t read_quantity(Params& item);
// The price that `price` names or `price_data` describes (a new one: products.h keeps it).
std::optional<Document> read_item_price(Call& call, Params& item);
// `trial_end`: unix seconds, or now; nothing when absent.
std::optional<std::int64_t> read_trial_end(Call& call);
// Refuses the item's price when it is of another currency.
void check_price_currency(Params& item, const wire::Json& price, std::string_view expected);
// Refuses it when it is paid once.
void check_recurs(Params& item, const wire::Json& price);
// All prices of one subscription that recur do so at the same pace, and in one currency.
void check_items(Params& params, const std::vector<wire::Json>& prices);

}  // namespace cobro::sandbox::stripe
