// What one process was told, from four places: flags over environment over file over defaults.
//
// `load` never stops at the first trouble: everything wrong is in `problems`, each with where
// the value came from, and never with a secret's text. A process with problems does not start.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "net/endpoint.h"
#include "wire/web_address.h"

namespace cobro::configuration {

enum class Environment { development, production };

struct Sources {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Pairs flags;                      // `--listen` and its value
  Pairs environment;                // all of it: unknown COBRO_* are looked for
  std::optional<std::string> file;  // of --config; else ./cobro.toml when there is one
};

// The process's own environment.
Sources::Pairs process_environment();

struct Setting {
  std::string text;
  std::string source;  // "flag --listen", "environment JWT_SECRET_KEY", "cobro.toml:12", "default"
  [[nodiscard]] bool is_default() const { return source == "default"; }
};

struct Jwt {
  std::vector<base::Secret> secrets;  // the first signs; empty: development makes one
  std::optional<std::string> issuer;
  std::optional<std::string> audience;
};

struct StripeSettings {
  base::Secret secret_key;
  std::vector<base::Secret> webhook_secrets;
  std::string api_base;
  std::string publishable_key;
};

struct Configuration {
  Environment environment = Environment::development;
  net::Endpoint listen;
  std::string public_url;    // without a slash at the end
  std::string frontend_url;  // likewise; empty in production when it is not set
  std::string data_dir;
  base::Secret database_url;  // empty: SQLite in data_dir
  std::string default_currency;
  std::vector<std::string> cors_origins;     // empty: all
  std::vector<wire::Origin> return_origins;  // empty: all
  bool behind_proxy = false;
  std::string log_level;
  std::string log_format;
  Jwt jwt;
  StripeSettings stripe;
  bool sandbox = false;  // serve the gateways without keys by the sandbox
  net::Endpoint sandbox_stripe_listen;
  std::chrono::seconds gateway_timeout{25};
  std::chrono::seconds orders_expire_after{};  // 0: never
  int refunds_self_service_days = 0;
  bool overpayments_auto_refund = false;
  bool checkout_at_gateway = false;

  [[nodiscard]] bool is_production() const { return environment == Environment::production; }
};

struct Loaded {
  Configuration configuration;              // meaningful only without problems
  std::map<std::string, Setting> settings;  // by key, defaults included
  std::vector<std::string> problems;        // these stop the start
  std::vector<std::string> notices;         // these are said at the start
};

// What each command asks of the settings beside their being readable.
enum class Purpose {
  serve,    // the rules for development and production
  sandbox,  // production only with COBRO_SANDBOX=1
  other,
};

Loaded load(const Sources& sources, Purpose purpose);

// A line for each setting that is not the default, or for all: `name = value  (source)`.
// Secrets show only that they are set.
std::string describe(const Loaded& loaded, bool all);

}  // namespace cobro::configuration
