#include "app/pipeline/caller.h"

namespace cobro::app {

bool is_trusted(const Caller& caller) {
  return caller.roles.has(Role::admin) || caller.roles.has(Role::service);
}

bool may_see(const Caller& caller, const std::string& owner,
             const std::optional<std::string>& tenant) {
  if (is_of_deployment(caller)) return true;
  if (caller.tenant_id != tenant) return false;
  return is_trusted(caller) || (!owner.empty() && caller.sub == owner);
}

bool may_name(const Caller& caller, std::string_view tenant) {
  return is_of_deployment(caller) || caller.tenant_id == tenant;
}

bool is_of_deployment(const Caller& caller) {
  return is_trusted(caller) && !caller.tenant_id;
}

bool may(const Caller& caller, Action action) {
  switch (action) {
    case Action::move_order:
    case Action::capture:
    case Action::refund:
    case Action::void_authorized:
    case Action::record_transaction:
    case Action::filter_by_user:
      return is_trusted(caller);
    case Action::resolve_by_hand:
      return caller.roles.has(Role::admin);
  }
  return false;
}

}  // namespace cobro::app
