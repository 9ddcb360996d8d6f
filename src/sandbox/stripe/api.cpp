#include "sandbox/stripe/api.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "sandbox/stripe/authentication.h"
#include "sandbox/stripe/browser.h"
#include "sandbox/stripe/error_bodies.h"
#include "sandbox/stripe/expand.h"
#include "sandbox/stripe/fault_errors.h"
#include "sandbox/stripe/test_clocks.h"
#include "sandbox/stripe/versions.h"
#include "wire/form.h"

namespace cobro::sandbox::stripe {

// What idempotency needs to know of a POST.
struct Api::Post {
  std::string key;  // "" when none was sent
  std::string path;
  std::string fingerprint;
};

namespace {

constexpr std::size_t kMaxKey = 255;

ApiError unknown_url(const wire::Request& request) {
  return {404,
          "invalid_request_error",
          {},
          fmt::format("Unrecognized request URL ({0}: {1}). Please see https://stripe.com/docs or "
                      "we can help at https://support.stripe.com/. If Stripe knows it: not in "
                      "Cobro's sandbox yet: {0} {1}, see docs/sandbox.md",
                      request.method, request.path),
          {},
          {}};
}

wire::Reply error_reply(const ApiError& error, std::string_view request_id) {
  auto reply = wire::json_reply(error.status, error_body(error, request_id));
  if (error.status == 401) reply.headers.add("WWW-Authenticate", "Bearer realm=\"Stripe\"");
  return reply;
}

// Stripe's word on whether trying again can help; obeyed absolutely by its SDKs.
void add_retry_advice(wire::Reply& reply) {
  if (reply.status == 409)
    reply.headers.set("Stripe-Should-Retry", "true");
  else if (reply.status >= 400 && reply.status < 500)
    reply.headers.set("Stripe-Should-Retry", "false");
}

bool is_form(const wire::Request& request) {
  const auto type = request.headers.find("Content-Type");
  if (request.body.empty() || !type) return true;
  const auto media = base::trim(type->substr(0, type->find(';')));
  return base::equals_ignoring_case(media, "application/x-www-form-urlencoded");
}

std::string form_text(wire::Request& request) {
  if (request.method == "GET") return std::move(request.query);
  if (request.query.empty()) return std::move(request.body);
  return request.body + (request.body.empty() ? "" : "&") + request.query;
}

// The same parameters in another order or encoding are the same parameters.
std::string fingerprint_of(std::string_view form) {
  auto fields = wire::parse_form(form).value_or(wire::FormFields{});
  std::sort(fields.begin(), fields.end());
  return base::to_hex(crypto::sha256(wire::to_form(fields)));
}

base::Result<wire::Json, ApiError> parse_parameters(std::string_view form) {
  if (form.empty()) return wire::Json(wire::JsonObject{});
  auto tree = wire::parse_nested_form(form);
  if (!tree)
    return std::unexpected(
        invalid_request("Invalid request: " + tree.error().message, tree.error().parameter));
  return std::move(*tree);
}

ApiError internal_error() {
  return {500, "api_error", {}, "An unknown error occurred", {}, {}};
}

// Runs the operation, `expand` included.
Answer operate(const Route& route, Call& call) {
  const auto paths = call.params.texts("expand");
  if (call.publishable)
    if (auto mistake = check_browser_expand(paths)) return std::unexpected(std::move(*mistake));
  if (auto mistake = check_expand(call, route.kind, route.is_list, paths))
    return std::unexpected(std::move(*mistake));
  const auto clock_scope = clock_scope_of(call, route.kind);
  Answer answer = route.run(call);
  if (!answer && call.publishable) narrow_for_browser(answer.error());
  if (!answer) return answer;
  expand(call, route.kind, *answer, paths);
  if (call.publishable) narrow_for_browser(*answer);
  return answer;
}

wire::Reply reply_of(const Answer& answer, const Call& call) {
  if (!answer) return error_reply(answer.error(), call.cause.request_id);
  return wire::json_reply(200, wire::to_text(*answer));
}

}  // namespace

wire::Reply Api::run_read(const RouteMatch& match, Call& call) {
  try {
    return reply_of(operate(*match.route, call), call);
  } catch (const std::exception& failure) {
    log_.write(ports::LogLevel::error, "sandbox request failed", {{"reason", failure.what()}});
    return error_reply(internal_error(), call.cause.request_id);
  }
}

wire::Reply Api::run_change(const RouteMatch& match, Call& call, const Post& post) {
  wire::Reply reply;
  try {
    account_.database.transaction([&] {
      reply = reply_of(operate(*match.route, call), call);
      if (call.executing) keep_answer(post, call.cause.request_id, reply);
    });
  } catch (const std::exception& failure) {
    log_.write(ports::LogLevel::error, "sandbox request failed", {{"reason", failure.what()}});
    reply = error_reply(internal_error(), call.cause.request_id);
    if (call.executing) keep_answer(post, call.cause.request_id, reply);
  }
  return reply;
}

std::optional<wire::Reply> Api::answer_by_key(const Post& post, const std::string& request_id) {
  if (post.key.empty()) return std::nullopt;
  if (post.key.size() > kMaxKey)
    return error_reply(
        invalid_request(fmt::format("Idempotency keys may be at most {} characters", kMaxKey)),
        request_id);
  if (keys_in_use_.contains(post.key))
    return error_reply({409,
                        "invalid_request_error",
                        "idempotency_key_in_use",
                        fmt::format("There is currently another in-progress request using this "
                                    "Idempotent Key (that probably means you submitted twice, and "
                                    "the other request is still going through): {}. Please try "
                                    "again later.",
                                    post.key),
                        {},
                        {}},
                       request_id);
  const auto used = account_.database.find_key(post.key);
  const auto oldest = (account_.now() - account_.options.idempotency_kept).unix_seconds();
  if (!used || used->created_at <= oldest) return std::nullopt;
  const auto misuse = [&](std::string message) {
    return error_reply({400, "idempotency_error", {}, std::move(message), {}, {}}, request_id);
  };
  if (used->path != post.path)
    return misuse(
        fmt::format("Keys for idempotent requests can only be used for the same endpoint "
                    "they were first used for ('{}' vs '{}'). Try using a key other than "
                    "'{}' if you meant to execute a different request.",
                    post.path, used->path, post.key));
  if (used->fingerprint != post.fingerprint)
    return misuse(
        fmt::format("Keys for idempotent requests can only be used with the same "
                    "parameters they were first used with. Try using a key other than "
                    "'{}' if you meant to execute a different request.",
                    post.key));
  auto reply = wire::json_reply(used->status, used->body);
  reply.headers.add("Idempotent-Replayed", "true");
  reply.headers.add("Original-Request", used->request_id);
  return reply;
}

void Api::keep_answer(const Post& post, const std::string& request_id, const wire::Reply& reply) {
  if (post.key.empty()) return;
  account_.database.save_key(post.key, {post.path, post.fingerprint, request_id,
                                        account_.unix_now(), reply.status, reply.body});
  constexpr int kPruneEvery = 1024;
  if (++keys_since_pruning_ % kPruneEvery == 0)
    account_.database.forget_keys_before(
        (account_.now() - account_.options.idempotency_kept).unix_seconds());
}

namespace {

// Holds a key while its request is under way; lets go however that ends.
class KeyInUse {
 public:
  KeyInUse(std::set<std::string, std::less<>>& keys, const std::string& key)
      : keys_(keys), key_(key) {
    if (!key_.empty()) keys_.insert(key_);
  }
  KeyInUse(const KeyInUse&) = delete;
  KeyInUse& operator=(const KeyInUse&) = delete;
  ~KeyInUse() { keys_.erase(key_); }

