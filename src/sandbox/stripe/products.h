// Products and prices: what can be sold and billed. Three monthly prices are there from the
// start (CONTRACT §8).
#pragma once

#include <optional>
#include <string>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer create_product(Call& call);
Answer retrieve_product(Call& call);
Answer update_product(Call& call);
Answer delete_product(Call& call);  // only one without prices
Answer list_products(Call& call);

Answer create_price(Call& call);
Answer retrieve_price(Call& call);
Answer update_price(Call& call);
Answer list_prices(Call& call);

// Makes the products and prices that every account has; once.
void stock_products(Account& account);

// currency, unit_amount and recurring of `create_price`, or of `price_data` elsewhere, into a
// price; `product` is set by the caller.
wire::Json read_price(Account& account, Params& params);
// The price's product: the one that `product` names, or a new one that `product_data`
// describes, which `keep_price` stores with the price.
void read_product(Call& call, Params& params, Document& price);
// Stores a price that is new; does nothing for another.
void keep_price(Account& account, const Cause& cause, const Document& price);
// An active price, refused when there is none.
std::optional<Document> read_active_price(Account& account, Params& params);

}  // namespace cobro::sandbox::stripe
