#include "main/configuration/configuration.h"

#include <algorithm>

#include "base/text.h"
#include "domain/currency.h"
#include "main/configuration/key_forms.h"
#include "main/configuration/keys.h"
#include "main/configuration/near_misses.h"
#include "main/configuration/sources.h"

namespace cobro::configuration {
namespace {

// RFC 7518 §3.2: an HS256 key has at least the length of the hash.
constexpr std::size_t kLeastKeyBytes = 32;
// Where a merchant's site is served while it is being made.
constexpr std::string_view kDevelopmentFrontend = "http://localhost:5173";

class Values {
 public:
  explicit Values(const Loaded& loaded) : settings_(loaded.settings) {}

  [[nodiscard]] const std::string& text(std::string_view name) const {
    return settings_.at(std::string(name)).text;
  }
  [[nodiscard]] bool has(std::string_view name) const { return !text(name).empty(); }
  [[nodiscard]] bool is_on(std::string_view name) const { return read_boolean(text(name)); }
  [[nodiscard]] const std::string& source(std::string_view name) const {
    return settings_.at(std::string(name)).source;
  }
  [[nodiscard]] std::optional<std::string> optional(std::string_view name) const {
    return has(name) ? std::optional(text(name)) : std::nullopt;
  }
  [[nodiscard]] base::Secret secret(std::string_view name) const {
    return base::Secret(text(name));
  }
  [[nodiscard]] net::Endpoint endpoint(std::string_view name) const {
    return net::parse_endpoint(text(name)).value_or(net::Endpoint{});
  }

