// Use cases about reviews: what no machine can decide is resolved by a person.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/pipeline/pipeline.h"
#include "domain/review.h"

namespace cobro::app {

// Renders a review. `payment` is as it is left, where the review is about one; else null.
using RenderReview =
    std::function<StoredReply(const domain::Review& row, const domain::Payment* payment)>;

struct ResolveReview {
  domain::ReviewId review;
  domain::ReviewOutcome outcome = domain::ReviewOutcome::failed;
  std::optional<std::string> gateway_transaction_id;
  std::string note;
};
// Books what the person found at the gateway, with who said so and why, in one transaction:
// the operation's end (for a conflict: the payment's), its money, its idempotency record.
//
//   outcome    create     confirm                 capture     cancel     refund    conflict
//   succeeded  made       captured, or authorized captured    cancelled  refunded  captured
//   failed     cancelled  payment failed          authorized  as it was  failed    failed
//
// A call about a customer, a method or a subscription was done, or it was not; what was made needs
// its id at the gateway. Money that the payment cannot keep becomes an overpayment.
// Refusals: forbidden (`admin` only), not_found, validation_failed (made, and under which id is not
// said), invalid_state (resolved already; a conflict "failed" of a payment that succeeded, which is
// refunded instead).
base::Task<Answer> resolve_review(Context& context, Call call, ResolveReview command,
                                  RenderReview render);

// Lists reviews. Refusals: forbidden (`admin` only).
base::Task<base::Result<ports::Listed<domain::Review>, domain::Refusal>> list_reviews(
    Context& context, Caller caller, ports::ReviewFilter filter, ports::Page page);

}  // namespace cobro::app
