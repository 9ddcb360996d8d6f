#include "app/webhooks/event_account.h"

#include "app/calls/accounts.h"

namespace cobro::app {

Whose whose(const ports::GatewayEvent& event, const ports::Loaded& loaded) {
  if (!event.account) return Whose::ours;
  if (!loaded.account) return Whose::unknown;
  return loaded.account->account_id == *event.account ? Whose::ours : Whose::of_another;
}

base::Task<Whose> whose_event(Context& context, domain::GatewayName gateway,
                              const ports::GatewayEvent& event) {
  if (!event.account) co_return Whose::ours;
  const ports::Reads reads{.account = gateway};
  const auto known = whose(event, co_await context.store.load(reads));
  if (known != Whose::unknown) co_return known;
  (void)co_await is_our_account(context, gateway);
  co_return whose(event, co_await context.store.load(reads));
}

void log_other_account(Context& context, const ports::StoredWebhook& row) {
  context.log.write(ports::LogLevel::warning,
                    "a webhook of another account at the gateway is not applied",
                    {{"event", row.event_id}, {"type", row.type}});
}

}  // namespace cobro::app
