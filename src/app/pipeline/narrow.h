// What a list holds at most for its caller, whatever the filter says.
#pragma once

#include "app/pipeline/caller.h"
#include "ports/store.h"

namespace cobro::app {

// Narrows a list to the caller's tenant (no tenant is one of its own). The deployment's callers see
// the rows of all tenants.
template <class Filter>
void narrow_to_tenant(const Caller& caller, Filter& filter) {
  if (!is_of_deployment(caller)) filter.tenant = ports::TenantScope{caller.tenant_id};
}

// Narrows a list of rows that somebody owns: a user sees their own only.
template <class Filter>
void narrow(const Caller& caller, Filter& filter) {
  narrow_to_tenant(caller, filter);
  if (!may(caller, Action::filter_by_user)) filter.user_id = caller.sub;
}

}  // namespace cobro::app
