#include "surfaces/desk.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "support/forwarding_store.h"
#include "surfaces/documented.h"

namespace cobro::testing {

using ports::Listed;
using ports::Page;

class FragileStore final : public ForwardingStore {
 public:
  FragileStore(ports::Store& inner, const bool& away) : ForwardingStore(inner), away_(away) {}

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    if (away_) return unwritten();
    return inner_.write(reads, decide);
  }
  base::Task<ports::Loaded> load(const ports::Reads& reads) override {
    check();
    return inner_.load(reads);
  }
  base::Task<Listed<domain::Order>> list_orders(const ports::OrderFilter& filter,
                                                const Page& page) override {
    check();
    return inner_.list_orders(filter, page);
  }
  base::Task<bool> ping() override { return away_ ? silence() : inner_.ping(); }

 private:
  void check() const {
    if (away_) throw ports::StoreUnavailable("connection to 10.0.0.7 refused");
  }
  static base::Task<ports::WriteResult> unwritten() {
    co_return ports::WriteResult{
        ports::WriteError{.failure = ports::WriteFailure::unavailable, .constraint = {}}};
  }
  // A database that takes the connection and never answers.
  base::Task<bool> silence() {
    co_return co_await base::await_callback<bool>(
        [this](base::Completion<bool> done) { never_.push_back(std::move(done)); });
  }
  const bool& away_;
  std::vector<base::Completion<bool>> never_;
};

namespace {

constexpr std::string_view kSecret = "a-secret-of-thirty-two-bytes-at-least";
constexpr std::string_view kStripeOrigin = "http://stripe.test";
constexpr std::string_view kWebhookSecret = "whsec_desk";

crypto::JwtKeys keys() {
  crypto::JwtKeys keys;
  keys.hs256.emplace_back(std::string(kSecret));
  return keys;
}

std::string text_of(const std::variant<std::string_view, std::int64_t, bool>& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<bool>(value) ? "true" : "false";
}

}  // namespace

void RecordingLog::write(ports::LogLevel, std::string_view event,
                         std::initializer_list<ports::LogField> fields) {
  LogLine line{std::string(event), {}};
  for (const auto& field : fields) line.fields.emplace_back(field.name, text_of(field.value));
  lines.push_back(std::move(line));
}

std::string RecordingLog::text() const {
  std::string all;
  for (const auto& line : lines) {
    all += line.event;
    for (const auto& [name, value] : line.fields) all += ' ' + name + '=' + value;
    all += '\n';
  }
  return all;
}

Desk::Desk(DeskOptions options)
    : store_(store::open_sqlite({.path = ":memory:", .mode = store::SqliteMode::inline_}, {}, clock,
                                random)),
      fragile_(std::make_unique<FragileStore>(*store_, store_away)) {
  sandbox_ = std::make_unique<sandbox::Stripe>(
      sandbox::StripeOptions{.public_url = std::string(kStripeOrigin)}, clock, random, http, log);
  http.connect(std::string(kStripeOrigin),
               [this](wire::Request request) { return sandbox_->handle(std::move(request)); });
  gateways::StripeSettings stripe;
  stripe.api_base = kStripeOrigin;
  stripe.secret_key = base::Secret("sk_test_desk");
  stripe.webhook_secrets.emplace_back(std::string(kWebhookSecret));
  stripe_ = std::make_unique<gateways::Stripe>(std::move(stripe));
  service::ServiceSettings settings;
  settings.app.refund_self_service_days = options.refund_self_service_days;
  settings.app.refund_overpayments = options.refund_overpayments;
  settings.jwt_keys = keys();
  settings.cors_origins = std::move(options.cors_origins);
  settings.public_url = "https://pay.test";
  settings.checkout_page = {.sandbox_api_base = std::string(kStripeOrigin),
                            .publishable_key = "pk_test_desk"};
  settings.frontend_url = std::move(options.frontend_url);
  service = build(std::move(settings));
}

std::unique_ptr<service::Service> Desk::build(service::ServiceSettings settings) {
  return std::make_unique<service::Service>(service::Ports{*fragile_, clock, random, http, log},
                                            ports::Gateways{&manual_, stripe_.get()},
                                            std::move(settings));
}

void Desk::start_jobs() {
  if (background_) return;
  service->start_jobs();
  start_gateway();
}

void Desk::start_gateway() {
  background_ = std::make_unique<base::TaskGroup>(
      [](std::string_view, std::exception_ptr failure) { std::rethrow_exception(failure); });
  background_->spawn("sandbox", sandbox_->run());
}

