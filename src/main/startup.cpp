#include "main/startup.h"

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "main/configuration/secret_file.h"

namespace cobro {
namespace {

std::string development_secret(const configuration::Configuration& configuration) {
  return configuration.data_dir + "/jwt_secret";
}

// Without any secret where none is set.
crypto::JwtKeys configured_keys(const configuration::Configuration& configuration) {
  if (configuration.jwt.secrets.empty() && configuration.is_production())
    throw std::runtime_error("production: no key source for tokens; set JWT_SECRET_KEY");
  crypto::JwtKeys keys;
  keys.hs256 = configuration.jwt.secrets;
  keys.issuer = configuration.jwt.issuer;
  keys.audience = configuration.jwt.audience;
  return keys;
}

}  // namespace

std::optional<configuration::Loaded> load_all_or_explain(const configuration::Sources& sources,
                                                         configuration::Purpose purpose) {
  auto loaded = load(sources, purpose);
  const bool fine = loaded.problems.empty();
  for (const auto& problem : loaded.problems) std::fprintf(stderr, "cobro: %s\n", problem.c_str());
  if (!fine) return std::nullopt;
  for (const auto& notice : loaded.notices)
    std::fprintf(stderr, "cobro: note: %s\n", notice.c_str());
  return loaded;
}

std::optional<configuration::Configuration> load_or_explain(const configuration::Sources& sources,
                                                            configuration::Purpose purpose) {
  auto loaded = load_all_or_explain(sources, purpose);
  return loaded ? std::optional(std::move(loaded->configuration)) : std::nullopt;
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
  auto keys = configured_keys(configuration);
  if (!keys.hs256.empty()) return keys;
  ensure_data_dir(configuration);
  keys.hs256.push_back(
      cobro::configuration::secret_of_file(development_secret(configuration), random));
  return keys;
}

crypto::JwtKeys known_token_keys(const configuration::Configuration& configuration) {
  auto keys = configured_keys(configuration);
  if (!keys.hs256.empty()) return keys;
  const auto path = development_secret(configuration);
  auto secret = cobro::configuration::existing_secret_of_file(path);
  if (!secret)
    throw std::runtime_error(
        "no service would know such a token: JWT_SECRET_KEY is not set, and there is no `" + path +
        "`, which `cobro serve` makes; run this where the service runs, or set COBRO_DATA_DIR");
  keys.hs256.push_back(std::move(*secret));
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
