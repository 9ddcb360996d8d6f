#include "main/configuration/keys.h"

#include <algorithm>
#include <iterator>

namespace cobro::configuration {
namespace {

constexpr bool kSecret = true;
constexpr bool kNoEffect = false;
constexpr bool kHasEffect = true;

// Grouped by the file's tables; keys without a table come first.
constexpr Key kKeys[] = {
    {"env", "COBRO_ENV", Type::choice, "development", "development|production",
     "development: ready-made tokens, the sandbox for gateways without keys; production: refuses "
     "what is unsafe"},
    {"listen", "COBRO_LISTEN", Type::endpoint, "127.0.0.1:8080", "", "address and port of the API"},
    {"metrics_listen", "COBRO_METRICS_LISTEN", Type::endpoint, "127.0.0.1:9090", "",
     "address and port of /metrics", false, kNoEffect},
    {"public_url", "COBRO_PUBLIC_URL", Type::url, "", "",
     "what people's browsers reach; default: the listen address"},
    {"frontend_url", "FRONTEND_URL", Type::url, "", "",
     "the merchant's own site, with the default targets after success and cancel; in development "
     "http://localhost:5173"},
    {"data_dir", "COBRO_DATA_DIR", Type::path, "data", "",
     "folder of the SQLite databases and of the development secret"},
    {"database_url", "DATABASE_URL", Type::text, "", "",
     "postgresql://user:password@host/name, or sqlite:///path; default: SQLite in data_dir",
     kSecret},
    {"default_currency", "COBRO_DEFAULT_CURRENCY", Type::text, "PEN", "",
     "ISO 4217 code of orders that name none"},
    {"rate_limits", "COBRO_RATE_LIMITS", Type::boolean, "on", "", "token buckets per caller", false,
     kNoEffect},
    {"cors_origins", "COBRO_CORS_ORIGINS", Type::list, "*", "",
     "origins whose pages may call the API"},
    {"return_origins", "COBRO_RETURN_ORIGINS", Type::list, "", "",
     "origins to which a caller's return, success and cancel URLs may lead, like "
     "https://shop.example; default: any"},
    {"behind_proxy", "COBRO_BEHIND_PROXY", Type::boolean, "off", "",
     "a proxy in front speaks TLS: production may listen beyond loopback"},

    {"tls.cert_file", "COBRO_TLS_CERT_FILE", Type::path, "", "", "certificate chain, PEM", false,
     kNoEffect},
    {"tls.key_file", "COBRO_TLS_KEY_FILE", Type::path, "", "", "its private key, PEM", false,
     kNoEffect},

    {"log.level", "LOG_LEVEL", Type::choice, "info", "debug|info|warning|error",
     "least level that is written"},
    {"log.format", "LOG_FORMAT", Type::choice, "auto", "auto|json|text",
     "auto: text on a terminal, else JSON lines"},

    {"jwt.secret_key", "JWT_SECRET_KEY", Type::text, "", "",
     "HS256 key of the bearer tokens; at least 32 bytes in production", kSecret},
    {"jwt.secret_key_previous", "JWT_SECRET_KEY_PREVIOUS", Type::text, "", "",
     "also accepted, while keys rotate", kSecret},
    {"jwt.public_key_file", "JWT_PUBLIC_KEY_FILE", Type::path, "", "",
     "PEM for RS256, ES256 or EdDSA instead of a secret", false, kNoEffect},
    {"jwt.jwks_url", "JWT_JWKS_URL", Type::url, "", "", "key set instead of a secret", false,
     kNoEffect},
    {"jwt.issuer", "JWT_ISSUER", Type::text, "", "", "`iss` that tokens must have, when set"},
    {"jwt.audience", "JWT_AUDIENCE", Type::text, "", "", "`aud` that tokens must have, when set"},

    {"stripe.secret_key", "STRIPE_SECRET_KEY", Type::text, "", "",
     "sk_live_… or sk_test_…, or a restricted key (rk_…)", kSecret, kHasEffect, "STRIPE_API_KEY"},
    {"stripe.webhook_secret", "STRIPE_WEBHOOK_SECRET", Type::text, "", "",
     "whsec_…; several by comma while they rotate", kSecret},
    {"stripe.publishable_key", "STRIPE_PUBLISHABLE_KEY", Type::text, "", "",
     "pk_live_… or pk_test_…: the checkout page pays with it"},
    {"stripe.api_base", "STRIPE_API_BASE", Type::url, "https://api.stripe.com", "",
     "where Stripe is"},

    {"gateways.timeout", "COBRO_GATEWAYS_TIMEOUT", Type::duration, "25s", "1s..55s",
     "how long one call to a gateway may take; after it the outcome is unknown"},

    {"paypal.client_id", "PAYPAL_CLIENT_ID", Type::text, "", "", "REST app's id", false, kNoEffect},
    {"paypal.client_secret", "PAYPAL_CLIENT_SECRET", Type::text, "", "", "REST app's secret",
     kSecret, kNoEffect, "PAYPAL_SECRET"},
    {"paypal.webhook_id", "PAYPAL_WEBHOOK_ID", Type::text, "", "", "id of the webhook", false,
     kNoEffect},
    {"paypal.api_base", "PAYPAL_API_BASE", Type::url, "https://api-m.paypal.com", "",
     "where PayPal is", false, kNoEffect},

    {"mercadopago.access_token", "MERCADOPAGO_ACCESS_TOKEN", Type::text, "", "", "APP_USR-…",
     kSecret, kNoEffect, "MP_ACCESS_TOKEN"},
    {"mercadopago.webhook_secret", "MERCADOPAGO_WEBHOOK_SECRET", Type::text, "", "",
     "signature key of its webhooks", kSecret, kNoEffect},
    {"mercadopago.api_base", "MERCADOPAGO_API_BASE", Type::url, "https://api.mercadopago.com", "",
     "where Mercado Pago is", false, kNoEffect},

    {"sandbox.enabled", "COBRO_SANDBOX", Type::boolean, "", "",
     "built-in gateways for those without keys; default: on in development, refused in "
     "production"},
    {"sandbox.stripe_listen", "COBRO_SANDBOX_STRIPE_LISTEN", Type::endpoint, "127.0.0.1:12111", "",
     "address and port of the sandbox's Stripe"},
    {"sandbox.paypal_listen", "COBRO_SANDBOX_PAYPAL_LISTEN", Type::endpoint, "127.0.0.1:12121", "",
     "address and port of the sandbox's PayPal", false, kNoEffect},
    {"sandbox.mercadopago_listen", "COBRO_SANDBOX_MERCADOPAGO_LISTEN", Type::endpoint,
     "127.0.0.1:12131", "", "address and port of the sandbox's Mercado Pago", false, kNoEffect},

    {"nats.url", "NATS_URL", Type::text, "", "", "nats://host:4222; several by comma", kSecret,
     kNoEffect},
    {"nats.trusted", "COBRO_NATS_TRUSTED", Type::boolean, "off", "",
     "a private broker: every message is a service's", false, kNoEffect},

    {"orders.expire_after", "COBRO_ORDERS_EXPIRE_AFTER", Type::duration, "72h", "0s..365d",
     "an order that nobody paid is cancelled after so long; 0s: never"},
    {"refunds.self_service_days", "COBRO_REFUNDS_SELF_SERVICE_DAYS", Type::integer, "0",
     "0..365 days", "how long a payment's owner may ask for its refund"},
    {"overpayments.auto_refund", "COBRO_OVERPAYMENTS_AUTO_REFUND", Type::boolean, "off", "",
     "send back by itself what came too late or twice"},
    {"catalog.mode", "COBRO_CATALOG_MODE", Type::choice, "open", "open|strict",
     "strict: products that are not in the catalog are refused", false, kNoEffect},
    {"checkout.page", "COBRO_CHECKOUT_PAGE", Type::choice, "hosted", "hosted|stripe",
     "where a session's customer pays: our page, or Stripe's own"},
    {"billing.keep_trial_when_paid", "COBRO_BILLING_KEEP_TRIAL_WHEN_PAID", Type::boolean, "off", "",
     "a trial that is paid early runs to its end", false, kNoEffect},
    {"billing.pay_ahead_days", "COBRO_BILLING_PAY_AHEAD_DAYS", Type::integer, "7", "0..90 days",
     "how long before its end a period asks for the next payment", false, kNoEffect},

    {"services.product_url", "PRODUCT_SERVICE_URL", Type::url, "", "",
     "catalog over HTTP instead of the products table", false, kNoEffect},
    {"services.user_url", "USER_SERVICE_URL", Type::url, "", "",
     "permission checks beside the token", false, kNoEffect},
    {"services.notification_url", "NOTIFICATION_SERVICE_URL", Type::url, "", "",
     "notifications are posted there too", false, kNoEffect},
};

}  // namespace

std::span<const Key> all_keys() {
  return kKeys;
}

const Key* find_key(std::string_view name) {
  const auto* found = std::ranges::find(kKeys, name, &Key::name);
  return found == std::end(kKeys) ? nullptr : found;
}

const Key* find_environment(std::string_view variable) {
  const auto* found = std::ranges::find_if(kKeys, [&](const Key& key) {
    return key.environment == variable || (!key.alias.empty() && key.alias == variable);
  });
  return found == std::end(kKeys) ? nullptr : found;
}

bool is_known_variable(std::string_view variable) {
  if (find_environment(variable) != nullptr) return true;
  if (!variable.ends_with("_FILE")) return false;
  const auto* key = find_environment(variable.substr(0, variable.size() - 5));
  return key != nullptr && key->secret;
}

std::optional<std::string> flag_of(const Key& key) {
  if (key.secret) return std::nullopt;
  std::string flag = "--" + std::string(key.name);
  std::ranges::replace_if(flag, [](char c) { return c == '_' || c == '.'; }, '-');
  return flag;
}

}  // namespace cobro::configuration
