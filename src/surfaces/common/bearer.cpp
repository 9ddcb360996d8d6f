#include "surfaces/common/bearer.h"

#include <algorithm>

#include "base/text.h"

namespace cobro::surfaces {
namespace {

// Roles that are not ours grant nothing.
app::Roles roles_of(const std::vector<std::string>& named) {
  app::Roles roles;
  for (const auto& name : named) {
    if (name == "admin") roles.add(app::Role::admin);
    if (name == "service") roles.add(app::Role::service);
  }
  return roles;
}

AuthenticationFailure no_token() {
  return {.message = "A bearer token is needed.", .challenge = "Bearer"};
}

}  // namespace

base::Result<app::Caller, AuthenticationFailure> authenticate(const wire::Headers& headers,
                                                              const crypto::JwtVerifier& verifier,
                                                              base::Timestamp now) {
  const auto field = headers.find("Authorization");
  const auto named = std::ranges::count_if(headers, [](const wire::Header& header) {
    return base::equals_ignoring_case(header.name, "Authorization");
  });
  if (named > 1)
    return std::unexpected(AuthenticationFailure{
        .message = "There is more than one Authorization header.", .challenge = "Bearer"});
  constexpr std::string_view kScheme = "Bearer ";
  if (!field || !base::equals_ignoring_case(field->substr(0, kScheme.size()), kScheme))
    return std::unexpected(no_token());
  const auto claims = verifier.verify(base::trim(field->substr(kScheme.size())), now);
  if (!claims) {
    const std::string why = crypto::describe(claims.error());
    return std::unexpected(AuthenticationFailure{
        .message = "The bearer token is not valid: " + why + ".",
        .challenge = "Bearer error=\"invalid_token\", error_description=\"" + why + "\""});
  }
  return app::Caller{.sub = claims->sub,
                     .roles = roles_of(claims->roles),
                     .tenant_id = claims->tenant_id,
                     .email = claims->email,
                     .name = claims->name};
}

}  // namespace cobro::surfaces
