// What Stripe does by itself some time later: refunds settle, disputes open, subscriptions
// renew. Everything to be done is a row of the database, due in real time or in the time of
// a test clock.
#pragma once

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// Does, in order, all that is due by now in real time.
void run_due_jobs(Account& account);
// Does what is due first by `until` of that test clock, as of the moment it is due. False
// when nothing is. Runs within the caller's transaction.
bool run_due_job_of(Account& account, const std::string& clock, base::Timestamp& clock_now,
                    base::Timestamp until);

}  // namespace cobro::sandbox::stripe
