// What `serve` runs behind its listener: the service object with its store and gateways. This
// is the seam between the process (loop, sockets, signals) and what it serves.
#pragma once

#include <memory>
#include <string>

#include "base/secret.h"
#include "base/task.h"
#include "crypto/jwt.h"
#include "main/configuration/configuration.h"
#include "net/loop.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "ports/random.h"
#include "wire/message.h"

namespace cobro {

// The real world, as ports. All of it outlives the application.
struct Platform {
  net::Loop& loop;
  ports::Clock& clock;
  ports::Random& random;
  ports::HttpClient& http;
  ports::Log& log;
};

struct StripeAccess {
  base::Secret secret_key;
  std::vector<base::Secret> webhook_secrets;
  std::string api_base;
  std::string publishable_key;  // for browsers; empty: none
};

class Application {
 public:
  virtual ~Application() = default;
  // Every surface. Lives as long as the application; one call per request.
  virtual base::Task<wire::Reply> handle(wire::Request request) = 0;
  // Words what the listener itself refuses, in the shape of the surface that the path is of.
  virtual wire::Reply refuse(const wire::Request& seen, int status, std::string_view reason) = 0;
  // Tokens are verified with these from now on. Throws when there is none.
  virtual void use_keys(crypto::JwtKeys keys) = 0;
  // Stripe's webhooks likewise.
  virtual void use_webhook_secrets(std::vector<base::Secret> secrets) = 0;
  // Starts the jobs (recovery, inbox, …); they run until the application is destroyed.
  virtual void start_jobs() = 0;
  // From now on /readyz answers 503.
  virtual void start_draining() = 0;
  // Ends when no job runs any more; each finishes the round it is in.
  virtual base::Task<void> finish_jobs() = 0;
};

// Opens the database (and migrates it), checks in production that it keeps what it has
// acknowledged, and puts the service together. `stripe` is empty when that gateway has neither
// keys nor the sandbox. Throws what an operator should read.
std::unique_ptr<Application> make_application(const configuration::Configuration& configuration,
                                              Platform platform, crypto::JwtKeys keys,
                                              std::optional<StripeAccess> stripe);

}  // namespace cobro
