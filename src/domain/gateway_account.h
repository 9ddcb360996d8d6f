// The account at a gateway that this deployment works with, and its mode: ids mean nothing under
// another one.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "domain/payment.h"

namespace cobro::domain {

struct GatewayAccount {
  GatewayName gateway;
  std::string account_id;         // acct_…
  std::optional<bool> live = {};  // nothing: the gateway does not say
  base::Timestamp learned_at = {};
};

// Whether nothing speaks against the two being one account.
inline bool is_same(const GatewayAccount& a, const GatewayAccount& b) {
  return a.account_id == b.account_id && (!a.live || !b.live || a.live == b.live);
}

}  // namespace cobro::domain
