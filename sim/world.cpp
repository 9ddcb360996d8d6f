#include "sim/world.h"

#include <fmt/format.h>

#include "crypto/jwt.h"
#include "sim/collect.h"
#include "sim/ground/people.h"
#include "sim/listings.h"
#include "store/sqlite_store.h"

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kJwtSecret = "a-secret-of-thirty-two-bytes-at-least";
constexpr std::string_view kPublishableKey = "pk_test_simulated";
constexpr std::string_view kWebhookSecret = "whsec_simulated";
// The longest any answer may take: several calls of 25 s each, one after the other.
constexpr base::Duration kSlowest = 10min;
// Until a call that was refused has ended: the writes that end it, and no request.
constexpr base::Duration kAtOnce = 5s;
constexpr base::Timestamp kEndOfTime{INT64_MAX / 2};
constexpr std::int64_t kMostCallsToCrash = 60;
constexpr int kBothCrash = 300;  // of a thousand crashes where there are two processes
// After recovery's next look. With the periods of production (a lease of 10 s, a look every 2 s),
// what a dead process left is taken up within 15 s of a start, and within 5 s of its lease's end.
constexpr base::Duration kTakenUpWithin = 3s;
constexpr std::int64_t kMostStepsInAnHour = 300'000;

crypto::JwtKeys keys() {
  crypto::JwtKeys keys;
  keys.hs256.emplace_back(std::string(kJwtSecret));
  return keys;
}

base::Task<void> run_later(ports::Clock& clock, std::move_only_function<void()> work) {
  co_await clock.sleep(1us);
  work();
}

std::uint64_t stream(const Options& options, std::string_view purpose) {
  return hash_on(kHashSeed ^ options.seed, purpose);
}

}  // namespace

// One process of the service, and its ways to the outside, which outlive it.
struct World::Host {
  Host(World& world, int number, SeededRandom chance)
      : process(number),
        clock(world.ground.clock, process),
        random(chance),
        database(world.ground, process, *world.store_, world.seen_),
        gateway(
            world.ground, process,
            [&world](wire::Request r) { return world.sandbox_->handle(std::move(r)); },
            world.seen_) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() { end(); }

  void end() {
    serving.reset();
    service.reset();
    database.end_process();
  }

  Process process;
  base::Duration stopped_at{0};
  ProcessClock clock;
  SeededRandom random;
  Database database;
  GatewayWire gateway;
  std::unique_ptr<base::TaskGroup> serving;  // a crash ends it
  std::unique_ptr<service::Service> service;
};

World::World(const Options& options)
    : ground(options),
      accidents_(options.seed, "accidents"),
      routes_(options.seed, "routes"),
      service_random_(stream(options, "service")),
      sandbox_random_(stream(options, "sandbox")),
      webhook_wire_(ground, [this](wire::Request r) { return receive_webhook(std::move(r)); }),
      world_(ground.reporter()) {
  seen_.refused = [this](RefusedSend refused) {
    world_.spawn("refusal", follow(std::move(refused)));
  };
  const base::Post post = [this](std::move_only_function<void()> work) {
    world_.spawn("post", run_later(ground.clock, std::move(work)));
  };
  store_ = store::open_sqlite({":memory:", store::SqliteMode::inline_}, post, ground.clock,
                              service_random_);
  gateways::StripeSettings stripe;
  stripe.api_base = kGatewayOrigin;
  stripe.secret_key = base::Secret("sk_test_simulated");
  stripe.webhook_secrets.emplace_back(std::string(kWebhookSecret));
  stripe_ = std::make_unique<gateways::Stripe>(std::move(stripe));
  sandbox::StripeOptions sandbox;
  sandbox.webhooks.push_back({std::string(kServiceOrigin) + "/webhooks/stripe",
                              base::Secret(std::string(kWebhookSecret))});
  sandbox.public_url = kGatewayOrigin;
  sandbox.idempotency_kept = options.keys_kept;
  sandbox.processing_time = options.processing_time;
  sandbox.after_retries = options.after_retries;
  sandbox.draft_lasts = options.draft_lasts;
  sandbox_ = std::make_unique<sandbox::Stripe>(std::move(sandbox), ground.clock, sandbox_random_,
                                               webhook_wire_, log_);
  seen_.leases.processes = options.processes;
  for (int number = 1; number <= options.processes; ++number) {
    const SeededRandom other(stream(options, fmt::format("service {}", number)));
    hosts_.push_back(std::make_unique<Host>(*this, number, number == 1 ? service_random_ : other));
    build_service(*hosts_.back());
  }
  world_.spawn("sandbox", sandbox_->run());
  plan_accidents();
}

