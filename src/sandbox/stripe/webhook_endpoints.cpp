#include "sandbox/stripe/webhook_endpoints.h"

#include <algorithm>

#include "base/text.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "webhook_endpoint";
constexpr std::size_t kMostEndpoints = 16;

void read_url(Params& params, Json& body) {
  const auto url = params.non_empty("url");
  if (!url) return;
  const bool legal = (url->starts_with("http://") || url->starts_with("https://")) &&
                     std::all_of(url->begin(), url->end(), [](char c) { return c > ' '; });
  if (!legal)
    params.refuse(
        invalid_request("Invalid URL: An explicit scheme (such as https) must be "
                        "provided.",
                        "url", "url_invalid"));
  body.set("url", *url);
}

void read_events(Params& params, Json& body) {
  if (!params.has("enabled_events")) return;
  JsonArray events;
  for (auto& type : params.texts("enabled_events")) {
    if (type != "*" && type.find('.') == std::string::npos)
      params.refuse(
          invalid_request("Invalid enabled_events: unknown event " + type, "enabled_events"));
    events.emplace_back(std::move(type));
  }
  if (events.empty())
    params.refuse(invalid_request("enabled_events must name at least one event", "enabled_events"));
  body.set("enabled_events", std::move(events));
}

void read_shared(Params& params, Json& body) {
  read_url(params, body);
  read_events(params, body);
  if (const auto text = params.text("description"))
    body.set("description", text->empty() ? Json() : Json(*text));
  Json metadata = *body.find("metadata");
  merge_metadata(params, metadata);
  body.set("metadata", std::move(metadata));
}

WebhookEndpoint endpoint_of(const Json& body, const Json& inner) {
  WebhookEndpoint endpoint{body.string_at({"id"}).value_or(""),
                           {body.string_at({"url"}).value_or(""),
                            base::Secret(inner.string_at({"secret"}).value_or(""))},
                           {}};
  for (const auto& type : *body.find("enabled_events")->as_array())
    endpoint.events.push_back(*type.as_string());
  return endpoint;
}

// Those that are enabled, read once and again after a change.
const std::vector<WebhookEndpoint>& enabled_endpoints(Account& account) {
  if (account.endpoints) return *account.endpoints;
  auto& endpoints = account.endpoints.emplace();
  for (const auto& document : account.database.all(kKind))
    if (document.text("status") == "enabled")
      endpoints.push_back(endpoint_of(document.body, document.inner));
  return endpoints;
}

bool listens(const WebhookEndpoint& endpoint, std::string_view type) {
  return std::any_of(endpoint.events.begin(), endpoint.events.end(),
                     [&](const std::string& wanted) { return wanted == "*" || wanted == type; });
}

}  // namespace

std::vector<std::string> webhook_targets(Account& account, std::string_view event_type) {
  std::vector<std::string> names;
  names.reserve(account.options.webhooks.size());
  for (const auto& target : account.options.webhooks) names.push_back(target.url);
  for (const auto& endpoint : enabled_endpoints(account))
    if (listens(endpoint, event_type)) names.push_back(endpoint.id);
  return names;
}

std::optional<WebhookTarget> find_webhook_target(Account& account, std::string_view name) {
  for (const auto& target : account.options.webhooks)
    if (target.url == name) return target;
  for (const auto& endpoint : enabled_endpoints(account))
    if (endpoint.id == name) return endpoint.target;
  return std::nullopt;
}

Answer create_webhook_endpoint(Call& call) {
  Account& account = call.account;
  Params& params = call.params;
  Json body = JsonObject{{"id", account.new_id("we_1")},
                         {"object", kKind},
                         {"api_version", JsonNull{}},
                         {"application", JsonNull{}},
                         {"created", account.unix_now()},
                         {"description", JsonNull{}},
                         {"enabled_events", JsonArray{}},
                         {"livemode", false},
                         {"metadata", JsonObject{}},
                         {"status", "enabled"},
                         {"url", ""}};
  for (const char* name : {"url", "enabled_events"})
    if (!params.has(name)) params.refuse_missing(name);
  read_shared(params, body);
  if (const auto version = params.non_empty("api_version")) body.set("api_version", *version);
  if (params.boolean("connect") == true) params.not_yet({"connect"});
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (account.database.all(kKind).size() >= kMostEndpoints)
    return std::unexpected(
        invalid_request("You have reached the maximum of 16 test webhook endpoints."));
  const auto secret = "whsec_" + account.chance(32);
  account.database.insert(kKind, {body, JsonObject{{"secret", secret}}}, {});
  account.endpoints.reset();
  return std::move(body.set("secret", secret));
}

Answer retrieve_webhook_endpoint(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto endpoint = call.account.database.find(kKind, call.id);
  if (!endpoint) return std::unexpected(no_such(404, kKind, call.id, "webhook_endpoint"));
  return std::move(endpoint->body);
}

Answer update_webhook_endpoint(Call& call) {
  auto endpoint = call.account.database.find(kKind, call.id);
  if (!endpoint) return std::unexpected(no_such(404, kKind, call.id, "webhook_endpoint"));
  read_shared(call.params, endpoint->body);
  if (const auto disabled = call.params.boolean("disabled"))
    endpoint->body.set("status", *disabled ? "disabled" : "enabled");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  call.account.database.update(*endpoint);
  call.account.endpoints.reset();
  return std::move(endpoint->body);
}

Answer delete_webhook_endpoint(Call& call) {
  auto endpoint = call.account.database.find(kKind, call.id);
  if (!endpoint) return std::unexpected(no_such(404, kKind, call.id, "webhook_endpoint"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.account.database.erase(call.id);
  call.account.endpoints.reset();
  return JsonObject{{"id", call.id}, {"object", kKind}, {"deleted", true}};
}

Answer list_webhook_endpoints(Call& call) {
  const auto query = read_list_query(call.params, kKind);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  return answer_list(call, query, "/v1/webhook_endpoints");
}

}  // namespace cobro::sandbox::stripe