bool Desk::has_unapplied_webhooks() {
  const auto end = clock.now() + std::chrono::hours(1);
  return !run(clock, store_->claim_webhooks(end, end, 10)).empty();
}

std::string Desk::signature(const std::string& event, const std::string& secret) const {
  const auto at = std::to_string(clock.now().unix_seconds());
  return "t=" + at + ",v1=" + base::to_hex(crypto::hmac_sha256(secret, at + "." + event));
}

Desk::~Desk() = default;

std::string Desk::token(const std::string& who) const {
  crypto::Claims claims;
  const auto at = who.find('@');
  claims.sub = who.substr(0, at);
  if (at != std::string::npos) claims.tenant_id = who.substr(at + 1);
  claims.email = claims.sub + "@example.com";
  claims.name = "Name of " + claims.sub;
  if (claims.sub == "admin" || claims.sub == "service") claims.roles = {claims.sub};
  if (claims.sub == "root") claims.roles = {"service", "admin"};
  claims.exp = clock.now() + std::chrono::hours(1000);
  return crypto::make_token(claims, keys());
}

Desk::Answer Desk::send(const std::string& method, const std::string& target,
                        const std::string& body, wire::Headers headers) {
  const auto mark = target.find('?');
  wire::Request request{.method = method,
                        .path = target.substr(0, mark),
                        .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                        .headers = std::move(headers),
                        .body = body,
                        .peer = "127.0.0.1"};
  if (!body.empty() && !request.headers.find("Content-Type"))
    request.headers.add("Content-Type", "application/json");
  auto reply = run(clock, service->handle(std::move(request)));
  expect_documented(document(), method, target.substr(0, mark), reply.status);
  Answer answer{reply.status, std::move(reply.headers), std::move(reply.body), {}};
  if (auto json = wire::parse_json(answer.text)) answer.body = std::move(*json);
  return answer;
}

const wire::Json& Desk::document() {
  static const auto parsed = [this] {  // the same for all of them
    const wire::Request request{.method = "GET", .path = "/openapi.json"};
    return wire::parse_json(run(clock, service->handle(request)).body).value();
  }();
  return parsed;
}

Desk::Answer Desk::as(const std::string& who, const std::string& method, const std::string& target,
                      const std::string& body, wire::Headers headers) {
  headers.add("Authorization", "Bearer " + token(who));
  return send(method, target, body, std::move(headers));
}

std::string Desk::Answer::header(std::string_view name) const {
  return std::string(headers.find(name).value_or(""));
}
std::string Desk::Answer::code() const {
  const auto nested = body.string_at({"error", "code"});
  return nested ? *nested : body.string_at({"code"}).value_or("");
}
std::string Desk::Answer::data(std::string_view name) const {
  const auto* member = body.at({"data", name});
  return member != nullptr ? wire::to_text(*member) : "(absent)";
}
std::string Desk::Answer::member(std::string_view name) const {
  const auto* found = body.find(name);
  return found != nullptr ? wire::to_text(*found) : "(absent)";
}
std::vector<std::string> Desk::Answer::details() const {
  std::vector<std::string> all;
  const auto* details = body.at({"error", "details"});
  if (details == nullptr) details = body.find("details");
  if (details == nullptr) return all;
  for (const auto& detail : *details->as_array())
    all.push_back(detail.string_at({"field"}).value_or("?") + ":" +
                  detail.string_at({"code"}).value_or("?"));
  return all;
}

namespace {
std::int64_t number_of(const Desk::Answer& answer) {
  const auto number = answer.body.int_at({"data", "number"});
  if (!number) throw std::runtime_error("no number in: " + answer.text);
  return *number;
}
}  // namespace

std::int64_t Desk::make_order() {
  return number_of(as("ana", "POST", "/api/v1/orders", std::string(kOrderBody)));
}
std::int64_t Desk::make_payment(const std::string& method) {
  return number_of(as("ana", "POST", "/api/v1/payments",
                      R"({"amount":59.98,"payment_method":")" + method + R"(","order_id":)" +
                          std::to_string(make_order()) + "}"));
}
std::int64_t Desk::make_paid() {
  const auto payment = make_payment();
  as("ana", "POST", "/api/v1/payments/" + std::to_string(payment) + "/process",
     R"({"payment_method_id":"pm_card_visa"})");
  return payment;
}

}  // namespace cobro::testing