World::~World() {
  for (auto& host : hosts_) host->end();
}

void World::build_service(Host& host) {
  service::ServiceSettings settings;
  settings.jwt_keys = keys();
  settings.inbox_period = ground.options.inbox_period;
  settings.recovery_period = ground.options.recovery_period;
  settings.expiry_period = ground.options.expiry_period;
  settings.lease = ground.options.lease;
  settings.lease_period = ground.options.lease / 3;
  settings.app.order_expire_after = ground.options.orders_expire_after;
  settings.app.refund_overpayments = ground.options.refund_overpayments;
  settings.app.checkout_at_gateway = ground.options.checkout_at_gateway;
  settings.public_url = kServiceOrigin;
  settings.frontend_url = "https://shop.example";
  settings.checkout_page.sandbox_api_base = kGatewayOrigin;
  settings.checkout_page.publishable_key = kPublishableKey;
  host.database.begin_process(host.clock);
  host.serving = std::make_unique<base::TaskGroup>(ground.reporter());
  host.service = std::make_unique<service::Service>(
      service::Ports{host.database, host.clock, host.random, host.gateway, log_},
      ports::Gateways{&manual_, stripe_.get()}, std::move(settings));
  host.service->start_jobs();
}

// ---- accidents ------------------------------------------------------------------------------

void World::plan_accidents() {
  const auto& options = ground.options;
  for (int i = 0; i < options.crashes; ++i)
    world_.spawn("crash", strike_at(accidents_.evenly(0s, options.faulty)));
  for (int i = 0; i < options.pauses; ++i)
    world_.spawn("pause", pause_at(accidents_.evenly(0s, options.faulty)));
  plan_outages(options.gateway_outages, {&Faults::gateway_away}, "the gateway is away");
  plan_outages(options.webhook_outages, {&Faults::webhooks_away}, "webhooks do not come");
  plan_outages(options.database_outages, {&Faults::database_away}, "the database is away");
  plan_outages(options.gateway_troubles, {&Faults::gateway_troubled, &Faults::webhooks_away},
               "the gateway is in trouble");
  plan_incidents();
}

// What was done as it began, and not heard of, is first looked for when it is over.
void World::plan_incidents() {
  const std::vector<int Faults::*> troubled{&Faults::gateway_troubled, &Faults::webhooks_away};
  const std::vector<int Faults::*> away{&Faults::gateway_away, &Faults::webhooks_away};
  for (int i = 0; i < ground.options.gateway_incidents; ++i) {
    const auto at = accidents_.evenly(0s, ground.options.faulty);
    const auto trouble = accidents_.span(1min, 2h);
    world_.spawn("incident", outage(at, trouble, troubled, "the gateway is in trouble"));
    world_.spawn("incident", outage(at + trouble, accidents_.evenly(1h, 40h), away,
                                    "neither the gateway nor its webhooks are there"));
  }
}

void World::plan_outages(int count, const std::vector<int Faults::*>& what,
                         const std::string& name) {
  for (int i = 0; i < count; ++i) {
    const auto at = accidents_.evenly(0s, ground.options.faulty);
    const auto span = accidents_.span(10s, ground.options.longest_outage);
    world_.spawn("outage", outage(at, span, what, name));
  }
}