 private:
  const std::map<std::string, Setting>& settings_;
};

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// Where a browser on this machine finds a listener on every address.
std::string origin_of(net::Endpoint listen) {
  if (listen.address == "0.0.0.0") listen.address = "127.0.0.1";
  if (listen.address == "::") listen.address = "::1";
  return "http://" + to_string(listen);
}

std::vector<std::string> texts_of(std::string_view list) {
  std::vector<std::string> texts;
  for (const auto piece : base::split(list, ','))
    if (const auto text = base::trim(piece); !text.empty()) texts.emplace_back(text);
  return texts;
}

std::vector<base::Secret> secrets_of(std::string_view list) {
  std::vector<base::Secret> secrets;
  for (auto& text : texts_of(list)) secrets.emplace_back(std::move(text));
  return secrets;
}

// Only the scheme: the rest is the database's own to read.
void check_database(const Values& values, std::vector<std::string>& problems) {
  const std::string& url = values.text("database_url");
  if (url.empty()) return;
  const bool is_folder = url.starts_with("sqlite://") && url.ends_with('/');
  for (const std::string_view scheme : {"postgres://", "postgresql://", "sqlite://"})
    if (url.starts_with(scheme) && url.size() > scheme.size() && !is_folder) return;
  problems.push_back(values.source("database_url") +
                     ": DATABASE_URL must begin with postgresql:// or be sqlite:///path");
}

// A path is put behind these.
void check_sites(const Values& values, std::vector<std::string>& problems) {
  for (const auto* name :
       {"public_url", "frontend_url", "stripe.api_base", "paypal.api_base", "mercadopago.api_base"})
    if (values.text(name).find_first_of("?#") != std::string::npos)
      problems.push_back(values.source(name) + ": " + std::string(find_key(name)->environment) +
                         " must have no query and no fragment: paths are put behind it");
}

void check_currency(const Values& values, std::vector<std::string>& problems) {
  const std::string& code = values.text("default_currency");
  if (!domain::Currency::parse(code))
    problems.push_back(values.source("default_currency") + ": default_currency " +
                       (code.size() == 3 ? "`" + code + "` " : "") + "is no active ISO 4217 code");
}

// Where browsers may be sent back to, and who may ask from one, is a border, so that an origin that
// cannot be read stops the start.
std::vector<wire::Origin> origins_of(const Values& values, std::string_view key,
                                     const std::vector<std::string>& texts,
                                     std::vector<std::string>& problems) {
  const auto name = values.source(key) + ": " + std::string(find_key(key)->environment);
  std::vector<wire::Origin> origins;
  for (const auto& text : texts) {
    if (auto origin = wire::parse_origin(text))
      origins.push_back(std::move(*origin));
    else
      problems.push_back(name +
                         " must list origins like https://shop.example or "
                         "http://localhost:5173, without a path");
  }
  if (!values.text(key).empty() && texts.empty()) problems.push_back(name + " names no origin");
  return origins;
}

std::vector<wire::Origin> return_origins_of(const Values& values,
                                            std::vector<std::string>& problems) {
  return origins_of(values, "return_origins", texts_of(values.text("return_origins")), problems);
}

// As browsers say them: they are compared as texts. A star stands for all, beside others too.
std::vector<std::string> cors_origins_of(const Values& values, std::vector<std::string>& problems) {
  auto texts = texts_of(values.text("cors_origins"));
  const bool all = std::ranges::count(texts, "*") > 0;
  std::vector<std::string> origins;
  if (all && texts.size() == 1) return origins;
  std::erase(texts, "*");
  for (const auto& origin : origins_of(values, "cors_origins", texts, problems))
    origins.push_back(to_string(origin));
  return all ? std::vector<std::string>() : origins;
}

Jwt jwt_of(const Values& values) {
  Jwt jwt;
  for (const auto* name : {"jwt.secret_key", "jwt.secret_key_previous"})
    if (values.has(name)) jwt.secrets.push_back(values.secret(name));
  jwt.issuer = values.optional("jwt.issuer");
  jwt.audience = values.optional("jwt.audience");
  return jwt;
}

bool any_gateway_has_keys(const Values& values) {
  return values.has("stripe.secret_key") || values.has("paypal.client_secret") ||
         values.has("mercadopago.access_token");
}

Configuration typed(const Values& values) {
  Configuration out;
  const bool production = values.text("env") == "production";
  out.environment = production ? Environment::production : Environment::development;
  out.listen = values.endpoint("listen");
  out.public_url =
      without_slash(values.has("public_url") ? values.text("public_url") : origin_of(out.listen));
  out.frontend_url = without_slash(values.text("frontend_url"));
  if (out.frontend_url.empty() && !production) out.frontend_url = kDevelopmentFrontend;
  out.data_dir = values.text("data_dir");
  out.database_url = values.secret("database_url");
  out.default_currency = base::to_upper(values.text("default_currency"));
  out.behind_proxy = values.is_on("behind_proxy");
  out.log_level = values.text("log.level");
  out.log_format = values.text("log.format");
  out.jwt = jwt_of(values);
  out.stripe = {
      values.secret("stripe.secret_key"), secrets_of(values.text("stripe.webhook_secret")),
      without_slash(values.text("stripe.api_base")), values.text("stripe.publishable_key")};
  out.sandbox = values.has("sandbox.enabled") ? values.is_on("sandbox.enabled") : !production;
  out.sandbox_stripe_listen = values.endpoint("sandbox.stripe_listen");
  out.gateway_timeout =
      std::chrono::seconds(read_duration_seconds(values.text("gateways.timeout")).value_or(25));
  out.orders_expire_after =
      std::chrono::seconds(read_duration_seconds(values.text("orders.expire_after")).value_or(0));
  out.refunds_self_service_days =
      static_cast<int>(base::parse_int64(values.text("refunds.self_service_days")).value_or(0));
  out.overpayments_auto_refund = values.is_on("overpayments.auto_refund");
  out.checkout_at_gateway = values.text("checkout.page") == "stripe";
  return out;
}

// Each refusal says what is refused and what would be accepted.

void refuse_in_development(const Values& values, const Configuration& configuration,
                           std::vector<std::string>& problems) {
  if (!is_loopback(configuration.listen) && configuration.jwt.secrets.empty())
    problems.push_back(values.source("listen") +
                       ": development listens beyond loopback only with JWT_SECRET_KEY set (" +
                       to_string(configuration.listen) +
                       "), for its own secret comes with ready-made admin tokens");
  const auto& sandbox = configuration.sandbox_stripe_listen;
  if (configuration.sandbox && !is_loopback(sandbox) && configuration.jwt.secrets.empty())
    problems.push_back(values.source("sandbox.stripe_listen") +
                       ": development listens beyond loopback only with JWT_SECRET_KEY set (" +
                       to_string(sandbox) + "): the sandbox takes any test key");
}

void refuse_production_keys(const Values& values, std::vector<std::string>& problems) {
  if (!values.has("jwt.secret_key"))
    problems.emplace_back(
        "production: no key source for tokens; set JWT_SECRET_KEY (at least 32 "
        "bytes)");
  for (const auto* name : {"jwt.secret_key", "jwt.secret_key_previous"})
    if (values.has(name) && values.text(name).size() < kLeastKeyBytes)
      problems.push_back(values.source(name) + ": production: " +
                         std::string(find_key(name)->environment) + " has less than 32 bytes");
}

void refuse_in_production(const Values& values, const Configuration& configuration,
                          std::vector<std::string>& problems) {
  refuse_production_keys(values, problems);
  if (!is_loopback(configuration.listen) && !configuration.behind_proxy)
    problems.push_back(values.source("listen") + ": production: plain HTTP beyond loopback (" +
                       to_string(configuration.listen) +
                       "); put a TLS proxy in front and set COBRO_BEHIND_PROXY=1");
  if (!values.has("sandbox.enabled") && !any_gateway_has_keys(values))
    problems.emplace_back(
        "production: no gateway has keys, and the sandbox is refused here; set "
        "STRIPE_SECRET_KEY, or COBRO_SANDBOX=1 to run on the sandbox, or "
        "COBRO_SANDBOX=0 to take manual payments only");
}

void refuse_sandbox(const Values& values, const Configuration& configuration,
                    std::vector<std::string>& problems) {
  if (configuration.is_production() && !values.is_on("sandbox.enabled"))
    problems.emplace_back("production: the sandbox is refused; set COBRO_SANDBOX=1 to run it here");
}

void notice_gateways(const Values& values, const Configuration& configuration,
                     std::vector<std::string>& notices) {
  if (!values.has("stripe.secret_key") && !configuration.sandbox)
    notices.emplace_back(
        "stripe has no keys and the sandbox is off: payments through it are "
        "refused");
  if (values.has("stripe.secret_key") && configuration.stripe.webhook_secrets.empty())
    notices.emplace_back("STRIPE_WEBHOOK_SECRET is not set: Stripe's webhooks are refused");
}

void notice_return_origins(const Configuration& configuration, std::vector<std::string>& notices) {
  if (configuration.is_production() && configuration.return_origins.empty())
    notices.emplace_back(
        "production: COBRO_RETURN_ORIGINS is not set: a caller's return, success and cancel URLs "
        "may lead to any site");
}

void notice_without_effect(const Loaded& loaded, std::vector<std::string>& notices) {
  for (const auto& key : all_keys()) {
    const auto& setting = loaded.settings.at(std::string(key.name));
    if (!key.has_effect && !setting.is_default())
      notices.push_back(std::string(key.name) + " (" + setting.source + ") has no effect yet");
  }
}

}  // namespace

Loaded load(const Sources& sources, Purpose purpose) {
  Loaded loaded;
  read_sources(sources, loaded);
  const Values values(loaded);
  loaded.configuration = typed(values);
  check_database(values, loaded.problems);
  check_sites(values, loaded.problems);
  check_currency(values, loaded.problems);
  loaded.configuration.cors_origins = cors_origins_of(values, loaded.problems);
  loaded.configuration.return_origins = return_origins_of(values, loaded.problems);
  const auto& configuration = loaded.configuration;
  if (purpose == Purpose::serve && configuration.is_production())
    refuse_in_production(values, configuration, loaded.problems);
  if (purpose == Purpose::serve && !configuration.is_production())
    refuse_in_development(values, configuration, loaded.problems);
  if (purpose == Purpose::sandbox) refuse_sandbox(values, configuration, loaded.problems);
  notice_near_misses(sources.environment, loaded);
  if (purpose == Purpose::serve) {
    check_key_forms(loaded);
    notice_gateways(values, configuration, loaded.notices);
    notice_return_origins(configuration, loaded.notices);
    notice_without_effect(loaded, loaded.notices);
  }
  return loaded;
}

std::string describe(const Loaded& loaded, bool all) {
  std::string out;
  for (const auto& key : all_keys()) {
    const auto& setting = loaded.settings.at(std::string(key.name));
    if (setting.is_default() && !all) continue;
    const bool hidden = (key.secret && !setting.text.empty()) || looks_secret(setting.text);
    out.append(key.name).append(" = ");
    out.append(hidden ? "(set)" : setting.text.empty() ? "(not set)" : setting.text);
    out.append("  (").append(setting.source).append(")\n");
  }
  return out;
}

}  // namespace cobro::configuration
