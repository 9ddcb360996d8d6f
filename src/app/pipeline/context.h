// What every use case and job works with: the ports and a few settings. The service builds it once,
// and it outlives everything that runs.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "app/pipeline/account_checks.h"
#include "app/pipeline/lease.h"
#include "app/pipeline/token_cache.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/gateways.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "ports/random.h"
#include "ports/store.h"

namespace cobro::app {

struct CallHandlers;

struct Settings {
  base::Duration order_expire_after = std::chrono::hours(72);  // 0: never
  base::Duration gateway_timeout = std::chrono::seconds(25);   // of one call
  int refund_self_service_days = 0;                            // 0: only admin and service refund
  bool refund_overpayments = false;                            // without being asked to
  bool checkout_at_gateway = false;  // sessions are paid on the gateway's own page
};

struct Context {
  ports::Store& store;
  ports::Clock& clock;
  ports::Random& random;
  ports::HttpClient& http;
  const ports::Gateways& gateways;
  ports::Log& log;
  Settings settings;
  const CallHandlers* handlers;  // what outcomes of gateway calls change, by subject
  std::shared_ptr<TokenCache> tokens = std::make_shared<TokenCache>();
  std::shared_ptr<KeyCache> keys = std::make_shared<KeyCache>();
  std::shared_ptr<AccountChecks> accounts = std::make_shared<AccountChecks>();
  std::shared_ptr<Lease> lease = std::make_shared<Lease>();
  // Of one request that makes several requests to a gateway: all of them end by then.
  std::optional<base::Timestamp> until = {};

  // How long the next request to a gateway may take.
  [[nodiscard]] base::Duration time_for_gateway(base::Timestamp now) const {
    return until ? std::min(settings.gateway_timeout, *until - now) : settings.gateway_timeout;
  }
  // Whether there is enough of that left to begin something.
  [[nodiscard]] bool has_time(base::Timestamp now) const {
    return time_for_gateway(now) >= settings.gateway_timeout / 5;
  }
};

// The same context for one request: its requests to gateways share the time that one of them has.
inline Context within_one_deadline(const Context& context) {
  Context own = context;
  if (!own.until) own.until = own.clock.now() + own.settings.gateway_timeout;
  return own;
}

}  // namespace cobro::app