base::Task<void> World::outage(base::Duration at, base::Duration span,
                               std::vector<int Faults::*> what, std::string name) {
  co_await ground.clock.sleep(at);
  if (ground.faults.healed()) co_return;  // planned behind another one, it would come too late
  ground.trace.note("from now on " + name);
  ++ground.upsets;
  for (const auto away : what) ++(ground.faults.*away);
  co_await ground.clock.sleep(span);
  if (ground.faults.healed()) co_return;
  for (const auto away : what) --(ground.faults.*away);
  ground.trace.note("no longer: " + name);
}

base::Task<void> World::strike_at(base::Duration at) {
  co_await ground.clock.sleep(at);
  auto& host = any_host();
  host.process.arm(accidents_.between(1, kMostCallsToCrash));
  if (hosts_.size() == 1 || !accidents_.roll(kBothCrash)) co_return;
  for (auto& other : hosts_)
    if (other.get() != &host) other->process.arm(accidents_.between(1, kMostCallsToCrash));
}

// The process is gone: every task of it, at its await point. What it sent is on its way.
void World::crash(Host& host) {
  ground.trace.note(name_of(host) + " crashes");
  ++ground.upsets;
  host.process.release();
  host.end();
  const int number = host.process.number();
  seen_.leases.end(number, kAccountAsked, ground.clock.now());
  seen_.leases.begin(number, "not there", ground.clock.now());
  std::vector<Answered> lost;
  std::erase_if(waiting_, [&](const auto& entry) {
    if (entry.second.host != &host) return false;
    lost.push_back(entry.second.answer);
    return true;
  });
  for (const auto& answer : lost) answer(std::nullopt);
  world_.spawn("restart", restart_after(host, accidents_.span(10ms, 10min)));
}

base::Task<void> World::restart_after(Host& host, base::Duration span) {
  co_await ground.clock.sleep(span);
  ground.trace.note(name_of(host) + " starts");
  const int number = host.process.number();
  seen_.leases.end(number, "not there", ground.clock.now());
  seen_.leases.end(number, kWithoutLease, ground.clock.now());
  build_service(host);
}

base::Task<void> World::pause_at(base::Duration at) {
  co_await ground.clock.sleep(at);
  if (!ground.faults.healed())
    any_host().process.arm_pause(accidents_.between(1, kMostCallsToCrash));
}

void World::pause(Host& host) {
  ground.trace.note(name_of(host) + " stands still");
  ++ground.upsets;
  host.stopped_at = ground.clock.steady();
  seen_.leases.begin(host.process.number(), "stopped", ground.clock.now());
  const auto lease = ground.options.lease;
  world_.spawn("go on", go_on_after(host, accidents_.span(lease / 10, 3 * lease)));
}

base::Task<void> World::go_on_after(Host& host, base::Duration span) {
  co_await ground.clock.sleep(span);
  go_on(host);
}

void World::go_on(Host& host) {
  if (!host.process.is_stopped()) return;
  ground.trace.note(name_of(host) + " goes on");
  seen_.leases.end(host.process.number(), "stopped", ground.clock.now());
  // That much of the time is not the service's.
  for (auto& [number, waiting] : waiting_)
    if (waiting.host == &host) waiting.since += ground.clock.steady() - host.stopped_at;
  host.process.go_on();
}

std::string World::name_of(const Host& host) const {
  if (hosts_.size() == 1) return "the service";
  return fmt::format("process {} of the service", host.process.number());
}

World::Host& World::any_host() {
  if (hosts_.size() == 1) return *hosts_.front();
  return *accidents_.pick(hosts_);
}

// As a load balancer has it; nothing when nobody is there.
World::Host* World::host_that_answers() {
  std::vector<Host*> there;
  for (const auto& host : hosts_)
    if (host->service) there.push_back(host.get());
  if (there.size() > 1) return routes_.pick(there);
  return there.empty() ? nullptr : there.front();
}

void World::heal() {
  ground.trace.note("all is well from now on");
  ground.faults.heal();
  for (auto& host : hosts_) {
    host->process.release();
    go_on(*host);
  }
  world_.spawn("release", release_webhooks());
}

