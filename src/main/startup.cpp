#include "main/startup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/bytes.h"

namespace cobro {
namespace {

std::string random_hex(ports::Random& random, std::size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  return base::to_hex(raw);
}

std::string read_secret_file(const std::string& path) {
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  while (text.ends_with('\n')) text.pop_back();
  if (text.size() < crypto::kMinHs256KeyBytes)
    throw std::runtime_error("`" + path + "` holds no key; remove it and a new one is made");
  return text;
}

// Two processes may start at once: the file appears whole and only once, under its name by
// link(2), and the one that comes second reads what the first wrote.
std::string secret_of_file(const std::string& path, ports::Random& random) {
  if (access(path.c_str(), F_OK) == 0) return read_secret_file(path);
  const std::string draft = path + "." + random_hex(random, 8);
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    throw std::system_error(errno, std::generic_category(), "cannot write `" + draft + "`");
  const std::string text = random_hex(random, 32) + "\n";
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file) == 0;
  const int failure = errno;
  close(file);
  if (written) static_cast<void>(link(draft.c_str(), path.c_str()));
  unlink(draft.c_str());
  if (!written)
    throw std::system_error(failure, std::generic_category(), "cannot write `" + path + "`");
  return read_secret_file(path);
}

}  // namespace

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

observe::JsonLog make_log(const configuration::Configuration& configuration) {
  const auto level =
      observe::parse_log_level(configuration.log_level).value_or(ports::LogLevel::info);
  if (configuration.log_format == "auto")
    return observe::JsonLog(level, observe::format_for_stderr());
  return observe::JsonLog(level, configuration.log_format == "json" ? observe::LogFormat::json
                                                                    : observe::LogFormat::text);
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
  keys.hs256.emplace_back(secret_of_file(configuration.data_dir + "/jwt_secret", random));
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