 private:
  std::set<std::string, std::less<>>& keys_;
  std::string key_;
};

std::optional<ApiError> check_head(const wire::Headers& headers, std::string_view version,
                                   bool body_is_form) {
  // Of platforms: whoever ignored it would move money in another account.
  for (const std::string_view name : {"Stripe-Account", "Stripe-Context"})
    if (headers.find(name))
      return invalid_request(
          fmt::format("not in Cobro's sandbox yet: the header {}, see docs/sandbox.md", name));
  if (!is_known_version(version))
    return invalid_request(fmt::format("Invalid Stripe API version: {}", version));
  if (!body_is_form)
    return invalid_request(
        "Invalid request (check that your POST content type is "
        "application/x-www-form-urlencoded). If you have any questions, we can help at "
        "https://support.stripe.com/.");
  return std::nullopt;
}

}  // namespace

std::string Api::operation_of(const wire::Request& request) {
  const auto match = match_route(request.method, request.path);
  return match ? stripe::operation_of(*match->route) : std::string();
}

wire::Reply Api::error_of(const FaultRule& rule, const wire::Request& request) {
  return fault_error(account_, rule, request);
}

std::string Api::idempotency_key_of(const wire::Request& request) {
  return std::string(request.headers.find("Idempotency-Key").value_or(""));
}

base::Task<wire::Reply> Api::answer(wire::Request request, base::Duration processing) {
  if (request.method == "OPTIONS") co_return answer_preflight(request);
  const std::string request_id = "req_" + account_.chance(14);
  const std::string version(request.headers.find("Stripe-Version").value_or(kAccountVersion));
  const bool is_post = request.method == "POST";
  const bool from_browser = request.headers.find("Origin").has_value();
  Post post{is_post ? idempotency_key_of(request) : "", request.path, {}};
  const auto finish = [&](wire::Reply reply) {
    reply.headers.set("Request-Id", request_id);
    reply.headers.set("Stripe-Version", version);
    reply.headers.set("Cache-Control", "no-cache, no-store");
    if (!post.key.empty()) reply.headers.set("Idempotency-Key", post.key);
    add_retry_advice(reply);
    if (from_browser) allow_any_origin(reply);
    return reply;
  };

  const bool body_is_form = is_form(request);
  const std::string form = body_is_form ? form_text(request) : std::string();
  auto tree = parse_parameters(form);
  auto key = key_of(request.headers);
  if (key.empty() && tree) key = key_in_form(*tree);
  const bool publishable = is_publishable(key);
  if (auto refused = check_key(key)) co_return finish(error_reply(*refused, request_id));
  if (auto refused = check_head(request.headers, version, body_is_form))
    co_return finish(error_reply(*refused, request_id));
  const auto match = match_route(request.method, request.path);
  if (!match && publishable) co_return finish(error_reply(secret_key_required(), request_id));
  if (!match) co_return finish(error_reply(unknown_url(request), request_id));
  if (!tree) co_return finish(error_reply(tree.error(), request_id));
  if (publishable) {
    if (auto refused = check_publishable(*match, account_, *tree))
      co_return finish(error_reply(*refused, request_id));
    drop_browser_fields(*tree);
  }
  Call call{account_,  {request_id, post.key},   version,
            match->id, Params(std::move(*tree)), publishable,
            false};
  if (request.method == "GET") co_return finish(run_read(*match, call));

  if (!post.key.empty()) post.fingerprint = fingerprint_of(form);
  if (auto known = answer_by_key(post, request_id)) co_return finish(std::move(*known));
  const KeyInUse in_use(keys_in_use_, post.key);
  if (processing.count() > 0) co_await clock_.sleep(processing);
  co_return finish(run_change(*match, call, post));
}

}  // namespace cobro::sandbox::stripe
