#include "gateways/stripe/accounts.h"

#include "gateways/stripe/snapshots.h"

namespace cobro::gateways::stripe {

std::optional<domain::GatewayAccount> read_account(const wire::Json& account) {
  auto id = id_at(account, "id");
  if (!is_object_of_type(account, "account") || !id) return std::nullopt;
  return domain::GatewayAccount{.gateway = domain::GatewayName::stripe,
                                .account_id = std::move(*id)};
}

std::optional<bool> is_live_key(std::string_view key) {
  if (key.starts_with("sk_live_") || key.starts_with("rk_live_")) return true;
  if (key.starts_with("sk_test_") || key.starts_with("rk_test_")) return false;
  return std::nullopt;
}

}  // namespace cobro::gateways::stripe
