#include "surfaces/common/bearer.h"

#include <algorithm>

#include "base/text.h"

namespace cobro::surfaces {
namespace {

// Roles that are not ours grant nothing.
app::Role highest_role(const std::vector<std::string>& roles) {
  const auto has = [&](std::string_view role) {
    return std::ranges::find(roles, role) != roles.end();
  };
  if (has("service")) return app::Role::service;
  if (has("admin")) return app::Role::admin;
  return app::Role::user;
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
    const std::string why(crypto::describe(claims.error()));
    return std::unexpected(AuthenticationFailure{
        .message = "The bearer token is not valid: " + why + ".",
        .challenge = "Bearer error=\"invalid_token\", error_description=\"" + why + "\""});
  }
  return app::Caller{.sub = claims->sub,
                     .role = highest_role(claims->roles),
                     .tenant_id = claims->tenant_id,
                     .email = claims->email,
                     .name = claims->name};
}

}  // namespace cobro::surfaces
