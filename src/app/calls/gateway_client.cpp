#include "app/calls/gateway_client.h"

#include <algorithm>

namespace cobro::app {

namespace {

using ports::HttpFailure;
using ports::HttpResult;

// Recovery waits for the account's name at its start, and only so long.
constexpr base::Duration kPatience = std::chrono::seconds(5);
// A token is fetched anew this long before it runs out: a request under way may still need it.
constexpr base::Duration kMargin = std::chrono::seconds(30);

HttpFailure no_token(std::string message) {
  return {.kind = HttpFailure::Kind::unreachable, .message = std::move(message)};
}

// The token to send with, from memory or fetched; within `until`.
base::Task<base::Result<base::Secret, HttpFailure>> token_of(Context& context,
                                                             const ports::Gateway& gateway,
                                                             base::Timestamp until) {
  auto& cache = *context.tokens;
  const auto found = cache.find(gateway.name());
  if (found != cache.end() && context.clock.now() < found->second.good_until)
    co_return found->second.token;
  const auto& tokens = *gateway.access_tokens();
  auto response = co_await context.http.send(tokens.request(until - context.clock.now()));
  if (!response) co_return std::unexpected(no_token(std::move(response).error().message));
  auto token = tokens.parse(*response);
  if (!token) co_return std::unexpected(no_token("the gateway gave no access token"));
  cache[gateway.name()] = {token->text, context.clock.now() + token->lifetime - kMargin};
  co_return token->text;
}

base::Task<HttpResult> ask_with_token(Context& context, const ports::Gateway& gateway,
                                      domain::GatewayRequest request,
                                      std::optional<std::string> key, base::Duration timeout) {
  const auto until = context.clock.now() + timeout;
  bool resent = false;
  for (int tries = 0;; ++tries) {
    auto token = co_await token_of(context, gateway, until);
    if (!token) co_return std::unexpected(std::move(token).error());
    const auto left = until - context.clock.now();
    if (left <= base::Duration::zero())
      co_return std::unexpected(no_token("the deadline passed before the request was sent"));
    auto response = co_await context.http.send(gateway.to_http(request, key, left, &*token));
    if (response) response->resent = resent = resent || response->resent;
    const bool refused = response && response->status == 401;
    if (!refused || tries > 0) co_return response;
    context.tokens->erase(gateway.name());
  }
}

base::Task<HttpResult> send(Context& context, const ports::Gateway& gateway,
                            domain::GatewayRequest request, std::optional<std::string> key,
                            base::Duration timeout) {
  if (gateway.access_tokens() != nullptr)
    return ask_with_token(context, gateway, std::move(request), std::move(key), timeout);
  return context.http.send(gateway.to_http(request, key, timeout, nullptr));
}

base::Task<HttpResult> refuse(std::string reason) {
  co_return std::unexpected(
      HttpFailure{.kind = HttpFailure::Kind::unreachable, .message = std::move(reason)});
}

}  // namespace

base::Task<HttpResult> ask_gateway(Context& context, const ports::Gateway& gateway,
                                   domain::GatewayRequest request, std::optional<std::string> key,
                                   base::Duration timeout) {
  const auto known = context.accounts->find(gateway.name());
  if (known != context.accounts->end() && !known->second.ours) return refuse(known->second.refusal);
  timeout = std::min(timeout, context.time_for_gateway(context.clock.now()));
  if (timeout <= base::Duration::zero()) return refuse("no time is left to ask the gateway");
  return send(context, gateway, std::move(request), std::move(key), timeout);
}

base::Task<HttpResult> ask_for_account(Context& context, const ports::Gateway& gateway,
                                       domain::GatewayRequest request) {
  return send(context, gateway, std::move(request), std::nullopt,
              std::min(context.settings.gateway_timeout, kPatience));
}

base::Task<HttpResult> ask_gateway(Context& context, const ports::Gateway& gateway,
                                   domain::GatewayRequest request) {
  return ask_gateway(context, gateway, std::move(request), std::nullopt,
                     context.settings.gateway_timeout);
}

}  // namespace cobro::app
