#include "sandbox/later_actions.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "sandbox/checkout_sessions.h"
#include "sandbox/collection.h"
#include "sandbox/disputes.h"
#include "sandbox/payment_intents.h"
#include "sandbox/refunds.h"
#include "sandbox/subscription_cycle.h"
#include "sandbox/test_clocks.h"

namespace cobro::sandbox {
namespace {

struct Deed {
  std::string_view name;
  void (*run)(Account& account, std::string_view object);
};

constexpr std::array kDeeds = {
    Deed{"settle_refund", settle_refund},
    Deed{"fail_refund", fail_refund},
    Deed{"open_dispute", open_dispute},
    Deed{"decide_dispute", decide_dispute},
    Deed{"expire_authorization", expire_authorization},
    Deed{"advance_test_clock", run_test_clock},
    Deed{"tend_subscription", tend_subscription},
    Deed{"finalize_invoice", finalize_due_invoice},
    Deed{"retry_invoice", retry_due_invoice},
    Deed{"expire_checkout", expire_checkout},
};

void run(Account& account, const LaterAction& action) {
  const auto* deed = std::find_if(kDeeds.begin(), kDeeds.end(),
                                  [&](const Deed& one) { return one.name == action.action; });
  COBRO_CHECK(deed != kDeeds.end());
  deed->run(account, action.object);
}

}  // namespace

void run_due_actions(Account& account) {
  while (account.database.has_due_action("", account.real_now()))
    account.database.transaction(
        [&] { run(account, *account.database.take_due_action("", account.real_now())); });
}

bool run_due_action_of(Account& account, const std::string& clock, base::Timestamp& clock_now,
                       base::Timestamp until) {
  const auto action = account.database.take_due_action(clock, until);
  if (!action) return false;
  clock_now = std::max(clock_now, action->due);
  const Account::Story story(account, clock, clock_now);
  run(account, *action);
  return true;
}

}  // namespace cobro::sandbox
