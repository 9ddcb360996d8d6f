// Who asks the service for something.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cobro::sim {

// Users: "ana@norte" is ana of the tenant norte, another person than ana of the tenant sur;
// "admin", with or without a tenant, has that role.
inline const std::vector<std::string> kPeople = {"ana@norte", "ana@sur", "rosa"};

// The `sub` and tenant of a token.
struct Identity {
  std::string sub;
  std::optional<std::string> tenant;
  [[nodiscard]] bool is_admin() const { return sub == "admin"; }
};

inline Identity identity_of(const std::string& who) {
  const auto at = who.find('@');
  if (at == std::string::npos) return {who, std::nullopt};
  return {who.substr(0, at), who.substr(at + 1)};
}

// The administrator of that user's tenant; the deployment's, where they have none.
inline std::string administrator_of(const std::string& user) {
  const auto tenant = identity_of(user).tenant;
  return tenant ? "admin@" + *tenant : "admin";
}

}  // namespace cobro::sim
