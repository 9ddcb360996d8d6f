// The sandbox's Stripe behind a listener of its own, as any client reaches it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "net/loop.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "ports/random.h"
#include "sandbox/stripe/stripe.h"

namespace cobro {

// The one account takes any key of this form; this is the one we print and use ourselves.
inline constexpr std::string_view kSandboxStripeKey = "sk_test_cobro_sandbox";
// Likewise, for browsers.
inline constexpr std::string_view kSandboxPublishableKey = "pk_test_cobro_sandbox";

class SandboxHost {
 public:
  struct Options {
    net::Endpoint listen;
    // When the port is taken, a free one is as good: for the default inside `serve`.
    bool any_port = false;
    std::string database;  // a file's path, or ":memory:"
    std::vector<sandbox::WebhookTarget> webhooks;
    std::vector<std::string> faults;  // as sandbox::StripeOptions has them
    std::optional<base::Duration> idempotency_kept;
  };

  // Listens at once; throws when it cannot, or when the database does not open.
  SandboxHost(const Options& options, net::Loop& loop, ports::Clock& clock, ports::Random& random,
              ports::HttpClient& http, ports::Log& log);

  [[nodiscard]] const std::string& url() const { return url_; }
  net::HttpServer& server() { return *server_; }

 private:
  base::Task<wire::Reply> handle(wire::Request request);

  std::unique_ptr<sandbox::Stripe> stripe_;
  std::unique_ptr<net::HttpServer> server_;
  std::string url_;
  std::unique_ptr<base::TaskGroup> tasks_;
};

}  // namespace cobro
