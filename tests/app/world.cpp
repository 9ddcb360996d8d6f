#include "tests/app/world.h"

#include "app/handlers/call_handlers.h"

#include <gtest/gtest.h>

#include <map>

#include "app/calls/recovery.h"
#include "domain/words.h"
#include "wire/json.h"

namespace cobro::testing {

namespace {

constexpr const char* kGateway = "http://stripe.test";
constexpr const char* kHook = "http://cobro.test/webhooks/stripe";
constexpr const char* kSecret = "whsec_test";
// How long the gateway works on a request whose sender is gone.
constexpr base::Duration kGoesOnFor = std::chrono::seconds(10);
constexpr base::Duration kSlowness = std::chrono::seconds(5);
constexpr base::Duration kInboxPeriod = std::chrono::seconds(5);
constexpr base::Duration kRecoveryPeriod = std::chrono::seconds(2);

base::Task<void> run_later(ports::Clock& clock, std::move_only_function<void()> work) {
  co_await clock.sleep(base::Duration{0});
  work();
}

ports::HttpFailure lost() {
  return {ports::HttpFailure::Kind::timed_out, "lost"};
}

ports::HttpResponse server_error() {
  return {500, {}, R"({"error":{"type":"api_error","message":"An unknown error occurred"}})"};
}

ports::HttpFailure broken() {
  return {ports::HttpFailure::Kind::broken, "the connection broke"};
}

base::Task<void> every(World& world, base::Duration period, base::Task<void> (*job)(World&)) {
  while (true) {
    co_await world.clock.sleep(period - world.clock.steady() % period);
    co_await job(world);
  }
}

base::Task<void> poll(World& world) {
  return world.inbox().poll();
}

base::Task<void> recover(World& world) {
  co_await app::recover(*world.context);
}

base::Task<void> keep(base::Task<app::Answer> task, std::optional<app::Answer>& into) {
  into.emplace(co_await task);
}

base::Task<wire::Reply> receive(World& world, wire::Request request) {
  if (world.webhook_delay.count() > 0) co_await world.clock.sleep(world.webhook_delay);
  if (world.hold_webhooks) co_return wire::Reply{503, {}, ""};
  auto received = co_await app::receive_webhook(*world.context, domain::GatewayName::stripe,
                                                webhook_of(request));
  ++world.webhooks_received;
  world.last_webhook = request;
  if (received && received->left && !world.forget_left)
    world.inbox().add(std::move(*received->left));
  co_return wire::Reply{received ? 200 : 400, {}, ""};
}

ports::StoredReply line(int status, std::string text) {
  return {status, {}, std::move(text)};
}

base::Task<void> work_off(app::Inbox& inbox) {
  co_await inbox.poll();
  co_await base::await_callback<bool>(
      [&](base::Completion<bool> idle) { inbox.when_idle([idle] { idle(true); }); });
}

app::RenderPayment render_payment() {
  return [](const domain::Payment& payment) {
    std::string text = std::to_string(payment.number) + " " +
                       std::string(domain::to_string(payment.state)) + " " +
                       payment.captured.to_decimal() + "/" + payment.amount.to_decimal();
    if (payment.next_action) text += " next:" + payment.next_action->type;
    return line(200, text);
  };
}

app::RenderOrder render_order() {
  return [](const domain::Order& order) {
    return line(200,
                std::to_string(order.number) + " " + std::string(domain::to_string(order.status)));
  };
}

ports::HttpResult throttled() {
  return ports::HttpResponse{
      429,
      {},
      R"({"error":{"type":"invalid_request_error","code":"rate_limit","message":"slow"}})"};
}

ports::HttpResult denied() {
  return ports::HttpResponse{
      401,
      {},
      R"({"error":{"type":"invalid_request_error","message":"Invalid API Key provided"}})"};
}

app::RenderRefund render_refund() {
  return [](const domain::Refund& refund, const domain::Payment&) {
    return line(200, refund.id.to_string() + " " + std::string(domain::to_string(refund.status)) +
                         " " + refund.amount.to_decimal());
  };
}

}  // namespace

base::Task<ports::HttpResult> Wire::send(ports::HttpRequest request) {
  const bool to_gateway = request.url.starts_with(kGateway);
  if (to_gateway) sent.push_back(request);
  const auto cut = to_gateway && fate ? fate(request) : Cut::none;
  const auto timeout = request.timeout;
  switch (cut) {
    case Cut::request_lost:
      co_await clock_.sleep(timeout);
      co_return std::unexpected(lost());
    case Cut::server_error_before:
      co_return server_error();
    case Cut::throttled:
      co_return throttled();
    case Cut::refused:
      co_return std::unexpected(
          ports::HttpFailure{ports::HttpFailure::Kind::unreachable, "connection refused"});
    case Cut::request_broken:
      co_await clock_.sleep(std::chrono::milliseconds(20));
      co_return std::unexpected(broken());
    case Cut::reset:
      in_background(carry(std::move(request), kGoesOnFor));
      co_await clock_.sleep(std::chrono::milliseconds(20));
      co_return std::unexpected(broken());
    case Cut::late:
      in_background(carry(std::move(request), kGoesOnFor));
      co_await clock_.sleep(timeout);
      co_return std::unexpected(lost());
    default:
      break;
  }
  // A call takes time, so that calls of many callers overlap.
  if (to_gateway) co_await clock_.sleep(std::chrono::milliseconds(20));
  const bool again =
      cut == Cut::resent || cut == Cut::resent_throttled || cut == Cut::resent_denied;
  if (again) co_await inner.send(request);
  auto result = cut == Cut::resent_throttled ? throttled()
                : cut == Cut::resent_denied  ? denied()
                                             : co_await inner.send(request);
  if (again && result) result->resent = true;
  if (to_gateway && forge && result) forge(request, *result);
  if (to_gateway) co_await clock_.sleep(std::chrono::milliseconds(20));
  if (cut == Cut::answer_slow) co_await clock_.sleep(kSlowness);
  if (cut == Cut::answer_lost) {
    co_await clock_.sleep(timeout);
    co_return std::unexpected(lost());
  }
  if (cut == Cut::server_error_after) co_return server_error();
  if (cut == Cut::answer_broken || cut == Cut::answer_truncated)
    co_return std::unexpected(broken());
  if (cut == Cut::answer_halved && result) result->body.resize(result->body.size() / 2);
  co_return result;
}

base::Task<void> Wire::carry(ports::HttpRequest request, base::Duration after) {
  co_await clock_.sleep(after);
  co_await inner.send(std::move(request));
}

ports::WebhookRequest webhook_of(const wire::Request& request) {
  return {request.method, request.path, request.query, request.headers, request.body};
}

World::World(WorldOptions options) {
  background_ = std::make_unique<base::TaskGroup>([](std::string_view name, std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (const std::exception& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  });
  const base::Post post = [this](std::move_only_function<void()> work) {
    background_->spawn("post", run_later(clock, std::move(work)));
  };
  store = store::open_sqlite({":memory:", store::SqliteMode::inline_, options.split_writes}, post,
                             clock, random);
  gateways::StripeSettings settings;
  settings.api_base = kGateway;
  settings.secret_key = base::Secret("sk_test_world");
  settings.webhook_secrets = {base::Secret(kSecret)};
  stripe = std::make_unique<gateways::Stripe>(std::move(settings));
  gateways.add(manual);
  gateways.add(*stripe);

  sandbox::StripeOptions sandbox_options;
  sandbox_options.public_url = kGateway;
  if (options.deliver_webhooks) sandbox_options.webhooks.push_back({kHook, base::Secret(kSecret)});
  sandbox = std::make_unique<sandbox::Stripe>(std::move(sandbox_options), clock, random, wire, log);
  wire.inner.connect(kGateway, [this](wire::Request r) { return sandbox->handle(std::move(r)); });
  wire.inner.connect("http://cobro.test",
                     [this](wire::Request r) { return receive(*this, std::move(r)); });
  context = std::make_unique<app::Context>(app::Context{*store, clock, random, wire, gateways, log,
                                                        app::Settings{}, &app::call_handlers()});
  background_->spawn("sandbox", sandbox->run());
  wire.in_background = [this](base::Task<void> task) {
    background_->spawn("a request goes on", std::move(task));
  };
}

World::~World() {
  inbox_.reset();
  background_.reset();
}

app::Call World::call(const std::string& sub, app::Role role, const std::string& route,
                      const std::string& key, const std::string& body) {
  app::Call call{.caller = {sub, role, std::nullopt}, .idempotency = {}, .render_refusal = {}};
  if (!key.empty()) call.idempotency = app::Idempotency{sub + route + key, body};
  call.render_refusal = [](const domain::Refusal& refusal) {
    return line(402, std::string(domain::to_string(refusal.code)) + " " +
                         refusal.decline_code.value_or(""));
  };
  return call;
}

app::Answer World::run_now(base::Task<app::Answer> task) {
  return run(clock, std::move(task));
}

app::Answer World::order(const std::string& amount, const std::string& currency,
                         const std::string& sub) {
  const auto unit = *domain::Currency::parse(currency);
  app::CreateOrder command{.currency = unit, .items = {}, .notes = {}};
  command.items.push_back({"1", true, 1, *domain::Money::parse(amount, unit)});
  return run_now(app::create_order(*context, call(sub, app::Role::user, "orders", "", ""),
                                   std::move(command), render_order()));
}

app::Answer World::pay(std::int64_t order, const std::string& amount, const std::string& method,
                       domain::CaptureMethod capture) {
  app::CreatePayment command{.order = order,
                             .gateway = method == "manual"   ? domain::GatewayName::manual
                                        : method == "paypal" ? domain::GatewayName::paypal
                                                             : domain::GatewayName::stripe,
                             .amount = amount,
                             .currency = {},
                             .capture_method = capture,
                             .description = {}};
  return run_now(app::create_payment(*context, call("root", app::Role::admin, "pay", "", ""),
                                     std::move(command), render_payment()));
}

base::Task<app::Answer> World::paying(std::int64_t order, std::string amount) {
  app::CreatePayment command{.order = order,
                             .gateway = domain::GatewayName::stripe,
                             .amount = std::move(amount),
                             .currency = {},
                             .description = {}};
  return app::create_payment(*context, call("root", app::Role::admin, "pay", "", ""),
                             std::move(command), render_payment());
}

base::Task<app::Answer> World::processing(std::int64_t payment, std::string method,
                                          std::string key) {
  return app::process_payment(
      *context, call("ana", app::Role::user, "process" + std::to_string(payment), key, method),
      {payment, method, "http://shop.test/back"}, render_payment());
}

app::Answer World::process(std::int64_t payment, const std::string& method,
                           const std::string& key) {
  return run_now(processing(payment, method, key));
}

app::Answer World::capture(std::int64_t payment, std::optional<std::string> amount,
                           const std::string& key) {
  return run_now(app::capture_payment(*context, call("root", app::Role::admin, "capture", key, ""),
                                      {payment, std::move(amount)}, render_payment()));
}

base::Task<app::Answer> World::refunding(std::int64_t payment, std::string amount,
                                         std::string reason, std::string key) {
  std::optional<std::string> part;
  if (!amount.empty()) part = amount;
  return app::refund_payment(
      *context,
      call("root", app::Role::admin, "refund" + std::to_string(payment), key, amount + reason),
      {payment, part, reason}, render_refund());
}

app::Answer World::refund(std::int64_t payment, std::optional<std::string> amount,
                          const std::string& reason, const std::string& key) {
  return run_now(refunding(payment, amount.value_or(""), reason, key));
}

base::Task<app::Answer> World::cancelling(std::int64_t payment, std::string key) {
  return app::cancel_payment(*context, call("root", app::Role::admin, "cancel", key, ""), {payment},
                             render_payment());
}

app::Answer World::cancel_payment(std::int64_t payment, const std::string& key) {
  return run_now(cancelling(payment, key));
}

app::Answer World::describe(std::int64_t payment, const std::string& description) {
  app::UpdatePayment command{
      .payment = payment, .amount = {}, .gateway = {}, .description = description, .metadata = {}};
  return run_now(app::update_payment(*context, call("ana", app::Role::user, "put", "", ""),
                                     std::move(command), render_payment()));
}

base::Task<app::Answer> World::cancelling_order(std::int64_t order, std::string key) {
  return app::cancel_order(*context, call("ana", app::Role::user, "delete", key, ""), {order},
                           render_order());
}

app::Answer World::cancel_order(std::int64_t order, const std::string& key) {
  return run_now(cancelling_order(order, key));
}

app::Answer World::record(std::int64_t payment, domain::TransactionType type,
                          const std::string& amount, std::optional<base::Timestamp> processed_at,
                          const std::string& key) {
  return run_now(recording(payment, type, amount, key, processed_at));
}

base::Task<app::Answer> World::recording(std::int64_t payment, domain::TransactionType type,
                                         std::string amount, std::string key,
                                         std::optional<base::Timestamp> processed_at) {
  app::RecordTransaction command{.payment = payment,
                                 .type = type,
                                 .amount = amount,
                                 .gateway_transaction_id = "cash-1",
                                 .processed_at = processed_at};
  return app::record_transaction(
      *context, call("root", app::Role::admin, "transactions", key, amount), std::move(command),
      [](const domain::Transaction& row, const domain::Payment& paid) {
        return line(201, std::string(domain::to_string(row.type)) + " " +
                             std::string(domain::to_string(paid.state)));
      });
}

std::vector<app::Answer> World::all(std::vector<base::Task<app::Answer>> tasks) {
  std::vector<std::optional<app::Answer>> answers(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    background_->spawn("one of many", keep(std::move(tasks[i]), answers[i]));
  const auto pending = [&] {
    return std::any_of(answers.begin(), answers.end(), [](const auto& a) { return !a; });
  };
  for (int steps = 0; pending() && steps < 100'000; ++steps)
    if (!clock.step()) break;
  std::vector<app::Answer> result;
  for (auto& answer : answers) {
    if (!answer) throw std::runtime_error("a call never ended");
    result.push_back(std::move(*answer));
  }
  return result;
}

app::Inbox& World::inbox() {
  if (std::exchange(inbox_context_, context.get()) != context.get())
    inbox_ = std::make_unique<app::Inbox>(*context, [] {});
  return *inbox_;
}

void World::work() {
  run(clock, work_off(inbox()));
  run(clock, app::recover(*context));
}

void World::run_jobs(base::Duration delay) {
  webhook_delay = delay;
  background_->spawn("inbox", every(*this, kInboxPeriod, poll));
  background_->spawn("recovery", every(*this, kRecoveryPeriod, recover));
}

domain::Payment World::payment(std::int64_t number) {
  return *load(number).payment;
}

domain::Order World::order_row(std::int64_t number) {
  return *run(clock,
              store->load({.root = ports::OrderRef{number}, .record_key = {}, .webhook = {}}))
              .order;
}

ports::Loaded World::load(std::int64_t number) {
  return run(clock,
             store->load({.root = ports::PaymentRef{number}, .record_key = {}, .webhook = {}}));
}

void World::force(const ports::Changes& changes) {
  const ports::Decide decide = [&](const ports::Loaded&) { return changes; };
  const auto result = run(clock, store->write({}, decide));
  if (!result.committed()) throw std::logic_error("rows that cannot be");
}

std::string World::audit() {
  const auto report = run(clock, app::audit(*store));
  std::string text;
  for (const auto& finding : report.findings)
    text += finding.subject + ": " + finding.problem + "\n";
  return text;
}

std::string World::sandbox_get(const std::string& path_and_query) {
  ports::HttpRequest request{.method = "GET",
                             .url = kGateway + path_and_query,
                             .headers = {{"Authorization", "Bearer sk_test_world"}},
                             .body = {}};
  return run(clock, wire.inner.send(std::move(request)))->body;
}

base::Task<ports::HttpResponse> World::posting(std::string path, std::string form) {
  ports::HttpRequest request{.method = "POST",
                             .url = kGateway + path,
                             .headers = {{"Authorization", "Bearer sk_test_world"},
                                         {"Content-Type", "application/x-www-form-urlencoded"}},
                             .body = std::move(form)};
  auto answer = co_await wire.inner.send(std::move(request));
  co_return std::move(*answer);
}

ports::HttpResponse World::sandbox_post(const std::string& path, const std::string& form) {
  return run(clock, posting(path, form));
}

std::string World::standing(std::int64_t number) {
  const auto row = payment(number);
  return std::string(domain::to_string(row.state)) + " " + row.captured.to_decimal() +
         ", refunded " + row.refunded.to_decimal();
}

std::string World::standing_there(std::int64_t number) {
  static const std::map<std::string, std::string> words = {
      {"requires_payment_method", "failed"},
      {"requires_action", "requires_action"},
      {"requires_capture", "authorized"},
      {"succeeded", "succeeded"},
      {"canceled", "cancelled"},
  };
  const auto row = payment(number);
  const auto zero = domain::Money::zero(row.amount.currency());
  const auto text = [](std::string_view render, domain::Money received, domain::Money back) {
    return std::string(render) + " " + received.to_decimal() + ", refunded " + back.to_decimal();
  };
  const auto ours = [&](const wire::Json& object) {
    return object.string_at({"metadata", "cobro_payment"}) == row.id.to_string();
  };
  std::vector<wire::Json> intents;
  const auto listed = wire::parse_json(sandbox_get("/v1/payment_intents?limit=100"));
  for (const auto& intent : *listed->find("data")->as_array())
    if (ours(intent)) intents.push_back(intent);
  if (intents.empty()) return text("pending", zero, zero);
  if (intents.size() > 1) return "more than one object";
  const auto* refused = intents[0].find("last_payment_error");
  const bool untried = refused == nullptr || refused->is_null();
  if (intents[0].string_at({"status"}) == "requires_payment_method" && untried)
    return text("pending", zero, zero);
  const auto currency = row.amount.currency();
  const domain::Money received(*intents[0].int_at({"amount_received"}), currency);
  auto back = zero;
  const auto refunds = wire::parse_json(sandbox_get("/v1/refunds?limit=100"));
  for (const auto& refund : *refunds->find("data")->as_array())
    if (refund.string_at({"payment_intent"}) == intents[0].string_at({"id"}) &&
        received.is_positive() && refund.string_at({"status"}) == "succeeded")
      back += domain::Money(*refund.int_at({"amount"}), currency);
  return text(words.at(*intents[0].string_at({"status"})), received, back);
}

int World::sandbox_count(const std::string& path) {
  const auto body = sandbox_get(path + "?limit=100");
  const auto json = wire::parse_json(body);
  return static_cast<int>(json->find("data")->as_array()->size());
}

std::int64_t World::sandbox_charged(const std::string& currency) {
  const auto json = wire::parse_json(sandbox_get("/v1/charges?limit=100"));
  std::int64_t sum = 0;
  for (const auto& charge : *json->find("data")->as_array()) {
    if (charge.string_at({"currency"}) != currency || !*charge.find("captured")->as_bool())
      continue;
    sum += *charge.int_at({"amount_captured"}) - *charge.int_at({"amount_refunded"});
  }
  return sum;
}

}  // namespace cobro::testing
