#include "surfaces/common/access.h"

#include <algorithm>

#include "surfaces/common/route_spec.h"
#include "wire/form.h"

namespace cobro::surfaces {
namespace {

constexpr std::string_view kTenant = "tenant_id";

// What is no id at all names nobody's tenant.
bool may_name(const app::Caller& caller, const wire::Json& value) {
  if (value.is_null()) return true;
  const auto* number = value.as_number();
  const auto* text = number != nullptr ? &number->text : value.as_string();
  return app::may_name(caller, text != nullptr ? *text : std::string());
}

}  // namespace

bool may_call(const app::Caller& caller, Access access, const app::Settings& settings) {
  const bool trusted = app::is_trusted(caller);
  switch (access) {
    case Access::anyone:
    case Access::bearer:
      return true;
    case Access::admin:
      return caller.roles.has(app::Role::admin);
    case Access::deployment:
      return caller.roles.has(app::Role::admin) && app::is_of_deployment(caller);
    case Access::trusted:
      return trusted;
    case Access::refunding:
      return trusted || settings.refund_self_service_days > 0;
  }
  return false;
}

std::optional<domain::Refusal> refuse_tenant(const Exchange& exchange) {
  const auto* member = exchange.body.find(kTenant);
  bool allowed = member == nullptr || may_name(exchange.caller, *member);
  const auto query = wire::parse_form(exchange.request.query).value_or(wire::FormFields{});
  allowed = allowed && std::ranges::all_of(query, [&](const auto& field) {
              return field.first != kTenant || app::may_name(exchange.caller, field.second);
            });
  return allowed ? std::nullopt : std::optional(no_such("tenant"));
}

}  // namespace cobro::surfaces
