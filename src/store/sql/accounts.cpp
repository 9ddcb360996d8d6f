#include "store/sql/entities.h"

namespace cobro::store {

std::string_view select_account() {
  return "SELECT gateway, account_id, live, learned_at FROM gateway_accounts WHERE gateway = $1";
}

Statement insert(const domain::GatewayAccount& account) {
  return {
      "INSERT INTO gateway_accounts (gateway, account_id, live, learned_at)"
      " VALUES ($1, $2, $3, $4)",
      params_of(account.gateway, account.account_id, account.live, account.learned_at)};
}

domain::GatewayAccount read_account(Cells cells) {
  domain::GatewayAccount account{};
  account.gateway = cells.enum_value<domain::GatewayName>("gateway");
  account.account_id = cells.text();
  account.live = cells.opt([&] { return cells.flag(); });
  account.learned_at = cells.time();
  return account;
}

}  // namespace cobro::store
