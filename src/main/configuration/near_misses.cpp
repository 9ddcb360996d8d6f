#include "main/configuration/near_misses.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "main/configuration/keys.h"

namespace cobro::configuration {
namespace {

struct Others {
  std::string_view ours;
  std::string_view theirs;  // separated by spaces
};

constexpr std::array<Others, 17> kNames = {{
    {"STRIPE_SECRET_KEY",
     "STRIPE_SECRET STRIPE_KEY STRIPE_SK STRIPE_PRIVATE_KEY STRIPE_API_SECRET STRIPE_TOKEN "
     "STRIPE_SECRET_API_KEY STRIPE_API_SECRET_KEY STRIPE_LIVE_SECRET_KEY STRIPE_TEST_SECRET_KEY "
     "STRIPE_SECRET_KEY_LIVE STRIPE_SECRET_KEY_TEST STRIPE_RESTRICTED_KEY"},
    {"STRIPE_PUBLISHABLE_KEY",
     "STRIPE_PUBLISHABLE STRIPE_PUBLIC_KEY STRIPE_PUBLIC STRIPE_PK STRIPE_PUBLIC_API_KEY "
     "STRIPE_LIVE_PUBLISHABLE_KEY STRIPE_TEST_PUBLISHABLE_KEY NEXT_PUBLIC_STRIPE_KEY "
     "NEXT_PUBLIC_STRIPE_PUBLIC_KEY NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY VITE_STRIPE_PUBLIC_KEY "
     "VITE_STRIPE_PUBLISHABLE_KEY REACT_APP_STRIPE_PUBLIC_KEY REACT_APP_STRIPE_PUBLISHABLE_KEY"},
    {"STRIPE_WEBHOOK_SECRET",
     "STRIPE_WEBHOOK STRIPE_WEBHOOK_KEY STRIPE_ENDPOINT_SECRET STRIPE_SIGNING_SECRET "
     "STRIPE_WEBHOOK_SIGNING_SECRET STRIPE_WEBHOOK_SIGNING_KEY STRIPE_WEBHOOK_ENDPOINT_SECRET "
     "STRIPE_WEBHOOK_SECRET_KEY STRIPE_WEBHOOKS_SECRET STRIPE_WH_SECRET STRIPE_WHSEC"},
    {"STRIPE_API_BASE", "STRIPE_API_URL STRIPE_BASE_URL STRIPE_API_HOST STRIPE_URL"},
    {"DATABASE_URL",
     "POSTGRES_URL POSTGRESQL_URL PG_URL PGURL DB_URL DATABASE DATABASE_URI DATABASE_DSN DB_URI "
     "DB_DSN POSTGRES_URI POSTGRES_DSN POSTGRES_PRISMA_URL DATABASE_CONNECTION_STRING "
     "SQLALCHEMY_DATABASE_URI"},
    {"JWT_SECRET_KEY",
     "JWT_SECRET JWT_KEY JWT_SIGNING_KEY JWT_SIGNING_SECRET JWT_ACCESS_SECRET JWT_TOKEN_SECRET "
     "JWT_AUTH_SECRET SUPABASE_JWT_SECRET"},
    {"JWT_SECRET_KEY_PREVIOUS",
     "JWT_SECRET_PREVIOUS JWT_PREVIOUS_SECRET JWT_PREVIOUS_SECRET_KEY JWT_OLD_SECRET "
     "JWT_SECRET_OLD JWT_SECRET_KEY_OLD"},
    {"JWT_PUBLIC_KEY_FILE", "JWT_PUBLIC_KEY JWT_PUBLIC_KEY_PATH JWT_PUB_KEY"},
    {"JWT_JWKS_URL", "JWKS_URL JWKS_URI JWT_JWKS_URI JWT_JWKS"},
    {"JWT_ISSUER", "JWT_ISS"},
    {"JWT_AUDIENCE", "JWT_AUD"},
    {"FRONTEND_URL", "FRONT_URL FRONTEND_URI FRONTEND_ORIGIN FRONTEND_BASE_URL CLIENT_URL"},
    {"LOG_LEVEL", "LOGLEVEL LOGGING_LEVEL"},
    {"COBRO_LISTEN", "PORT LISTEN_ADDR LISTEN_ADDRESS"},
    {"COBRO_PUBLIC_URL", "PUBLIC_URL BASE_URL"},
    {"COBRO_CORS_ORIGINS", "CORS_ORIGIN CORS_ORIGINS CORS_ALLOWED_ORIGINS"},
    {"NATS_URL", "NATS_SERVER NATS_SERVERS NATS_URI"},
}};

// Where what is misspelt is taken for a name of ours.
constexpr std::array<std::string_view, 8> kPrefixes = {
    "STRIPE_", "JWT_", "DATABASE_", "PAYPAL_", "MERCADOPAGO_", "FRONTEND_", "LOG_", "NATS_"};

// A letter too many, too few or wrong, or two of them exchanged.
bool differ_in_one_place(std::string_view left, std::string_view right) {
  const auto [from_left, from_right] = std::ranges::mismatch(left, right);
  left.remove_prefix(static_cast<std::size_t>(from_left - left.begin()));
  right.remove_prefix(static_cast<std::size_t>(from_right - right.begin()));
  while (!left.empty() && !right.empty() && left.back() == right.back()) {
    left.remove_suffix(1);
    right.remove_suffix(1);
  }
  return left.size() <= 2 && right.size() <= 2;
}

const Key* key_of_other(std::string_view name) {
  for (const auto& others : kNames)
    if (std::ranges::count(base::split(others.theirs, ' '), name) > 0)
      return find_environment(others.ours);
  return nullptr;
}

const Key* key_of_misspelt(std::string_view name) {
  const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
  if (std::ranges::none_of(kPrefixes, starts)) return nullptr;
  const auto keys = all_keys();
  const auto near = std::ranges::find_if(
      keys, [&](const Key& key) { return differ_in_one_place(name, key.environment); });
  return near == keys.end() ? nullptr : &*near;
}

const Key* meant_by(std::string_view name) {
  const auto* key = key_of_other(name);
  return key != nullptr ? key : key_of_misspelt(name);
}

void notice_one(const std::string& name, Loaded& loaded) {
  constexpr std::string_view kFile = "_FILE";
  const bool is_file = name.ends_with(kFile);
  const auto upper = base::to_upper(name);
  std::string_view plain = upper;
  if (is_file) plain.remove_suffix(kFile.size());
  const auto* key = meant_by(upper);
  std::string ours(key != nullptr ? key->environment : "");
  if (key == nullptr && is_file) {
    key = find_environment(plain) != nullptr ? find_environment(plain) : meant_by(plain);
    if (key == nullptr || !key->secret) return;
    ours = std::string(key->environment).append(kFile);
  }
  if (key == nullptr || !loaded.settings.at(std::string(key->name)).is_default()) return;
  loaded.notices.push_back("environment: " + name + " is not read; did you mean " + ours + "?");
}

}  // namespace

void notice_near_misses(const Sources::Pairs& environment, Loaded& loaded) {
  for (const auto& [name, value] : environment)
    if (!value.empty() && !name.starts_with("COBRO_") && !is_known_variable(name))
      notice_one(name, loaded);
}

}  // namespace cobro::configuration
