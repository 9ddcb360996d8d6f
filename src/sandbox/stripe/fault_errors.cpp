#include "sandbox/stripe/fault_errors.h"

#include "sandbox/stripe/error_bodies.h"

namespace cobro::sandbox::stripe {
namespace {

ApiError error_of(Fault fault) {
  if (fault == Fault::rate_limited)
    return {429,
            "invalid_request_error",
            "rate_limit",
            "Request rate limit exceeded. Learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            {},
            {}};
  if (fault == Fault::lock_timeout)
    return {429,
            "invalid_request_error",
            "lock_timeout",
            "This object cannot be accessed right now because another API request or Stripe "
            "process is currently accessing it. If you see this error intermittently, retry "
            "the request.",
            {},
            {}};
  return {500, "api_error", {}, "An unknown error occurred", {}, {}};
}

}  // namespace

wire::Reply fault_error(Account& account, const FaultRule& rule) {
  const auto request_id = "req_" + account.chance(14);
  auto reply = wire::json_reply(rule.status, error_body(error_of(rule.fault), request_id));
  reply.headers.set("Request-Id", request_id);
  if (rule.should_retry)
    reply.headers.set("Stripe-Should-Retry", *rule.should_retry ? "true" : "false");
  if (rule.fault == Fault::rate_limited)
    reply.headers.set("Stripe-Rate-Limited-Reason", "global-rate");
  return reply;
}

}  // namespace cobro::sandbox::stripe
