// Who calls, and what they may do: the one place where authorization is decided. What is
// not allowed here is denied.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/order.h"
#include "domain/payment.h"

namespace cobro::app {

enum class Role { user, admin, service };

// The roles of a caller. Their rights add up, and everybody has a user's.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(Role role) { add(role); }  // NOLINT(google-explicit-constructor)

  constexpr void add(Role role) { held_ |= bit(role); }
  [[nodiscard]] constexpr bool has(Role role) const { return (held_ & bit(role)) != 0; }

 private:
  static constexpr unsigned bit(Role role) { return 1U << static_cast<unsigned>(role); }
  unsigned held_ = bit(Role::user);
};

struct Caller {
  std::string sub;
  Roles roles = {};
  std::optional<std::string> tenant_id;
  std::optional<std::string> email = {};  // the token's, for the gateway's customer
  std::optional<std::string> name = {};
};

// Whether the caller is an admin or a service.
bool is_trusted(const Caller& caller);

// Whether the caller may see what `owner` of `tenant` has. A caller of a tenant sees nothing of
// another one, whatever their role; admins and services without a tenant are the deployment's, and
// see everything. A user sees what carries their `sub`
// in their tenant (no tenant is one of its own). What somebody may not see does not exist for
// them: 404.
bool may_see(const Caller& caller, const std::string& owner,
             const std::optional<std::string>& tenant);

// Whether the caller may say that tenant's id in a request. Another one's does not exist: 404.
bool may_name(const Caller& caller, std::string_view tenant);

// Whether the caller belongs to no tenant but to the deployment.
bool is_of_deployment(const Caller& caller);

// What a role may do with anything it sees, beyond looking.
enum class Action {
  move_order,  // status after paid
  capture,
  refund,
  void_authorized,
  record_transaction,
  resolve_by_hand,  // overpayments, reviews
  filter_by_user,
};
bool may(const Caller& caller, Action action);

}  // namespace cobro::app
