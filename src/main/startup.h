// What several commands do first.
#pragma once

#include <optional>
#include <string>

#include "crypto/jwt.h"
#include "main/configuration/configuration.h"
#include "observe/json_log.h"
#include "ports/random.h"
#include "store/open.h"

namespace cobro {

// Loads; when something is wrong, says it all on standard error and gives nothing.
std::optional<configuration::Loaded> load_all_or_explain(const configuration::Sources& sources,
                                                         configuration::Purpose purpose);
std::optional<configuration::Configuration> load_or_explain(const configuration::Sources& sources,
                                                            configuration::Purpose purpose);

// `clock` outlives the log.
observe::JsonLog make_log(const configuration::Configuration& configuration,
                          const ports::Clock& clock);

// Makes the data directory, 0700, when it is not there.
void ensure_data_dir(const configuration::Configuration& configuration);

// The keys that tokens are verified and made with. In development without JWT_SECRET_KEY they
// are those of `<data_dir>/jwt_secret`, made (0600) at the first call and used again from then
// on. Throws in production without a key.
crypto::JwtKeys token_keys(const configuration::Configuration& configuration,
                           ports::Random& random);
// The same, but nothing is made: throws where there is no key that a service could know.
crypto::JwtKeys known_token_keys(const configuration::Configuration& configuration);

// What DATABASE_URL and the data directory come to.
store::Location database_location(const configuration::Configuration& configuration);

struct TokenSubject {
  std::string sub;
  std::string role;
  std::optional<std::string> tenant;
};
std::string make_token(const TokenSubject& subject, base::Timestamp expires_at,
                       const crypto::JwtKeys& keys);

}  // namespace cobro
