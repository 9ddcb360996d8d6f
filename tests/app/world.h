// A whole service without sockets: the real store (in memory), the real Stripe adapter, and
// the sandbox behind a wire that a test can cut. Virtual time, seeded chance, one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/audit/audit.h"
#include "app/calls/recovery.h"
#include "app/orders/orders.h"
#include "app/payments/payments.h"
#include "app/payments/transactions.h"
#include "app/webhooks/webhook_inbox.h"
#include "gateways/manual/manual.h"
#include "gateways/stripe/stripe.h"
#include "sandbox/stripe/stripe.h"
#include "store/sqlite_store.h"
#include "tests/support/fakes.h"

namespace cobro::testing {

// What happens to one request on its way to the gateway.
enum class Cut {
  none,
  request_lost,
  answer_lost,
  server_error_after,
  server_error_before,
  throttled,
  refused,           // nobody listens: nothing was sent
  request_broken,    // the connection breaks in the middle of the request: nothing was done
  answer_broken,     // done; the connection is closed before the first byte of the answer
  answer_truncated,  // done; half of the answer's body, then the end of the connection
  answer_halved,     // done; half of the answer's body, as if that were all
  reset,             // the connection is reset, and the gateway goes on with the work
  late,              // done after a while; the answer comes when nobody waits any more
  answer_slow,       // done; the answer takes some seconds
  // Done; a kept connection closes before a byte of answer, and the client sends it again by
  // itself:
  resent,            // that is answered
  resent_throttled,  // that is refused for the rate
  resent_denied,     // that is refused for the key
};

class Wire final : public ports::HttpClient {
 public:
  explicit Wire(ports::Clock& clock) : clock_(clock) {}
  base::Task<ports::HttpResult> send(ports::HttpRequest request) override;

  LoopbackHttpClient inner;
  // Decides the fate of each request to the gateway; none by default.
  std::function<Cut(const ports::HttpRequest&)> fate;
  // Changes what the gateway answers, on its way to us.
  std::function<void(const ports::HttpRequest&, ports::HttpResponse&)> forge;
  std::vector<ports::HttpRequest> sent;
  // Runs what goes on at the gateway when the caller has been told already.
  std::function<void(base::Task<void>)> in_background;

 private:
  base::Task<void> carry(ports::HttpRequest request, base::Duration after);

  ports::Clock& clock_;
};

// A request to our webhook route, as the route hands it on.
ports::WebhookRequest webhook_of(const wire::Request& request);

struct WorldOptions {
  bool split_writes = false;
  bool deliver_webhooks = true;
};

class World {
 public:
  explicit World(WorldOptions options = {});
  ~World();

  // ---- acts, as `sub` with a role; the reply's body is a line for the test to read ----
  app::Answer order(const std::string& amount, const std::string& currency = "PEN",
                    const std::string& sub = "ana");
  app::Answer pay(std::int64_t order, const std::string& amount,
                  const std::string& method = "stripe",
                  domain::CaptureMethod capture = domain::CaptureMethod::automatic);
  app::Answer process(std::int64_t payment, const std::string& method = "pm_card_visa",
                      const std::string& key = "");
  app::Answer capture(std::int64_t payment, std::optional<std::string> amount = {},
                      const std::string& key = "");
  app::Answer refund(std::int64_t payment, std::optional<std::string> amount = {},
                     const std::string& reason = "broken", const std::string& key = "");
  app::Answer cancel_payment(std::int64_t payment, const std::string& key = "");
  app::Answer describe(std::int64_t payment, const std::string& description);
  app::Answer cancel_order(std::int64_t order, const std::string& key = "");
  app::Answer record(std::int64_t payment, domain::TransactionType type, const std::string& amount,
                     std::optional<base::Timestamp> processed_at = {}, const std::string& key = "");
  // The same, not awaited: for many at the same instant.
  base::Task<app::Answer> processing(std::int64_t payment, std::string method, std::string key);
  base::Task<app::Answer> refunding(std::int64_t payment, std::string amount, std::string reason,
                                    std::string key);
  base::Task<app::Answer> paying(std::int64_t order, std::string amount);
  base::Task<app::Answer> recording(std::int64_t payment, domain::TransactionType type,
                                    std::string amount, std::string key,
                                    std::optional<base::Timestamp> processed_at = {});
  base::Task<app::Answer> cancelling(std::int64_t payment, std::string key);
  base::Task<app::Answer> cancelling_order(std::int64_t order, std::string key);
  // Runs all of them at once and gives their answers in order.
  std::vector<app::Answer> all(std::vector<base::Task<app::Answer>> tasks);

  // ---- the passing of time -------------------------------------------------------------
  void advance(base::Duration span) { clock.advance(span); }
  // Applies what is due in the inbox and recovers what is due, as the jobs would.
  void work();
  // Over the context that is in use now.
  app::Inbox& inbox();
  // From now on the jobs run by themselves, and each webhook is that long on its way.
  void run_jobs(base::Duration webhook_delay = std::chrono::seconds(1));

  // ---- looks ---------------------------------------------------------------------------
  domain::Payment payment(std::int64_t number);
  domain::Order order_row(std::int64_t number);
  ports::Loaded load(std::int64_t payment);
  // Writes rows past all rules.
  void force(const ports::Changes& changes);
  // Findings of the audit, one per line; empty when all is well.
  std::string audit();
  // Bodies the sandbox keeps: charges that succeeded, refunds that did not fail.
  std::int64_t sandbox_charged(const std::string& currency);
  int sandbox_count(const std::string& path);
  std::string sandbox_get(const std::string& path_and_query);
  // A form sent there, as its clients and people's browsers do.
  ports::HttpResponse sandbox_post(const std::string& path, const std::string& form);
  base::Task<ports::HttpResponse> posting(std::string path, std::string form);
  // How a payment stands, here and at the gateway, in the same words: "succeeded 100.00,
  // refunded 0.00". Once all is settled they are equal.
  std::string standing(std::int64_t payment);
  std::string standing_there(std::int64_t payment);

  ManualClock clock;
  SeededRandom random;
  ports::NoLog log;
  Wire wire{clock};
  std::unique_ptr<ports::Store> store;
  gateways::Manual manual;
  std::unique_ptr<gateways::Stripe> stripe;
  std::unique_ptr<sandbox::Stripe> sandbox;
  ports::Gateways gateways;
  std::unique_ptr<app::Context> context;
  bool hold_webhooks = false;  // deliveries get 503 and come again
  bool forget_left = false;    // what the inbox should apply is lost, as in a crash
  int webhooks_received = 0;
  base::Duration webhook_delay{0};
  wire::Request last_webhook;

 private:
  app::Call call(const std::string& sub, app::Role role, const std::string& route,
                 const std::string& key, const std::string& body);
  app::Answer run_now(base::Task<app::Answer> task);
  std::unique_ptr<app::Inbox> inbox_;
  const app::Context* inbox_context_ = nullptr;
  std::unique_ptr<base::TaskGroup> background_;
};

}  // namespace cobro::testing