void World::step() {
  ground.clock.step();
  for (auto& host : hosts_) {
    if (host->process.has_just_stopped()) pause(*host);
    if (host->process.is_pressed()) crash(*host);
  }
}

void World::run_for(base::Duration span) {
  const auto end = ground.clock.steady() + span;
  while (!restless_ && ground.clock.next_due() && *ground.clock.next_due() <= end) {
    step();
    watch_steps();
  }
  if (!restless_) ground.clock.advance(end - ground.clock.steady());
}

// Work that makes work without end moves time no further.
void World::watch_steps() {
  const auto hour = ground.clock.steady() / 1h;
  if (std::exchange(hour_, hour) != hour) steps_ = 0;
  if (++steps_ < kMostStepsInAnHour) return;
  restless_ = true;
  ground.violations.emplace_back("somebody works without end: an hour takes too many steps");
}

// ---- calls ------------------------------------------------------------------------------------

wire::Request World::to_request(const Ask& ask) {
  crypto::Claims claims;
  const auto identity = identity_of(ask.who);
  claims.sub = identity.sub;
  claims.tenant_id = identity.tenant;
  if (identity.is_admin()) claims.roles = {"admin"};
  claims.exp = ground.clock.now() + 1h;
  const auto mark = ask.path.find('?');
  wire::Request request{.method = ask.method,
                        .path = ask.path.substr(0, mark),
                        .query = mark == std::string::npos ? "" : ask.path.substr(mark + 1),
                        .headers = {{"Authorization", "Bearer " + make_token(claims, keys())}},
                        .body = ask.body,
                        .peer = "127.0.0.1"};
  if (!ask.body.empty()) request.headers.add("Content-Type", "application/json");
  if (!ask.key.empty()) request.headers.add("Idempotency-Key", ask.key);
  return request;
}

base::Task<Heard> World::call(Ask ask) {
  const auto number = ++calls_;
  ground.trace.note(fmt::format("call < c{} {} {} {} {} {}", number, ask.who, ask.method, ask.path,
                                ask.key, ask.body));
  const bool lost = ground.faults.strike(Fault::call_lost);
  auto heard = co_await base::await_callback<Heard>([&](const base::Completion<Heard>& answer) {
    world_.spawn("patience", give_up(ask.patience, answer));
    if (!lost) world_.spawn("call", carry_call(to_request(ask), answer));
  });
  ground.trace.note(
      fmt::format("call > c{} {} {}", number, heard.status, heard.body.substr(0, 300)), heard.body);
  co_return heard;
}

base::Task<void> World::give_up(base::Duration after, base::Completion<Heard> answer) {
  co_await ground.clock.sleep(after);
  answer(Heard{});
}

base::Task<void> World::carry_call(wire::Request request, base::Completion<Heard> answer) {
  co_await ground.clock.sleep(ground.faults.chance().evenly(0ms, 4ms));
  auto reply = co_await receive(std::move(request));
  co_await ground.clock.sleep(ground.faults.chance().evenly(0ms, 4ms));
  if (!reply) co_return answer(Heard{});
  if (!ground.faults.strike(Fault::call_unheard))
    answer(Heard{reply->status, std::move(reply->body)});
}

base::Task<std::optional<wire::Reply>> World::receive(wire::Request request) {
  auto* host = host_that_answers();
  if (host == nullptr) co_return std::nullopt;
  const auto number = ++requests_;
  co_return co_await base::await_callback<std::optional<wire::Reply>>([&](const Answered& answer) {
    waiting_.emplace(
        number, Waiting{host, answer, ground.clock.steady(), request.method + " " + request.path});
    host->serving->spawn("request", serve(*host, number, std::move(request)));
  });
}

base::Task<wire::Reply> World::receive_webhook(wire::Request request) {
  auto reply = co_await receive(std::move(request));
  co_return reply ? std::move(*reply) : wire::Reply{.status = 0};
}

