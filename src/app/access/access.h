// Use cases that list what was granted and what is disputed.
#pragma once

#include "app/pipeline/caller.h"
#include "app/pipeline/context.h"
#include "base/result.h"
#include "base/task.h"
#include "ports/store.h"

namespace cobro::app {

// Lists entitlements. A user's list holds only what is theirs.
base::Task<ports::Listed<domain::Entitlement>> list_entitlements(Context& context, Caller caller,
                                                                 ports::EntitlementFilter filter,
                                                                 ports::Page page);
// Lists disputes, of one payment where it is named. Refusals: not_found (that payment).
base::Task<base::Result<ports::Listed<domain::Dispute>, domain::Refusal>> list_disputes(
    Context& context, Caller caller, std::optional<ports::PaymentRef> payment,
    ports::DisputeFilter filter, ports::Page page);

}  // namespace cobro::app
