// Who may call a route at all, before it is known what it is about; what belongs to whom is for
// the use case (app/caller.h).
#pragma once

#include <optional>

#include "domain/refusal.h"
#include "surfaces/common/exchange.h"

namespace cobro::surfaces {

// Decides by role. What is not allowed here is denied.
bool may_call(const app::Caller& caller, Access access, const app::Settings& settings);

// A `tenant_id` in a query or body must be the caller's own, on every route, whether that route
// reads it or not: not_found when it is not.
std::optional<domain::Refusal> refuse_tenant(const Exchange& exchange);

}  // namespace cobro::surfaces
