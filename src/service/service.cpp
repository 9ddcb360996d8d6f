#include "service/service.h"

#include <array>
#include <stdexcept>

#include "app/calls/accounts.h"
#include "app/calls/recovery.h"
#include "app/checkout/checkouts.h"
#include "app/handlers/call_handlers.h"
#include "app/orders/orders.h"
#include "app/sweep/sweep.h"
#include "app/webhooks/webhook_inbox.h"
#include "service/job.h"
#include "surfaces/checkout/routes.h"
#include "surfaces/common/front_door.h"
#include "surfaces/courses/routes.h"
#include "surfaces/operations/routes.h"
#include "surfaces/platform/envelope.h"
#include "surfaces/platform/routes.h"

namespace cobro::service {
namespace {

constexpr base::Duration kPurgePeriod = std::chrono::minutes(10);
constexpr std::int64_t kPurgeBatch = 1000;
// Between looks for lists that are due: each is walked daily.
constexpr base::Duration kSweepPeriod = std::chrono::hours(1);

// Nothing of an earlier account goes to another one.
base::Task<bool> recover_due(app::Context& context) {
  co_await app::check_accounts(context);
  co_return co_await app::recover(context) == app::kRecoveryBatch;
}

base::Task<bool> poll(app::Inbox& inbox) {
  co_await inbox.poll();
  co_return false;
}

base::Task<bool> walk(app::Sweep& sweep) {
  co_await sweep.run();
  co_return false;
}

base::Task<bool> expire(app::Context& context) {
  const auto orders = co_await app::expire_orders(context);
  const auto checkouts = co_await app::expire_checkouts(context);
  co_return orders > 0 || checkouts == app::kCheckoutBatch;
}

base::Task<bool> purge(app::Context& context) {
  co_return co_await context.store.purge_records(context.clock.now(), kPurgeBatch) == kPurgeBatch;
}

domain::Currency currency_of(const std::string& code) {
  const auto currency = domain::Currency::parse(code);
  if (!currency) throw std::invalid_argument("unknown default currency: " + code);
  return *currency;
}

// What is below no surface's path.
std::vector<surfaces::Route> open_routes(const surfaces::operations::Parts& operations,
                                         const surfaces::checkout::CheckoutPageSettings& checkout) {
  auto all = surfaces::operations::routes(operations);
  for (auto& route : surfaces::checkout::routes(checkout)) all.push_back(std::move(route));
  return all;
}

std::vector<surfaces::Surface> all_surfaces(
    const surfaces::operations::Parts& operations,
    const surfaces::checkout::CheckoutPageSettings& checkout) {
  return {{.base_path = "",
           .word_error = &surfaces::platform::word_error,
           .routes = open_routes(operations, checkout)},
          surfaces::platform::surface(),
          surfaces::courses::surface(operations)};
}

std::string openapi_text(const std::vector<surfaces::Route>& routes, const std::string& version) {
  std::vector<wire::Operation> operations;
  for (const auto& route : routes) operations.push_back(route.operation);
  return wire::to_text(wire::openapi_document("Cobro", version, "/", operations));
}

}  // namespace

struct Service::Parts {
  Parts(Ports ports, ports::Gateways all, ServiceSettings settings)
      : gateways(all),
        context{ports.store, ports.clock, ports.random, ports.http,
                gateways,    ports.log,   settings.app, &app::call_handlers()},
        world{context,
              currency_of(settings.default_currency),
              {std::move(settings.public_url), std::move(settings.frontend_url),
               surfaces::ReturnUrls(std::move(settings.return_origins))}},
        verifier(std::move(settings.jwt_keys)),
        readiness(context),
        router(all_surfaces({readiness, openapi, [this](auto row) { inbox.add(std::move(row)); }},
                            settings.checkout_page)),
        door(world, verifier, router, surfaces::Cors(std::move(settings.cors_origins))),
        recovery(
            "recovery", settings.recovery_period, [this] { return recover_due(context); },
            ports.clock, ports.log),
        inbox(context, [this] { polling.kick(); }),
        polling(
            "inbox", settings.inbox_period, [this] { return poll(inbox); }, ports.clock, ports.log),
        expiry(
            "expiry", settings.expiry_period, [this] { return expire(context); }, ports.clock,
            ports.log),
        purging(
            "purge", kPurgePeriod, [this] { return purge(context); }, ports.clock, ports.log),
        sweep(context),
        sweeping("sweep", kSweepPeriod, [this] { return walk(sweep); }, ports.clock, ports.log) {
    *openapi = openapi_text(router.routes(), settings.version);
  }

  std::array<Job*, 5> jobs() { return {&recovery, &polling, &expiry, &purging, &sweeping}; }
  void one_less() {
    if (--running == 0 && idle) std::exchange(idle, {})();
  }

  ports::Gateways gateways;
  app::Context context;
  surfaces::World world;
  crypto::JwtVerifier verifier;
  surfaces::operations::Readiness readiness;
  std::shared_ptr<std::string> openapi = std::make_shared<std::string>();
  surfaces::Router router;
  surfaces::FrontDoor door;
  int running = 0;  // requests, and jobs that were started
  bool stopped = false;
  std::function<void()> idle;
  Job recovery;
  app::Inbox inbox;
  Job polling;
  Job expiry;
  Job purging;
  app::Sweep sweep;
  Job sweeping;
};

Service::Service(Ports ports, ports::Gateways gateways, ServiceSettings settings)
    : parts_(std::make_unique<Parts>(ports, gateways, std::move(settings))) {}
Service::~Service() = default;

namespace {

// Counts one piece of work for as long as it lives.
class Counted {
 public:
  explicit Counted(std::function<void()> ended) : ended_(std::move(ended)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { ended_(); }

 private:
  std::function<void()> ended_;
};

}  // namespace

base::Task<wire::Reply> Service::handle(wire::Request request) {
  Parts& parts = *parts_;
  ++parts.running;
  const Counted counted([&parts] { parts.one_less(); });
  co_return co_await parts.door.handle(std::move(request));
}

wire::Reply Service::refuse(const wire::Request& seen, int status, std::string_view reason) {
  return parts_->door.refuse(seen, status, reason);
}

void Service::start_jobs() {
  for (Job* job : parts_->jobs()) {
    ++parts_->running;
    job->start();
  }
}

void Service::use_keys(crypto::JwtKeys keys) {
  parts_->verifier = crypto::JwtVerifier(std::move(keys));
}

void Service::set_draining(bool draining) {
  parts_->readiness.set_draining(draining);
}

void Service::drain() {
  set_draining(true);
  if (std::exchange(parts_->stopped, true)) return;
  ++parts_->running;  // nothing is idle before all are told
  for (Job* job : parts_->jobs())
    if (job->is_started()) job->stop([this] { parts_->one_less(); });
  ++parts_->running;
  parts_->sweep.stop();
  parts_->inbox.stop();
  parts_->inbox.when_idle([this] { parts_->one_less(); });
  parts_->one_less();
}

void Service::when_idle(std::function<void()> idle) {
  if (parts_->running == 0) return idle();
  parts_->idle = std::move(idle);
}

}  // namespace cobro::service
