#include "surfaces/common/front_door.h"

#include <algorithm>
#include <stdexcept>

#include "base/bytes.h"
#include "base/text.h"
#include "base/uuid.h"
#include "surfaces/common/access.h"
#include "surfaces/common/bearer.h"
#include "surfaces/common/idempotency_key.h"
#include "wire/card_numbers.h"
#include "wire/form.h"

namespace cobro::surfaces {
namespace {

constexpr std::size_t kMaxBody = 1024 * 1024;
constexpr std::size_t kMaxRequestId = 128;

struct RequestTag;

bool is_request_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxRequestId && std::ranges::all_of(text, allowed);
}

bool has_body(const Exchange& exchange) {
  const auto& method = exchange.request.method;
  return method != "GET" && method != "HEAD" && exchange.route.body_kind == BodyKind::json &&
         !exchange.request.body.empty();
}

// A body without a type is taken at its word.
bool is_json_type(const wire::Request& request) {
  const auto type = request.headers.find("Content-Type");
  if (!type) return true;
  return base::equals_ignoring_case(base::trim(type->substr(0, type->find(';'))),
                                    "application/json");
}

std::string_view to_string(wire::JsonError::Kind kind) {
  switch (kind) {
    case wire::JsonError::Kind::syntax:
      return "invalid_json";
    case wire::JsonError::Kind::duplicate_name:
      return "duplicate_name";
    case wire::JsonError::Kind::too_deep:
      return "too_deep";
    case wire::JsonError::Kind::number_too_long:
      return "number_too_long";
    case wire::JsonError::Kind::not_utf8:
      return "not_utf8";
  }
  return "invalid_json";
}

domain::Refusal unreadable(const wire::JsonError& error) {
  domain::Refusal refusal{.code = domain::RefusalCode::validation_failed,
                          .message = "The body is not readable JSON: " + error.message + "."};
  refusal.details.push_back({"", std::string(to_string(error.kind)), error.message});
  return refusal;
}

domain::Refusal card_in(std::string field) {
  return refuse_fields(wire::FieldErrors{
      {std::move(field), wire::FieldCode::card_data_not_allowed, "must not hold a card number"}});
}

// Of a query that its route does not read; what is in it still counts.
std::optional<domain::Refusal> refuse_query(const std::string& query) {
  const auto parameters = wire::parse_form(query);
  if (!parameters)
    return refuse_fields(
        wire::FieldErrors{{"", wire::FieldCode::invalid_format, "the query string is malformed"}});
  for (const auto& [name, value] : *parameters)
    if (wire::contains_card_number(value)) return card_in(name);
  return std::nullopt;
}

// 413, 415, and what HTTP has no refusal code for.
std::optional<ErrorFacts> refuse_form(const Exchange& exchange) {
  if (exchange.request.body.size() > kMaxBody)
    return http_error(413, "The body is larger than 1 MiB.");
  if (has_body(exchange) && !is_json_type(exchange.request))
    return http_error(415, "The body must be JSON: send it with Content-Type application/json.");
  return std::nullopt;
}

// Reads the body into the exchange.
std::optional<domain::Refusal> read_body(Exchange& exchange) {
  if (has_body(exchange)) {
    auto parsed = wire::parse_json(exchange.request.body);
    if (!parsed) return unreadable(parsed.error());
    exchange.body = std::move(*parsed);
  }
  if (!exchange.route.operation.body)
    if (auto field = wire::find_card_number(exchange.body)) return card_in(std::move(*field));
  if (!exchange.route.reads_query) return refuse_query(exchange.request.query);
  return std::nullopt;
}

wire::Reply render_failure(const Exchange& exchange, const ErrorFacts& facts) {
  return exchange.route.render_error(facts, exchange.request_id);
}

}  // namespace

base::Result<app::Call, domain::Refusal> Exchange::call() const {
  auto idempotency = read_idempotency(request, caller);
  if (!idempotency) return std::unexpected(std::move(idempotency).error());
  if (auto refused = refuse_tenant(*this)) return std::unexpected(std::move(*refused));
  const auto render_refusal = [words = route.render_error, id = request_id](
                                  const domain::Refusal& why) { return words(facts_of(why), id); };
  return app::Call{.caller = caller,
                   .idempotency = std::move(*idempotency),
                   .render_refusal = render_refusal,
                   .render_state = route.render_state};
}

FrontDoor::FrontDoor(const SurfaceContext& surface, const crypto::JwtVerifier& verifier,
                     const Router& router, Cors cors)
    : surface_(surface), verifier_(verifier), router_(router), cors_(std::move(cors)) {}

std::string FrontDoor::request_id_of(const wire::Request& request) const {
  const auto given = request.headers.find("X-Request-Id");
  if (given && is_request_id(*given)) return std::string(*given);
  return surface_.context.random.make_id<base::Id<RequestTag>>(surface_.context.clock.now())
      .to_string();
}

