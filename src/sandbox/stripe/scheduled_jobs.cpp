#include "sandbox/stripe/scheduled_jobs.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "sandbox/stripe/checkout_sessions.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/disputes.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/refunds.h"
#include "sandbox/stripe/subscription_cycle.h"
#include "sandbox/stripe/test_clocks.h"

namespace cobro::sandbox::stripe {
namespace {

struct Job {
  std::string_view name;
  void (*run)(Account& account, std::string_view object);
};

constexpr std::array kJobs = {
    Job{"settle_refund", settle_refund},
    Job{"fail_refund", fail_refund},
    Job{"open_dispute", open_dispute},
    Job{"decide_dispute", decide_dispute},
    Job{"expire_authorization", expire_authorization},
    Job{"advance_test_clock", run_test_clock},
    Job{"tend_subscription", tend_subscription},
    Job{"finalize_invoice", finalize_due_invoice},
    Job{"retry_invoice", retry_due_invoice},
    Job{"expire_checkout", expire_checkout},
};

void run(Account& account, const ScheduledJob& scheduled) {
  const auto* job = std::find_if(kJobs.begin(), kJobs.end(),
                                 [&](const Job& one) { return one.name == scheduled.job; });
  COBRO_CHECK(job != kJobs.end());
  job->run(account, scheduled.object);
}

}  // namespace

void run_due_jobs(Account& account) {
  while (account.database.has_due_job("", account.real_now()))
    account.database.transaction(
        [&] { run(account, *account.database.take_due_job("", account.real_now())); });
}

bool run_due_job_of(Account& account, const std::string& clock, base::Timestamp& clock_now,
                    base::Timestamp until) {
  const auto job = account.database.take_due_job(clock, until);
  if (!job) return false;
  clock_now = std::max(clock_now, job->due);
  const Account::ClockScope clock_scope(account, clock, clock_now);
  run(account, *job);
  return true;
}

}  // namespace cobro::sandbox::stripe
