// Balance transactions: made up on the way, as nothing but their source decides them. Each
// is found by its source's id.
#pragma once

#include <optional>
#include <string>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

Answer retrieve_balance_transaction(Call& call);
Answer list_balance_transactions(Call& call);

// Of a charge or a refund.
std::string balance_transaction_id(std::string_view source_id);
// The one that gives back what a failed refund took.
std::string failure_transaction_id(std::string_view refund_id);
std::optional<wire::Json> balance_transaction(Account& account, std::string_view id);

wire::Json dispute_transaction(const Document& dispute, bool reinstated);

}  // namespace cobro::sandbox::stripe
