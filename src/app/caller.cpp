#include "app/caller.h"

namespace cobro::app {

namespace {
bool is_trusted(const Caller& caller) {
  return caller.role == Role::admin || caller.role == Role::service;
}
}  // namespace

bool may_see(const Caller& caller, const std::string& owner,
             const std::optional<std::string>& tenant) {
  const bool theirs = !owner.empty() && caller.sub == owner && caller.tenant_id == tenant;
  return is_trusted(caller) || theirs;
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
    case Action::settle_by_hand:
      return caller.role == Role::admin;
  }
  return false;
}

}  // namespace cobro::app
