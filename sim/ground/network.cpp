#include "sim/ground/network.h"

#include <fmt/format.h>

#include "wire/json.h"

namespace cobro::sim {

using ports::HttpFailure;
using ports::HttpRequest;
using ports::HttpResponse;
using ports::HttpResult;
using namespace std::chrono_literals;

namespace {

// A request may still arrive when its sender has given up (25 s); not when recovery, a
// minute after the deadline, has begun to conclude.
constexpr base::Duration kLatestRequest = 75s;
constexpr base::Duration kLatestAnswer = 60s;
constexpr base::Duration kLatestWebhook = 4min;

HttpResult failure(HttpFailure::Kind kind, std::string_view message) {
  return std::unexpected(HttpFailure{kind, std::string(message)});
}

HttpResponse busy(bool resent = false) {
  return {429, {}, R"({"error":{"type":"invalid_request_error","code":"rate_limit"}})", resent};
}

std::string_view short_url(const HttpRequest& request) {
  const std::string_view url = request.url;
  return url.substr(url.find('/', url.find("://") + 3));
}

// As rules of the sandbox.
constexpr std::string_view kDenied =
    "refused&status=403&type=invalid_request_error&code=more_permissions_required_for_application"
    "&message=The+key+may+not+do+this.";
constexpr std::string_view kBaffled =
    "refused&status=400&type=invalid_request_error&code=parameter_unknown&param=extra"
    "&message=Received+unknown+parameter:+extra";

base::Duration age_of(const std::string& event, base::Timestamp now) {
  const auto json = wire::parse_json(event);
  return now - base::Timestamp::from_unix_seconds(json->int_at({"created"}).value_or(0));
}

}  // namespace

wire::Request to_incoming(HttpRequest request) {
  const std::string target(short_url(request));
  const auto mark = target.find('?');
  return {std::move(request.method),
          target.substr(0, mark),
          mark == std::string::npos ? "" : target.substr(mark + 1),
          std::move(request.headers),
          std::move(request.body),
          "127.0.0.1"};
}

// ---- to the gateway -----------------------------------------------------------------------

GatewayWire::GatewayWire(Ground& ground, Process& process, wire::Handler gateway, Seen& seen)
    : ground_(ground),
      gateway_(std::move(gateway)),
      process_(process),
      seen_(seen),
      packets_(ground.reporter()) {}

base::Task<HttpResult> GatewayWire::send(HttpRequest request) {
  co_await process_.pass();
  const auto number = ++seen_.requests;
  const std::string key(request.headers.find("Idempotency-Key").value_or(""));
  ground_.trace.note(fmt::format(
      "gateway < g{}{} {} {} {} {}", number,
      ground_.options.processes > 1 ? fmt::format(" of process {}", process_.number()) : "",
      request.method, short_url(request), key, request.body));
  auto& leases = seen_.leases;
  leases.note_send(key, process_.number(), ground_.clock.now());
  // Recovery waits for that, but not for long.
  const bool account = short_url(request) == "/v1/account";
  if (account) leases.begin(process_.number(), kAccountAsked, ground_.clock.now());
  const auto timeout = request.timeout;
  if (!key.empty()) ++seen_.sends[key];
  auto result = co_await base::await_callback<HttpResult>([&](const Answered& answer) {
    packets_.spawn("time-out", give_up(timeout, answer));
    packets_.spawn("packet", carry(std::move(request), number, answer));
  });
  ground_.trace.note(fmt::format("gateway > g{} {}", number,
                                 result ? std::to_string(result->status) : result.error().message),
                     result ? result->body : "");
  if (account) leases.end(process_.number(), kAccountAsked, ground_.clock.now());
  co_await process_.pass();
  note_refusal(key, result);
  co_return result;
}

base::Task<void> GatewayWire::give_up(base::Duration after, Answered answer) {
  co_await ground_.clock.sleep(after);
  answer(failure(HttpFailure::Kind::timed_out, "no answer in time"));
}

base::Task<void> GatewayWire::carry(HttpRequest request, std::int64_t number, Answered answer) {
  auto& faults = ground_.faults;
  co_await ground_.clock.sleep(faults.chance().evenly(1ms, 30ms));
  if (faults.gateway_away > 0 || faults.strike(Fault::gateway_lost)) co_return;
  if (faults.strike(Fault::gateway_refused))
    co_return answer(failure(HttpFailure::Kind::unreachable, "connection refused"));
  if (faults.strike(Fault::gateway_busy)) co_return answer(busy());
  if (faults.strike(Fault::gateway_error)) co_return answer(HttpResponse{500, {}, "oops"});
  if (faults.strike(Fault::gateway_late)) {
    co_await ground_.clock.sleep(faults.chance().span(100ms, kLatestRequest));
    ground_.trace.note(fmt::format("gateway . g{} arrives late", number));
  }
  const std::string key(request.headers.find("Idempotency-Key").value_or(""));
  const auto again = faults.strike(Fault::gateway_resent) ? std::optional(request) : std::nullopt;
  auto reply = co_await ask(std::move(request));
  seen_.deeds.note(key, reply);
  if (again) {
    ground_.trace.note(fmt::format("gateway . g{} is done, and sent again by itself", number));
    if (!key.empty()) ++seen_.sends[key];
    co_await ground_.clock.sleep(faults.chance().evenly(1ms, 30ms));
    if (faults.strike(Fault::gateway_busy)) co_return answer(busy(true));
    reply = co_await ask(*again);
    seen_.deeds.note(key, reply);
  }
  if (faults.strike(Fault::gateway_unheard)) {
    ground_.trace.note(
        fmt::format("gateway . g{} is done, its answer {} is lost", number, reply.status));
    co_return;
  }
  if (faults.strike(Fault::gateway_slow))
    co_await ground_.clock.sleep(faults.chance().span(100ms, kLatestAnswer));
  co_await ground_.clock.sleep(faults.chance().evenly(1ms, 30ms));
  if (faults.strike(Fault::gateway_failed)) co_return answer(HttpResponse{502, {}, "oops"});
  if (faults.strike(Fault::gateway_reset))
    co_return answer(failure(HttpFailure::Kind::broken, "connection reset"));
  answer(HttpResponse{reply.status, std::move(reply.headers), std::move(reply.body),
                      again.has_value()});
}

base::Task<wire::Reply> GatewayWire::ask(HttpRequest request) {
  auto& faults = ground_.faults;
  const bool refund = request.method == "POST" && short_url(request) == "/v1/refunds";
  if (faults.strike(Fault::gateway_locked)) return ask_in_vain(std::move(request), "lock_timeout");
  if (faults.strike(Fault::gateway_denied)) return ask_in_vain(std::move(request), kDenied);
  if (faults.strike(Fault::gateway_baffled)) return ask_in_vain(std::move(request), kBaffled);
  if (refund && faults.strike(Fault::gateway_poor))
    return ask_in_vain(std::move(request), "insufficient_balance");
  return gateway_(to_incoming(std::move(request)));
}

// A rule for this request alone. One that answers by its key meets none of the balance.
base::Task<wire::Reply> GatewayWire::ask_in_vain(HttpRequest request, std::string_view fault) {
  const auto control = [](std::string method, std::string path, std::string form) {
    return wire::Request{.method = std::move(method),
                         .path = std::move(path),
                         .query = {},
                         .headers = {},
                         .body = std::move(form),
                         .peer = "127.0.0.1"};
  };
  const std::string rules = "/_sandbox/faults";
  const auto made =
      co_await gateway_(control("POST", rules, fmt::format("times=1&fault={}", fault)));
  auto reply = co_await gateway_(to_incoming(std::move(request)));
  const auto rule = wire::parse_json(made.body)->string_at({"id"}).value_or("");
  (void)co_await gateway_(control("DELETE", rules + "/" + rule, ""));
  co_return reply;
}

void GatewayWire::note_refusal(const std::string& key, const HttpResult& result) {
  if (key.empty() || !result || seen_.sends[key] != 1 || !is_clear_refusal(*result)) return;
  // What a declined invoice did to its subscription is asked for before the call ends.
  if (result->status == 402 && key.contains("-pay_invoice-")) return;
  const auto json = wire::parse_json(result->body);
  seen_.refused({.gateway_key = key,
                 .status = result->status,
                 .code = json->string_at({"error", "code"}).value_or("")});
}

// ---- from the gateway ---------------------------------------------------------------------

WebhookWire::WebhookWire(Ground& ground, wire::Handler service)
    : ground_(ground), service_(std::move(service)), packets_(ground.reporter()) {}

base::Task<HttpResult> WebhookWire::send(HttpRequest request) {
  auto& faults = ground_.faults;
  if (faults.strike(Fault::webhook_never)) {
    lose(request.body);
    co_return HttpResponse{200, {}, {}};
  }
  const bool lost = faults.webhooks_away > 0 || faults.strike(Fault::webhook_lost);
  const bool doubled = faults.strike(Fault::webhook_doubled);
  const bool late = faults.strike(Fault::webhook_late);
  const auto delay = late ? faults.chance().span(1s, kLatestWebhook) : 5ms;
  const auto again = doubled ? faults.chance().span(1ms, 1min) : base::Duration{0};
  co_return co_await base::await_callback<HttpResult>([&](const Answered& answer) {
    packets_.spawn("time-out", give_up(request.timeout, answer));
    if (lost) return;
    if (doubled) packets_.spawn("double", carry(request, delay + again, answer));
    packets_.spawn("webhook", carry(std::move(request), delay, answer));
  });
}

// Somebody else took it: the gateway does not send it again.
void WebhookWire::lose(const std::string& event) {
  const auto json = wire::parse_json(event);
  const auto type = json->string_at({"type"}).value_or("");
  ground_.trace.note(
      fmt::format("webhook . {} is lost for good: {}", json->string_at({"id"}).value_or(""), type));
  ++ground_.tally["lost for good: events of a " + type.substr(0, type.rfind('.'))];
}

base::Task<void> WebhookWire::give_up(base::Duration after, Answered answer) {
  co_await ground_.clock.sleep(after);
  answer(failure(HttpFailure::Kind::timed_out, "no answer in time"));
}

base::Task<void> WebhookWire::carry(HttpRequest request, base::Duration delay, Answered answer) {
  co_await ground_.clock.sleep(delay);
  const auto body = request.body;
  auto reply = co_await service_(to_incoming(std::move(request)));
  if (reply.status == 0)
    co_return answer(failure(HttpFailure::Kind::unreachable, "nobody is there"));
  ground_.trace.note(fmt::format("webhook > {} for {}", reply.status, body.substr(0, 60)), body);
  if (reply.status == 200 && age_of(body, ground_.clock.now()) > 1h)
    ++ground_.tally["webhooks taken more than an hour after their event"];
  if (ground_.faults.strike(Fault::webhook_unheard)) co_return;
  answer(HttpResponse{reply.status, {}, {}});
}

}  // namespace cobro::sim
