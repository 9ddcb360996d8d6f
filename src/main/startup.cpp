#include "main/startup.h"

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "main/configuration/secret_file.h"

namespace cobro {
std::optional<configuration::Configuration> load_or_explain(const configuration::Sources& sources,
                                                            configuration::Purpose purpose) {
  auto loaded = load(sources, purpose);
  if (loaded.problems.empty()) {
    for (const auto& notice : loaded.notices)
      std::fprintf(stderr, "cobro: note: %s\n", notice.c_str());
    return std::move(loaded.configuration);
  }
  for (const auto& problem : loaded.problems) std::fprintf(stderr, "cobro: %s\n", problem.c_str());
  return std::nullopt;
}

observe::JsonLog make_log(const configuration::Configuration& configuration,
                          const ports::Clock& clock) {
  const auto level =
      observe::parse_log_level(configuration.log_level).value_or(ports::LogLevel::info);
  if (configuration.log_format == "auto")
    return observe::JsonLog(clock, level, observe::format_for_stderr());
  return observe::JsonLog(
      clock, level,
      configuration.log_format == "json" ? observe::LogFormat::json : observe::LogFormat::text);
}

void ensure_data_dir(const configuration::Configuration& configuration) {
  const std::filesystem::path folder(configuration.data_dir);
  std::error_code failed;
  if (std::filesystem::is_directory(folder, failed)) return;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    throw std::runtime_error("cannot make the data directory `" + folder.string() +
                             "`: " + failed.message());
  chmod(folder.c_str(), 0700);
}

crypto::JwtKeys token_keys(const configuration::Configuration& configuration,
                           ports::Random& random) {
  crypto::JwtKeys keys;
  keys.hs256 = configuration.jwt.secrets;
  keys.issuer = configuration.jwt.issuer;
  keys.audience = configuration.jwt.audience;
  if (!keys.hs256.empty()) return keys;
  if (configuration.is_production())
    throw std::runtime_error("production: no key source for tokens; set JWT_SECRET_KEY");
  ensure_data_dir(configuration);
  keys.hs256.push_back(
      cobro::configuration::secret_of_file(configuration.data_dir + "/jwt_secret", random));
  return keys;
}

store::Location database_location(const configuration::Configuration& configuration) {
  const auto location =
      store::parse_location(configuration.database_url.reveal(), configuration.data_dir);
  if (!location) throw std::runtime_error("DATABASE_URL names no database known here");
  return *location;
}

std::string make_token(const TokenSubject& subject, base::Timestamp expires_at,
                       const crypto::JwtKeys& keys) {
  crypto::Claims claims;
  claims.sub = subject.sub;
  claims.roles = {subject.role};
  claims.tenant_id = subject.tenant;
  claims.exp = expires_at;
  return crypto::make_token(claims, keys);
}

}  // namespace cobro
