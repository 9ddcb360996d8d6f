// Hosted checkout: what the page shows, and the end of sessions that nobody paid. A session is
// made by create_intent or subscribe with CheckoutTerms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/payments/checkout_terms.h"
#include "app/pipeline/context.h"
#include "base/result.h"
#include "base/task.h"
#include "domain/refusal.h"

namespace cobro::app {

struct CheckoutView {
  domain::CheckoutSession session;
  domain::CheckoutStatus status = domain::CheckoutStatus::open;  // now
  std::optional<domain::Payment> payment;
  std::optional<domain::Subscription> subscription;
  std::optional<std::string> plan_name = {};  // of the subscription, when the plan is one of ours
};
// Shows a session to whoever has its id. Refusals: not_found.
base::Task<base::Result<CheckoutView, domain::Refusal>> view_checkout(
    Context& context, domain::CheckoutSessionId session);
// Asks the gateway first what became of it, and shows the session as it stands then, also where the
// gateway does not say.
base::Task<base::Result<CheckoutView, domain::Refusal>> refresh_checkout(
    Context& context, domain::CheckoutSessionId session);

inline constexpr std::int64_t kCheckoutBatch = 50;
// Makes one round of the expiry job, for up to kCheckoutBatch sessions. Cancels at the gateway what
// nobody paid in time; what may still be paid is looked at again later. Several instances may do so
// at once. Returns how many sessions were looked at.
base::Task<std::int64_t> expire_checkouts(Context& context);

}  // namespace cobro::app
