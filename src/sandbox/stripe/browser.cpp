#include "sandbox/stripe/browser.h"

#include <algorithm>
#include <array>

#include "sandbox/stripe/authentication.h"

namespace cobro::sandbox::stripe {
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
                                       "radar_options"sv,
                                       "referrer"sv,
                                       "sid"sv,
                                       "time_on_page"sv};

constexpr std::array kNeedNoSecret = {"payment_method.create"sv, "token.create"sv};
constexpr std::array kNeedSecret = {"payment_intent.retrieve"sv, "payment_intent.confirm"sv,
                                    "setup_intent.retrieve"sv, "setup_intent.confirm"sv};

// Of a confirmation: what would loosen the terms the merchant set needs their own key.
constexpr std::array kSecretParameters = {
    "capture_method"sv,         "off_session"sv,   "metadata"sv,    "description"sv,
    "application_fee_amount"sv, "transfer_data"sv, "on_behalf_of"sv};

// The merchant's own business, which a customer does not see. `customer` is null there.
constexpr std::array kHidden = {
    "metadata"sv,      "latest_charge"sv,  "application"sv,         "on_behalf_of"sv,
    "transfer_data"sv, "transfer_group"sv, "statement_descriptor"sv};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::optional<ApiError> check_parameters(const wire::Json& form) {
  for (const auto name : kSecretParameters)
    if (form.find(name))
      return invalid_request(
          "You do not have permission to use this parameter with a publishable API key: " +
              std::string(name),
          std::string(name));
  return std::nullopt;
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
    return check_parameters(form);
  if (!form.find("client_secret"))
    return invalid_request("Missing required param: client_secret.", "client_secret",
                           "parameter_missing");
  return no_such(404, match.route->kind, match.id, "intent");
}

std::optional<ApiError> check_browser_expand(const std::vector<std::string>& paths) {
  for (const auto& path : paths)
    if (path != "payment_method")
      return invalid_request(
          "This property cannot be expanded (" + path + ") with a publishable API key.", "expand");
  return std::nullopt;
}

void narrow_for_browser(wire::Json& object) {
  auto* members = object.as_object();
  const auto kind = object.string_at({"object"});
  if (!members) return;
  if (kind == "payment_intent" || kind == "setup_intent") {
    std::erase_if(*members, [](const auto& member) { return contains(kHidden, member.first); });
    for (auto& [name, value] : *members) narrow_for_browser(value);
    object.set("customer", wire::JsonNull{});
  }
  if (kind == "payment_method") {
    std::erase_if(*members, [](const auto& member) { return member.first == "metadata"; });
    object.set("customer", wire::JsonNull{});
  }
}

void narrow_for_browser(ApiError& error) {
  for (auto& [name, value] : error.extra) narrow_for_browser(value);
}

}  // namespace cobro::sandbox::stripe
