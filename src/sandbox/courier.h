// What Stripe does by itself: delivers webhooks, again and again until they are taken, and
// does what was put off. Everything it needs to know is in the database, so a restart loses
// nothing.
#pragma once

#include <string>

#include "base/task.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "sandbox/account.h"

namespace cobro::sandbox {

class Courier {
 public:
  Courier(Account& account, ports::Clock& clock, ports::HttpClient& http, ports::Log& log)
      : account_(account), clock_(clock), http_(http), log_(log) {}

  // Ends only by destruction.
  base::Task<void> run();
  // There may be something to do. Does nothing while `run` is not running; returns before
  // anything is sent, so that an answer leaves before its webhooks.
  void wake();

 private:
  struct Round;
  base::Task<void> sleep_until(base::Timestamp at);
  base::Task<void> deliver(Delivery delivery);
  void arm(base::Timestamp at);
  void work();
  void start_deliveries();
  void note_outcome(const Delivery& delivery, bool taken);

  Account& account_;
  ports::Clock& clock_;
  ports::HttpClient& http_;
  ports::Log& log_;
  Round* round_ = nullptr;  // while `run` is running
};

// `Stripe-Signature`: `t=<unix>,v1=<hex>`, keyed with the whole secret (GATEWAYS §1.10).
std::string signature_header(std::string_view secret, std::int64_t unix_seconds,
                             std::string_view body);

}  // namespace cobro::sandbox