wire::Reply FrontDoor::refuse(const wire::Request& seen, int status,
                              std::string_view reason) const {
  const auto request_id = request_id_of(seen);
  // A body that is too large is refused from the head, but an unknown path comes before it.
  const auto match = router_.match(seen.method, seen.path);
  auto reply = status == 413 && match.route == nullptr
                   ? refuse_route(seen, request_id, match)
                   : match.render_error(http_error(status, reason), request_id);
  reply.headers.set("X-Request-Id", request_id);
  cors_.add(seen, reply);
  return reply;
}

base::Task<wire::Reply> FrontDoor::serve(Exchange& exchange) const {
  if (exchange.route.access != Access::anyone) {
    auto caller = authenticate(exchange.request.headers, verifier_, surface_.context.clock.now());
    if (!caller) {
      auto reply = render_failure(
          exchange, {.status = 401, .code = "unauthorized", .message = caller.error().message});
      reply.headers.set("WWW-Authenticate", caller.error().challenge);
      co_return reply;
    }
    exchange.caller = std::move(*caller);
  }
  if (!may_call(exchange.caller, exchange.route.access, surface_.context.settings))
    co_return render_failure(exchange,
                             facts_of({.code = domain::RefusalCode::forbidden,
                                       .message = "Your role does not allow this action."}));
  if (const auto refused = refuse_form(exchange)) co_return render_failure(exchange, *refused);
  if (const auto refused = read_body(exchange))
    co_return render_failure(exchange, facts_of(*refused));
  auto answer = co_await exchange.route.handle(exchange);
  if (!answer) co_return render_failure(exchange, facts_of(answer.error()));
  // What writes has asked for its call(), which refuses this before anything is done.
  const bool reads = exchange.route.operation.method == "GET";
  if (reads && exchange.route.access != Access::anyone)
    if (const auto refused = refuse_tenant(exchange))
      co_return render_failure(exchange, facts_of(*refused));
  co_return std::move(*answer);
}

// serve, with what it throws turned into an answer.
base::Task<wire::Reply> FrontDoor::serve_safely(Exchange& exchange) const {
  domain::Refusal failure;
  auto& log = surface_.context.log;
  const std::string_view route = exchange.route.operation.path;
  const std::string_view request_id = exchange.request_id;
  try {
    co_return co_await serve(exchange);
  } catch (const ports::StoreUnavailable& error) {
    log.write(ports::LogLevel::error, "the store is not available",
              {{"error", error.what()}, {"route", route}, {"request_id", request_id}});
    failure = {.code = domain::RefusalCode::unavailable,
               .message = "The service is not available at the moment; try again shortly."};
  } catch (const std::exception& error) {
    log.write(ports::LogLevel::error, "a request failed",
              {{"error", error.what()}, {"route", route}, {"request_id", request_id}});
    failure = {.code = domain::RefusalCode::internal};
  }
  co_return render_failure(exchange, facts_of(failure));
}

wire::Reply FrontDoor::refuse_route(const wire::Request& request, const std::string& request_id,
                                    const Router::Match& match) const {
  if (match.any == nullptr)
    return match.render_error(http_error(404, "There is no such path here."), request_id);
  wire::Reply reply;
  reply.status = 204;
  if (request.method == "OPTIONS")
    cors_.add_preflight(request, match.allow, reply);
  else
    reply = match.render_error(http_error(405, "This path does not support " + request.method +
                                                   "; it supports " + match.allow + "."),
                               request_id);
  reply.headers.set("Allow", match.allow);
  return reply;
}

base::Task<wire::Reply> FrontDoor::handle(wire::Request request) const {
  const auto started = surface_.context.clock.steady();
  auto match = router_.match(request.method, request.path);
  const std::string method = request.method;
  const std::string request_id = request_id_of(request);
  const std::string_view path =
      match.any != nullptr ? std::string_view(match.any->operation.path) : "(none)";
  wire::Reply reply;
  if (match.route == nullptr) {
    reply = refuse_route(request, request_id, match);
    if (method != "OPTIONS" || match.any == nullptr) cors_.add(request, reply);
  } else {
    Exchange exchange{.surface = surface_,
                      .route = *match.route,
                      .request = std::move(request),
                      .request_id = request_id,
                      .path_values = std::move(match.path_values)};
    reply = co_await serve_safely(exchange);
    cors_.add(exchange.request, reply);
    if (exchange.route.access != Access::anyone) reply.headers.set("Cache-Control", "no-store");
  }
  reply.headers.set("X-Request-Id", request_id);
  const auto taken = surface_.context.clock.steady() - started;
  surface_.context.log.write(
      reply.status >= 500 ? ports::LogLevel::warning : ports::LogLevel::info, "request",
      {{"method", method},
       {"route", path},
       {"status", std::int64_t{reply.status}},
       {"duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()},
       {"request_id", request_id}});
  co_return reply;
}

}  // namespace cobro::surfaces
