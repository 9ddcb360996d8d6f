#include "sandbox/browser.h"

#include <algorithm>
#include <array>

#include "sandbox/authentication.h"

namespace cobro::sandbox {
namespace {

using namespace std::string_view_literals;

constexpr std::array kBrowserFields = {"key"sv,
                                       "_stripe_version"sv,
                                       "_stripe_account"sv,
                                       "client_attribution_metadata"sv,
                                       "expected_payment_method_type"sv,
                                       "guid"sv,
                                       "muid"sv,
                                       "pasted_fields"sv,
                                       "payment_user_agent"sv,
                                       "referrer"sv,
                                       "sid"sv,
                                       "time_on_page"sv};

constexpr std::array kNeedNoSecret = {"payment_method.create"sv, "token.create"sv};
constexpr std::array kNeedSecret = {"payment_intent.retrieve"sv, "payment_intent.confirm"sv,
                                    "setup_intent.retrieve"sv, "setup_intent.confirm"sv};

// The merchant's own business, which a customer does not see.
constexpr std::array kHidden = {
    "metadata"sv,     "customer"sv,      "latest_charge"sv,  "application"sv,
    "on_behalf_of"sv, "transfer_data"sv, "transfer_group"sv, "statement_descriptor"sv};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

void allow_any_origin(wire::Reply& reply) {
  reply.headers.set("Access-Control-Allow-Origin", "*");
  reply.headers.set("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE");
  reply.headers.set("Access-Control-Expose-Headers",
                    "Request-Id, Stripe-Should-Retry, Idempotent-Replayed");
  reply.headers.set("Access-Control-Max-Age", "300");
}

wire::Reply answer_preflight(const wire::Request& request) {
  wire::Reply reply{200, {}, {}};
  allow_any_origin(reply);
  const auto wanted = request.headers.find("Access-Control-Request-Headers");
  reply.headers.set("Access-Control-Allow-Headers", std::string(wanted.value_or("*")));
  return reply;
}

std::string key_in_form(const wire::Json& form) {
  return form.string_at({"key"}).value_or("");
}

void drop_browser_fields(wire::Json& form) {
  if (auto* members = form.as_object())
    std::erase_if(*members,
                  [](const auto& member) { return contains(kBrowserFields, member.first); });
}

std::optional<ApiError> check_publishable(const RouteMatch& match, Account& account,
                                          const wire::Json& form) {
  const auto operation = operation_of(*match.route);
  if (contains(kNeedNoSecret, operation)) return std::nullopt;
  if (!contains(kNeedSecret, operation)) return secret_key_required();
  const auto object = account.database.find(match.route->kind, match.id);
  if (object && form.string_at({"client_secret"}) == object->text("client_secret"))
    return std::nullopt;
  if (!form.find("client_secret"))
    return invalid_request("Missing required param: client_secret.", "client_secret",
                           "parameter_missing");
  return no_such(404, match.route->kind, match.id, "intent");
}

void narrow_for_browser(wire::Json& object) {
  auto* members = object.as_object();
  const auto kind = object.string_at({"object"});
  if (members && (kind == "payment_intent" || kind == "setup_intent"))
    std::erase_if(*members, [](const auto& member) { return contains(kHidden, member.first); });
}

}  // namespace cobro::sandbox
