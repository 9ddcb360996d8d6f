// A card as requests bring it: a test card's number, or a token that stands for one; and
// the tokens themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/stripe/account.h"
#include "sandbox/stripe/test_cards.h"

namespace cobro::sandbox::stripe {

// A method that a request names: `payment_method`, or what `payment_method_data` describes.
// Check first, use after validation: only `use_method` writes.
struct MethodChoice {
  const TestCard* card = nullptr;  // a new object is to be made of it
  std::int64_t exp_month = 12;
  std::int64_t exp_year = 2034;
  std::string token;           // spent with it; "" when it came without one
  wire::Json billing_details;  // null unless given
  wire::Json metadata;
  std::string allow_redisplay = "unspecified";
  std::string existing;  // or the id of one there is
};

// `type=card` with `card[token]` or `card[number]`, billing details and metadata. Mistakes go
// to `params`.
void read_new_method(Account& account, Params& params, MethodChoice& choice);
// Merged into what there was, or into empty ones when that is null.
void read_billing_details(Params& params, wire::Json& details);
wire::Json empty_billing_details();
// Refuses a month that is none, and a year that is past or far away.
void check_expiry(Account& account, Params& card, std::int64_t month, std::int64_t year);
// The same number has the same fingerprint.
std::string fingerprint_of(std::string_view number);

Answer create_token(Call& call);
Answer retrieve_token(Call& call);
// A token serves once.
void spend_token(Account& account, const std::string& id);

}  // namespace cobro::sandbox::stripe
