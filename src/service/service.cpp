#include "service/service.h"

#include <array>
#include <stdexcept>

#include "app/calls/accounts.h"
#include "app/calls/instance.h"
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
base::Task<bool> poll(app::Context& context, app::Recovery& recovery) {
  co_await app::check_accounts(context);
  co_await recovery.poll();
  co_return false;
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
           .render_error = &surfaces::platform::render_error,
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
        surface{context,
                currency_of(settings.default_currency),
                {std::move(settings.public_url), std::move(settings.frontend_url),
                 surfaces::ReturnUrls(std::move(settings.return_origins))}},
        verifier(std::move(settings.jwt_keys)),
        readiness(context),
        router(all_surfaces({readiness, openapi, [this](auto row) { inbox.add(std::move(row)); }},
                            settings.checkout_page)),
        door(surface, verifier, router, surfaces::Cors(std::move(settings.cors_origins))),
        leasing(
            "lease", settings.lease_period, [this, span = settings.lease] { return lease(span); },
            ports.clock, ports.log),
        recovery(context, [this] { recovering.kick(); }),
        recovering(
            "recovery", settings.recovery_period,
            [this] { return once_leased(poll(context, recovery)); }, ports.clock, ports.log),
        inbox(context, [this] { polling.kick(); }),
        polling(
            "inbox", settings.inbox_period, [this] { return once_leased(poll(inbox)); },
            ports.clock, ports.log),
        expiry(
            "expiry", settings.expiry_period, [this] { return once_leased(expire(context)); },
            ports.clock, ports.log),
        purging(
            "purge", kPurgePeriod, [this] { return purge(context); }, ports.clock, ports.log),
        sweep(context),
        sweeping(
            "sweep", kSweepPeriod, [this] { return once_leased(walk(sweep)); }, ports.clock,
            ports.log) {
    *openapi = openapi_text(router.routes(), settings.version);
  }

  std::array<Job*, 5> jobs() { return {&recovering, &polling, &expiry, &purging, &sweeping}; }
  void one_less() {
    if (--running == 0 && idle) end();
  }
  base::Task<bool> lease(base::Duration span) {
    std::exception_ptr failure;
    try {
      co_await app::keep_lease(context, span);
    } catch (...) {
      failure = std::current_exception();  // the database is away: nobody waits for that
    }
    was_leased = true;
    for (const auto& done : std::exchange(for_lease, {})) done(true);
    if (failure) std::rethrow_exception(failure);
    co_return false;
  }
  // What may make calls waits for the first lease: they are made in its name.
  base::Task<void> leased() {
    if (was_leased || !leasing.is_started()) co_return;
    co_await base::await_callback<bool>(
        [this](base::Completion<bool> done) { for_lease.push_back(std::move(done)); });
  }
  base::Task<bool> once_leased(base::Task<bool> round) {
    co_await leased();
    co_return co_await std::move(round);
  }
  // The lease is held for as long as something may be sent.
  void end() {
    leasing.stop([this] { ending.spawn("end", end_lease()); });
  }
  base::Task<void> end_lease() {
    co_await app::end_lease(context);
    std::exchange(idle, {})();
  }

  ports::Gateways gateways;
  app::Context context;
  surfaces::SurfaceContext surface;
  crypto::JwtVerifier verifier;
  surfaces::operations::Readiness readiness;
  std::shared_ptr<std::string> openapi = std::make_shared<std::string>();
  surfaces::Router router;
  surfaces::FrontDoor door;
  int running = 0;  // requests, and jobs that were started
  bool stopped = false;
  std::function<void()> idle;
  bool was_leased = false;
  std::vector<base::Completion<bool>> for_lease;
  Job leasing;
  app::Recovery recovery;
  Job recovering;
  app::Inbox inbox;
  Job polling;
  Job expiry;
  Job purging;
  app::Sweep sweep;
  Job sweeping;
  base::TaskGroup ending{[](std::string_view, std::exception_ptr) {}};
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
  if (request.method != "GET") co_await parts.leased();
  co_return co_await parts.door.handle(std::move(request));
}

wire::Reply Service::refuse(const wire::Request& seen, int status, std::string_view reason) {
  return parts_->door.refuse(seen, status, reason);
}

void Service::start_jobs() {
  parts_->leasing.start();
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
  parts_->recovery.stop();
  parts_->recovery.when_idle([this] { parts_->one_less(); });
  ++parts_->running;
  parts_->inbox.stop();
  parts_->inbox.when_idle([this] { parts_->one_less(); });
  parts_->one_less();
}

void Service::when_idle(std::function<void()> idle) {
  parts_->idle = std::move(idle);
  if (parts_->running == 0) parts_->end();
}

}  // namespace cobro::service
