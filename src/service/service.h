// The whole service as one object: ports and configuration in, surfaces and jobs out. It
// knows no socket, no thread and no process; production and simulation run this same class.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/pipeline/context.h"
#include "base/task.h"
#include "crypto/jwt.h"
#include "ports/gateways.h"
#include "surfaces/checkout/page.h"
#include "wire/message.h"
#include "wire/web_address.h"

namespace cobro::service {

struct Ports {
  ports::Store& store;
  ports::Clock& clock;
  ports::Random& random;
  ports::HttpClient& http;
  ports::Log& log;
};

struct ServiceSettings {
  app::Settings app;
  crypto::JwtKeys jwt_keys;
  std::string default_currency = "PEN";      // an ISO 4217 code
  std::string public_url;                    // what browsers reach; without a slash at the end
  std::string frontend_url;                  // the merchant's site, likewise; empty: not known
  std::vector<std::string> cors_origins;     // empty: all
  std::vector<wire::Origin> return_origins;  // where browsers may be sent back to; empty: all
  std::string version = "0";                 // in the OpenAPI document
  base::Duration inbox_period = std::chrono::seconds(5);  // between looks for what is due
  base::Duration recovery_period = std::chrono::seconds(2);
  base::Duration lease = std::chrono::seconds(10);  // renewed a few times while it lasts
  base::Duration lease_period = std::chrono::seconds(3);
  base::Duration expiry_period = std::chrono::minutes(1);
  surfaces::checkout::CheckoutPageSettings checkout_page;
};

class Service {
 public:
  // The ports, and the gateways that `gateways` names, outlive it. Throws
  // std::invalid_argument: no JWT key, an unknown default currency.
  Service(Ports ports, ports::Gateways gateways, ServiceSettings settings);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  // Destroys every job at its await point; requests under way must have ended.
  ~Service();

  // Every surface. Runs to its end whether or not somebody still waits for the answer:
  // whoever carries the request keeps the task. Never throws.
  base::Task<wire::Reply> handle(wire::Request request);
  // Words what the listener itself refuses.
  [[nodiscard]] wire::Reply refuse(const wire::Request& seen, int status, std::string_view reason);

  // The lease of this instance (begun at start, renewed every 3 s), recovery (every 2 s), looking
  // for webhooks that are due (every 5 s), expiry of orders and checkout sessions (every minute),
  // the sweep of the gateways' lists (at start, daily), and the removal of expired idempotency
  // records.
  void start_jobs();
  // Tokens are verified with these from the next request on. Throws like the constructor, and
  // changes nothing then.
  void use_keys(crypto::JwtKeys keys);

  // /readyz answers 503 from now on.
  void set_draining(bool draining);
  // Draining, and no job begins another round.
  void drain();
  // Once, when nothing runs any more after `drain`: no request and no job, and the lease is
  // ended. Called from inside what ended last: to destroy the service, post from it.
  void when_idle(std::function<void()> idle);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cobro::service
