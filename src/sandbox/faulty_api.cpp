#include "sandbox/faulty_api.h"

#include "sandbox/routes.h"
#include "sandbox/stripe.h"

namespace cobro::sandbox {
namespace {

// What is left of a reply: the wire reads the header and does it.
wire::Reply cut(wire::Reply reply, std::string_view how) {
  reply.headers.set(std::string(kCutHeader), std::string(how));
  return reply;
}

wire::Reply nothing(std::string_view how) {
  return cut(wire::Reply{0, {}, {}}, how);
}

wire::Reply refusal(Account& account, const FaultRule& rule, ApiError error) {
  const auto request_id = "req_" + account.chance(14);
  error.status = rule.status;
  auto reply = wire::json_reply(rule.status, error_body(error, request_id));
  reply.headers.set("Request-Id", request_id);
  if (rule.should_retry)
    reply.headers.set("Stripe-Should-Retry", *rule.should_retry ? "true" : "false");
  return reply;
}

wire::Reply rate_limited(Account& account, const FaultRule& rule) {
  auto reply = refusal(account, rule,
                       {429,
                        "invalid_request_error",
                        "rate_limit",
                        "Request rate limit exceeded. Learn more about rate limits here "
                        "https://stripe.com/docs/rate-limits.",
                        {},
                        {}});
  reply.headers.set("Stripe-Rate-Limited-Reason", "global-rate");
  return reply;
}

wire::Reply lock_timeout(Account& account, const FaultRule& rule) {
  return refusal(account, rule,
                 {429,
                  "invalid_request_error",
                  "lock_timeout",
                  "This object cannot be accessed right now because another API request or Stripe "
                  "process is currently accessing it. If you see this error intermittently, retry "
                  "the request.",
                  {},
                  {}});
}

wire::Reply server_error(Account& account, const FaultRule& rule) {
  return refusal(account, rule, {500, "api_error", {}, "An unknown error occurred", {}, {}});
}

}  // namespace

base::Task<wire::Reply> FaultyApi::work(wire::Request request, base::Duration processing) {
  auto reply = co_await api_.answer(std::move(request), processing);
  if (account_.take_work_waiting()) courier_.wake();
  co_return reply;
}

base::Task<wire::Reply> FaultyApi::answer(wire::Request request) {
  if (!account_.faults.empty()) {
    const auto match = match_route(request.method, request.path);
    const auto operation = match ? operation_of(*match->route) : std::string();
    auto rule = account_.faults.strike_request(request.method, request.path, operation);
    if (rule) co_return co_await misbehave(std::move(request), std::move(*rule));
  }
  co_return co_await work(std::move(request), account_.options.processing_time);
}

base::Task<wire::Reply> FaultyApi::misbehave(wire::Request request, FaultRule rule) {
  const auto usual = account_.options.processing_time;
  switch (rule.fault) {
    case Fault::request_lost:
      co_return nothing("close");
    case Fault::request_unanswered:
      co_return nothing("silence");
    case Fault::request_reset:
      co_return nothing("reset");
    case Fault::error_before:
      co_return server_error(account_, rule);
    case Fault::rate_limited:
      co_return rate_limited(account_, rule);
    case Fault::lock_timeout:
      co_return lock_timeout(account_, rule);
    case Fault::request_late:
      co_await clock_.sleep(rule.delay);
      break;
    case Fault::slow:
      co_return co_await work(std::move(request), rule.delay);
    default:
      break;
  }
  const std::string key(request.headers.find("Idempotency-Key").value_or(""));
  auto reply = co_await work(std::move(request), usual);
  switch (rule.fault) {
    case Fault::answer_lost:
      co_return nothing("close");
    case Fault::answer_unanswered:
      co_return nothing("silence");
    case Fault::answer_reset:
      co_return nothing("reset");
    case Fault::answer_truncated:
      co_return cut(std::move(reply), "truncate");
    case Fault::answer_late:
      co_await clock_.sleep(rule.delay);
      co_return reply;
    case Fault::error_after:
      co_return server_error(account_, rule);
    case Fault::error_kept: {
      auto error = server_error(account_, rule);
      account_.database.replace_answer(key, error.status, error.body);
      co_return error;
    }
    default:
      co_return reply;
  }
}

}  // namespace cobro::sandbox
