#include <csignal>
#include <cstdio>

#include "main/commands.h"
#include "main/reload.h"
#include "main/sandbox_host.h"
#include "main/shutdown.h"
#include "main/startup.h"
#include "net/curl_client.h"

namespace cobro {
namespace {

std::vector<sandbox::WebhookTarget> webhooks_of(const SandboxOptions& options,
                                                const configuration::Configuration& configuration) {
  if (!options.webhook_url) return {};
  const auto& configured = configuration.stripe.webhook_secrets;
  if (options.webhook_secret)
    return {{*options.webhook_url, base::Secret(*options.webhook_secret)}};
  if (!configured.empty()) return {{*options.webhook_url, configured.front()}};
  throw std::runtime_error("--webhook-url needs --webhook-secret, or STRIPE_WEBHOOK_SECRET");
}

void print_banner(const std::string& url, const SandboxOptions& options) {
  std::printf("Stripe sandbox on %s\n\n", url.c_str());
  std::printf("  STRIPE_API_BASE=%s\n  STRIPE_SECRET_KEY=%s\n", url.c_str(),
              std::string(kSandboxStripeKey).c_str());
  if (options.webhook_url)
    std::printf("  webhooks go to %s\n", options.webhook_url->c_str());
  else
    std::printf("  webhooks go nowhere (--webhook-url, --webhook-secret)\n");
  for (const auto& fault : options.faults) std::printf("  fault: %s\n", fault.c_str());
  std::printf("\n  curl %s/v1/payment_intents -u %s: -d amount=1000 -d currency=usd\n", url.c_str(),
              std::string(kSandboxStripeKey).c_str());
  std::fflush(stdout);
}

base::Task<void> drain(net::HttpServer& server, net::Loop& loop) {
  server.stop_accepting();
  static_cast<void>(co_await ended_within(server.drained(), loop, std::chrono::seconds(10)));
}

}  // namespace

int run_sandbox(const configuration::Sources& sources, const SandboxOptions& options) {
  ignore_signals();
  auto loaded = load_all_or_explain(sources, configuration::Purpose::sandbox);
  if (!loaded) return 2;
  const auto configuration = loaded->configuration;
  net::Loop loop;
  loop.catch_signals({SIGHUP});
  net::LoopClock clock(loop);
  auto log = make_log(configuration, clock);
  net::SystemRandom random;
  net::CurlClient http(loop, "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
  SandboxHost::Options host{.listen = configuration.sandbox_stripe_listen,
                            .database = ":memory:",
                            .webhooks = webhooks_of(options, configuration),
                            .faults = options.faults};
  if (options.idempotency_kept_seconds)
    host.idempotency_kept = std::chrono::seconds(*options.idempotency_kept_seconds);
  if (!options.memory) {
    ensure_data_dir(configuration);
    host.database = configuration.data_dir + "/sandbox-stripe.db";
  }
  SandboxHost stripe(host, loop, clock, random, http, log);
  print_banner(stripe.url(), options);
  Reload reload(sources, configuration::Purpose::sandbox, std::move(*loaded), log);
  run_until_signal(loop,
                   {.drain = [&] { return drain(stripe.server(), loop); },
                    .reload = [&] { reload.run({}, [](const configuration::Configuration&) {}); }},
                   log);
  return 0;
}

}  // namespace cobro
