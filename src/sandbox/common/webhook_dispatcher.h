// What a gateway does by itself: delivers webhooks, again and again until they are taken, and
// does the jobs that it scheduled. Everything it needs to know is in the database, so a restart
// loses nothing.
#pragma once

#include <optional>

#include "base/task.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "sandbox/common/database.h"

namespace cobro::sandbox {

// The gateway that a dispatcher works for.
class DispatchingGateway {
 public:
  virtual ~DispatchingGateway() = default;

  // Does, in order, all that is due by now in real time.
  virtual void run_due_jobs() = 0;
  // The delivery as it is sent now, signed; nothing when its target or event is gone.
  virtual std::optional<ports::HttpRequest> webhook_request(const Delivery& delivery) = 0;
};

class WebhookDispatcher {
 public:
  WebhookDispatcher(DispatchingGateway& gateway, Database& database, ports::Clock& clock,
                    ports::HttpClient& http, ports::Log& log)
      : gateway_(gateway), database_(database), clock_(clock), http_(http), log_(log) {}

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

  DispatchingGateway& gateway_;
  Database& database_;
  ports::Clock& clock_;
  ports::HttpClient& http_;
  ports::Log& log_;
  Round* round_ = nullptr;  // while `run` is running
};

}  // namespace cobro::sandbox
