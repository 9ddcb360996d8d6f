#include "app/calls/accounts.h"

#include <fmt/format.h>

#include "app/calls/gateway_client.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/pipeline.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::GatewayAccount;
using domain::GatewayName;
using ports::Changes;
using ports::Loaded;

std::string named(const GatewayAccount& account) {
  if (!account.live) return account.account_id;
  return account.account_id + (*account.live ? " (live)" : " (test)");
}

// As the gateway names it now; nothing when it gave no answer that does.
base::Task<std::optional<GatewayAccount>> ask(Context& context, const ports::Gateway& gateway) {
  const auto* saved = gateway.saved_methods();
  if (saved == nullptr) co_return std::nullopt;
  auto response = co_await ask_for_account(context, gateway, saved->fetch_account());
  if (!response) co_return std::nullopt;
  co_return saved->parse_account(*response);
}

// The one that is kept, which may be this one from now on; nothing when it cannot be read.
base::Task<std::optional<GatewayAccount>> keep(Context& context, const GatewayAccount& told) {
  std::optional<GatewayAccount> kept;
  const DecideChanges decide =
      [&](const Loaded& loaded, domain::Moment moment) -> base::Result<Changes, domain::Refusal> {
    kept = loaded.account;
    Changes changes;
    if (kept) return changes;
    kept = told;
    kept->learned_at = moment.now;
    changes.insert(*kept);
    return changes;
  };
  auto committed = co_await commit(context, {.account = told.gateway}, decide);
  if (!committed) co_return std::nullopt;
  co_return kept;
}

AccountCheck compare(const GatewayAccount& told, const GatewayAccount& kept) {
  if (is_same(told, kept)) return {.ours = true};
  return {.ours = false,
          .refusal = fmt::format("the keys of {} are of account {}; this deployment works with {}",
                                 domain::to_string(told.gateway), named(told), named(kept))};
}

}  // namespace

base::Task<bool> is_our_account(Context& context, GatewayName name) {
  const auto known = context.accounts->find(name);
  if (known != context.accounts->end()) co_return known->second.ours;
  const auto* gateway = context.gateways.find(name);
  if (gateway == nullptr) co_return false;
  auto told = co_await ask(context, *gateway);
  if (!told) co_return false;
  const auto kept = co_await keep(context, *told);
  if (!kept) co_return false;
  const auto check = compare(*told, *kept);
  if (!check.ours && !context.accounts->contains(name))
    context.log.write(ports::LogLevel::error, "a gateway's account is refused",
                      {{"gateway", domain::to_string(name)}, {"reason", check.refusal}});
  context.accounts->insert_or_assign(name, check);
  co_return check.ours;
}

base::Task<void> check_accounts(Context& context) {
  for (const auto* gateway : context.gateways.all())
    if (gateway->saved_methods() != nullptr)
      (void)co_await is_our_account(context, gateway->name());
}

std::optional<domain::Refusal> wrong_account(const Context& context, GatewayName gateway) {
  const auto known = context.accounts->find(gateway);
  if (known == context.accounts->end() || known->second.ours) return std::nullopt;
  return domain::Refusal{.code = domain::RefusalCode::gateway_refused,
                         .message =
                             "The gateway's keys are of another account than this deployment "
                             "works with; nothing was done."};
}

domain::Refusal why_not_told(const Context& context, GatewayName gateway) {
  if (auto refusal = wrong_account(context, gateway)) return std::move(*refusal);
  return not_told();
}

std::vector<std::string> refused_accounts(const Context& context) {
  std::vector<std::string> refused;
  for (const auto& [name, check] : *context.accounts)
    if (!check.ours) refused.push_back(check.refusal);
  return refused;
}

}  // namespace cobro::app
