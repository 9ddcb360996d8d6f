#include "main/application.h"

#include "gateways/manual/manual.h"
#include "gateways/stripe/stripe.h"
#include "main/open_store.h"
#include "main/sandbox_host.h"
#include "main/version.h"
#include "service/service.h"

namespace cobro {
namespace {

std::unique_ptr<gateways::Stripe> make_stripe(std::optional<StripeAccess> access) {
  if (!access) return nullptr;
  return std::make_unique<gateways::Stripe>(
      gateways::StripeSettings{.api_base = std::move(access->api_base),
                               .secret_key = std::move(access->secret_key),
                               .webhook_secrets = std::move(access->webhook_secrets)});
}

// Where cards go when what stands in for Stripe is not Stripe, so that Stripe.js cannot serve it.
// With a live key it is taken for a way to Stripe: no form of ours ever takes a real card.
std::optional<std::string> sandbox_of(const std::optional<StripeAccess>& access) {
  if (!access || access->api_base == gateways::StripeSettings{}.api_base) return std::nullopt;
  if (access->secret_key.reveal().find("_live_") != std::string_view::npos) return std::nullopt;
  return access->api_base;
}

// A sandbox takes any.
std::string publishable_key_of(const std::optional<StripeAccess>& access) {
  if (!access) return {};
  const bool any = access->publishable_key.empty() && sandbox_of(access);
  return any ? std::string(kSandboxPublishableKey) : access->publishable_key;
}

service::ServiceSettings settings_of(const configuration::Configuration& configuration,
                                     crypto::JwtKeys keys,
                                     const std::optional<StripeAccess>& access) {
  service::ServiceSettings settings;
  settings.app.gateway_timeout = configuration.gateway_timeout;
  settings.app.order_expire_after = configuration.orders_expire_after;
  settings.app.refund_self_service_days = configuration.refunds_self_service_days;
  settings.app.refund_overpayments = configuration.overpayments_auto_refund;
  settings.app.checkout_at_gateway = configuration.checkout_at_gateway;
  settings.jwt_keys = std::move(keys);
  settings.default_currency = configuration.default_currency;
  settings.public_url = configuration.public_url;
  settings.frontend_url = configuration.frontend_url;
  settings.cors_origins = configuration.cors_origins;
  settings.return_origins = configuration.return_origins;
  settings.version = std::string(kVersion);
  settings.checkout_page = {.sandbox_api_base = sandbox_of(access),
                            .publishable_key = publishable_key_of(access)};
  return settings;
}

class ServiceApplication final : public Application {
 public:
  ServiceApplication(const configuration::Configuration& configuration, Platform platform,
                     service::ServiceSettings settings, std::optional<StripeAccess> access)
      : loop_(platform.loop),
        store_(open_store(configuration, platform.loop, platform.clock, platform.random)),
        stripe_(make_stripe(std::move(access))),
        service_({*store_, platform.clock, platform.random, platform.http, platform.log},
                 available(), std::move(settings)) {}

  base::Task<wire::Reply> handle(wire::Request request) override {
    return service_.handle(std::move(request));
  }
  wire::Reply refuse(const wire::Request& seen, int status, std::string_view reason) override {
    return service_.refuse(seen, status, reason);
  }
  void use_keys(crypto::JwtKeys keys) override { service_.use_keys(std::move(keys)); }
  void use_webhook_secrets(std::vector<base::Secret> secrets) override {
    if (stripe_) stripe_->use_webhook_secrets(std::move(secrets));
  }
  void start_jobs() override { service_.start_jobs(); }
  void start_draining() override { service_.set_draining(true); }

  base::Task<void> finish_jobs() override {
    service_.drain();
    // The service calls from inside what ended last, which the awaiter may destroy.
    co_await base::await_callback<bool>([this](base::Completion<bool> done) {
      service_.when_idle([this, done] { loop_.post([done] { done(true); }); });
    });
  }

 private:
  [[nodiscard]] ports::Gateways available() const {
    ports::Gateways all;
    all.add(manual_);
    if (stripe_) all.add(*stripe_);
    return all;
  }

  net::Loop& loop_;
  std::unique_ptr<ports::Store> store_;
  gateways::Manual manual_;
  std::unique_ptr<gateways::Stripe> stripe_;
  service::Service service_;
};

}  // namespace

std::unique_ptr<Application> make_application(const configuration::Configuration& configuration,
                                              Platform platform, crypto::JwtKeys keys,
                                              std::optional<StripeAccess> stripe) {
  auto settings = settings_of(configuration, std::move(keys), stripe);
  return std::make_unique<ServiceApplication>(configuration, platform, std::move(settings),
                                              std::move(stripe));
}

}  // namespace cobro
