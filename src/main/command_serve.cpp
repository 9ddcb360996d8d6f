#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/bytes.h"
#include "main/application.h"
#include "main/banner.h"
#include "main/commands.h"
#include "main/reload.h"
#include "main/sandbox_host.h"
#include "main/shutdown.h"
#include "main/startup.h"
#include "net/curl_client.h"

namespace cobro {
namespace {

using configuration::Configuration;

// Longer than any request may take, shorter than what service managers wait for.
constexpr base::Duration kDrainLimit = std::chrono::seconds(25);
constexpr base::Duration kJobLimit = std::chrono::seconds(1);

bool wants_sandbox(const Configuration& configuration) {
  return configuration.sandbox && configuration.stripe.secret_key.empty();
}

// The sandbox signs with the first; without any, one is made that nobody else needs to know.
std::vector<base::Secret> webhook_secrets(const Configuration& configuration,
                                          ports::Random& random) {
  const auto& configured = configuration.stripe.webhook_secrets;
  if (!configured.empty()) return configured;
  std::string bytes(24, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return {base::Secret("whsec_" + base::to_hex(bytes))};
}

// The service's own listener as the sandbox, on this machine, reaches it.
std::string local_origin(net::Endpoint listen) {
  if (listen.address == "0.0.0.0") listen.address = "127.0.0.1";
  if (listen.address == "::") listen.address = "::1";
  return "http://" + to_string(listen);
}

// Everything that runs, in the order it is put together; it goes in the opposite order.
class Process {
 public:
  Process(const configuration::Sources& sources, configuration::Loaded loaded)
      : configuration_(loaded.configuration),
        log_(make_log(configuration_, clock_)),
        reload_(sources, configuration::Purpose::serve, std::move(loaded), log_) {
    loop_.catch_signals({SIGHUP});
  }

  int run() {
    const auto keys = token_keys(configuration_, random_);
    ensure_data_dir(configuration_);
    // First, so that a port that is taken is said before anything is migrated; no request is
    // read before the loop runs.
    listen();
    auto stripe = stripe_access();
    application_ = make_application(configuration_, {loop_, clock_, random_, http_, log_}, keys,
                                    std::move(stripe));
    application_->start_jobs();
    announce(keys);
    run_until_signal(loop_, {.drain = [this] { return drain(); }, .reload = [this] { reload(); }},
                     log_);
    return 0;
  }

 private:
  std::optional<StripeAccess> stripe_access() {
    const auto& own = configuration_.stripe;
    if (!own.secret_key.empty())
      return StripeAccess{own.secret_key, own.webhook_secrets, own.api_base, own.publishable_key};
    if (!wants_sandbox(configuration_)) return std::nullopt;
    const auto secrets = webhook_secrets(configuration_, random_);
    const SandboxHost::Options options{
        .listen = configuration_.sandbox_stripe_listen,
        .any_port = configuration_.sandbox_stripe_listen == net::Endpoint{"127.0.0.1", 12111},
        .database = configuration_.data_dir + "/sandbox-stripe.db",
        .webhooks = {{local_origin(configuration_.listen) + "/webhooks/stripe", secrets.front()}}};
    sandbox_ = std::make_unique<SandboxHost>(options, loop_, clock_, random_, http_, log_);
    return StripeAccess{base::Secret(std::string(kSandboxStripeKey)), secrets, sandbox_->url(),
                        std::string(kSandboxPublishableKey)};
  }

  void listen() {
    server_ = std::make_unique<net::HttpServer>(
        loop_, configuration_.listen,
        [this](wire::Request request) { return application_->handle(std::move(request)); },
        net::ServerLimits{}, log_,
        [this](const wire::Request& seen, int status, std::string_view reason) {
          return application_->refuse(seen, status, reason);
        });
    if (configuration_.listen.port != 0) return;
    configuration_.listen = server_->endpoint();
    auto& url = configuration_.public_url;
    if (url.ends_with(":0")) url = local_origin(configuration_.listen);
  }

  void announce(const crypto::JwtKeys& keys) {
    BannerFacts facts{.url = configuration_.public_url,
                      .database = describe(database_location(configuration_)),
                      .sandbox_url = sandbox_ ? sandbox_->url() : ""};
    // Under a key of the operator's own they would be worth something to whoever reads the output.
    if (!configuration_.is_production() && configuration_.jwt.secrets.empty()) {
      const auto tomorrow = clock_.now() + std::chrono::hours(24);
      facts.user_token = make_token({"1", "user", {}}, tomorrow, keys);
      facts.admin_token = make_token({"admin", "admin", {}}, tomorrow, keys);
    }
    std::fputs(banner(facts).c_str(), stdout);
    std::fflush(stdout);
    log_.write(ports::LogLevel::info, "serving",
               {{"listen", std::string_view(to_string(server_->endpoint()))},
                {"production", configuration_.is_production()}});
  }

  // The sandbox inside goes on signing with the secret of its start.
  void reload() {
    std::vector<std::string_view> taken = {"jwt.secret_key", "jwt.secret_key_previous",
                                           "jwt.issuer", "jwt.audience"};
    if (!sandbox_) taken.emplace_back("stripe.webhook_secret");
    reload_.run(taken, [this](const Configuration& fresh) {
      application_->use_keys(token_keys(fresh, random_));
      if (!sandbox_) application_->use_webhook_secrets(fresh.stripe.webhook_secrets);
    });
  }

  // /readyz says 503, the listener closes, requests and jobs that have begun are finished; then
  // all is closed by the destructors.
  base::Task<void> drain() {
    application_->start_draining();
    server_->stop_accepting();
    const auto deadline = clock_.steady() + kDrainLimit;
    const bool answered = co_await ended_within(server_->drained(), loop_, kDrainLimit);
    const auto left = std::max<base::Duration>(deadline - clock_.steady(), kJobLimit);
    const bool finished = co_await ended_within(application_->finish_jobs(), loop_, left);
    if (!answered || !finished)
      log_.write(ports::LogLevel::warning, "work was cut off at the end of the drain",
                 {{"connections", static_cast<std::int64_t>(server_->connections())},
                  {"jobs", !finished}});
    log_.write(ports::LogLevel::info, "stopped");
  }

  Configuration configuration_;
  net::Loop loop_;
  net::LoopClock clock_{loop_};
  observe::JsonLog log_;
  Reload reload_;
  net::SystemRandom random_;
  net::CurlClient http_{loop_};
  std::unique_ptr<SandboxHost> sandbox_;
  std::unique_ptr<Application> application_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

int run_serve(const configuration::Sources& sources) {
  ignore_signals();
  auto loaded = load_all_or_explain(sources, configuration::Purpose::serve);
  return loaded ? Process(sources, std::move(*loaded)).run() : 2;
}

}  // namespace cobro