base::Task<void> World::serve(Host& host, std::int64_t number, wire::Request request) {
  co_await host.process.run();
  auto reply = co_await host.service->handle(std::move(request));
  auto mine = waiting_.extract(number);
  watch(mine.mapped());
  if (reply.status == 500)
    ground.violations.push_back(mine.mapped().what + " answered 500: " + reply.body);
  mine.mapped().answer(std::move(reply));
}

void World::watch(const Waiting& waiting) {
  const auto took = ground.clock.steady() - waiting.since;
  if (took > kSlowest)
    ground.violations.push_back(
        fmt::format("{} took {} s", waiting.what, took.count() / 1'000'000));
}

base::Task<bool> World::has_open_calls(const std::string& who) {
  const auto identity = identity_of(who);
  const auto loaded = co_await store_->load(
      {.customer = ports::CustomerRef{domain::GatewayName::stripe, identity.tenant, identity.sub}});
  co_return !loaded.open_calls.empty();
}

base::Task<Heard> World::at_gateway(std::string method, std::string path, std::string form) {
  return ask_gateway("sk_test_simulated", std::move(method), std::move(path), std::move(form));
}

base::Task<Heard> World::in_browser(std::string method, std::string path, std::string form) {
  return ask_gateway(std::string(kPublishableKey), std::move(method), std::move(path),
                     std::move(form));
}

base::Task<Heard> World::ask_gateway(std::string key, std::string method, std::string path,
                                     std::string form) {
  ports::HttpRequest request{.method = std::move(method),
                             .url = std::string(kGatewayOrigin) + path,
                             .headers = {},
                             .body = form};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.add("Authorization", "Bearer " + key);
  auto reply = co_await sandbox_->handle(to_incoming(std::move(request)));
  ground.trace.note(fmt::format("person > {} {} {}", path, form, reply.status), reply.body);
  co_return Heard{reply.status, std::move(reply.body),
                  std::string(reply.headers.find("Location").value_or(""))};
}

base::Task<void> World::release_webhooks() {
  co_await at_gateway("POST", "/_sandbox/webhooks/release", "");
}

// Nothing but a database that fails, or a crash, may keep the call from ending with its answer.
base::Task<void> World::follow(RefusedSend refused) {
  const auto disturbances = [this] {
    return ground.upsets + ground.faults.struck_between(Fault::database_away, Fault::commit_late);
  };
  const auto before = disturbances();
  bool disturbed = ground.faults.database_away > 0;
  co_await ground.clock.sleep(kAtOnce);
  disturbed = disturbed || disturbances() != before || ground.faults.database_away > 0;
  if (disturbed) co_return;
  // One that was taken over may have been sent by whoever died with it.
  for (const auto& call : co_await store_->due_calls(kEndOfTime, INT32_MAX))
    if (call.gateway_key == refused.gateway_key) refused.still_open = call.checks == 0;
  refused_.push_back(std::move(refused));
}

// ---- at the end -------------------------------------------------------------------------------

Evidence World::collect() {
  for (const auto& [number, waiting] : waiting_) watch(waiting);
  Evidence evidence = run(ground.clock, collect_rows(*store_));
  run(ground.clock,
      collect_gateway([this](wire::Request r) { return sandbox_->handle(std::move(r)); },
                      evidence));
  evidence.listings = run(ground.clock, collect_listings([this](std::string who, std::string path) {
                            return hosts_.front()->service->handle(
                                to_request({std::move(who), "GET", std::move(path), "", ""}));
                          }));
  evidence.now = ground.clock.now();
  evidence.orders_expire_after = ground.options.orders_expire_after;
  evidence.deeds = seen_.deeds.by_key();
  evidence.events = seen_.events;
  evidence.leases = seen_.leases;
  evidence.taken_up_within = ground.options.recovery_period + kTakenUpWithin;
  evidence.gone_there = ground.gone_there;
  evidence.refused_sends = refused_;
  evidence.violations = ground.violations;
  return evidence;
}

}  // namespace cobro::sim
