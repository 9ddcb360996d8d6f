#include "sandbox/control.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sandbox/events.h"
#include "sandbox/test_clocks.h"
#include "wire/form.h"

namespace cobro::sandbox {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonObject;

constexpr std::string_view kFaults = "/_sandbox/faults";

wire::Reply done(const Json& json) {
  return wire::json_reply(200, wire::to_text(json));
}

wire::Reply refused(const ApiError& error) {
  return wire::json_reply(error.status, error_body(error, ""));
}

// Parameters are texts, wherever they come from.
base::Result<Json, ApiError> read_json(std::string_view body) {
  auto tree = wire::parse_json(body);
  if (!tree) return std::unexpected(invalid_request("Invalid JSON: " + tree.error().message));
  if (!tree->as_object()) return std::unexpected(invalid_request("The body must be an object"));
  Json texts{JsonObject{}};
  for (const auto& [name, value] : *tree->as_object()) {
    if (const auto* number = value.as_number())
      texts.set(name, number->text);
    else if (const auto* flag = value.as_bool())
      texts.set(name, *flag ? "true" : "false");
    else if (!value.is_null())
      texts.set(name, value);
  }
  return texts;
}

base::Result<Json, ApiError> read_parameters(const wire::Request& request) {
  const auto type = request.headers.find("Content-Type").value_or("");
  if (base::to_lower(type).starts_with("application/json")) return read_json(request.body);
  if (request.body.empty()) return Json(JsonObject{});
  auto tree = wire::parse_nested_form(request.body);
  if (!tree) return std::unexpected(invalid_request(tree.error().message, tree.error().parameter));
  return std::move(*tree);
}

wire::Reply add_fault(Account& account, Params& params) {
  const auto rule = account.faults.add(params);
  return rule ? done(to_json(*rule)) : refused(*params.done());
}

wire::Reply list_faults(Account& account) {
  JsonArray rules;
  for (const auto& rule : account.faults.all()) rules.push_back(to_json(rule));
  return done(JsonObject{{"faults", std::move(rules)}});
}

wire::Reply remove_faults(Account& account, std::string_view id) {
  if (id.empty())
    account.faults.clear();
  else if (!account.faults.remove(id))
    return refused(no_such(404, "fault", id, "id"));
  return list_faults(account);
}

wire::Reply list_deliveries(Account& account) {
  JsonArray list;
  for (const auto& delivery : account.database.all_deliveries()) {
    const auto event = account.database.find_event(delivery.event);
    const bool withheld = delivery.due == kWithheld;
    list.emplace_back(JsonObject{{"event", event ? Json(event->id) : Json()},
                                 {"type", event ? Json(event->type) : Json()},
                                 {"to", delivery.target},
                                 {"attempts", delivery.attempts},
                                 {"withheld", withheld},
                                 {"due", withheld ? Json() : Json(delivery.due.unix_seconds())}});
  }
  return done(JsonObject{{"webhooks", std::move(list)}});
}

// Every delivery that waits, for whatever reason, or only those of one event.
wire::Reply release(Account& account, Params& params) {
  const auto event = params.non_empty("event").value_or("");
  if (auto mistake = params.done()) return refused(*mistake);
  const auto released = account.database.release_deliveries(event, account.real_now());
  account.note_work();
  return done(JsonObject{{"released", std::int64_t{released}}});
}

wire::Reply forget_keys(Account& account, Params& params) {
  if (auto mistake = params.done()) return refused(*mistake);
  account.database.forget_keys_before(INT64_MAX);
  return done(JsonObject{{"forgotten", true}});
}

void read_span(Params& params, std::string_view name, base::Duration& span) {
  constexpr std::int64_t kLongestMs = 366LL * 24 * 3600 * 1000;
  const auto ms = params.integer(name);
  if (ms && (*ms < 0 || *ms > kLongestMs))
    params.refuse(invalid_request(
        fmt::format("Invalid {}: must be between 0 and {}", name, kLongestMs), std::string(name)));
  else if (ms)
    span = std::chrono::milliseconds(*ms);
}

wire::Reply show_settings(const StripeOptions& options) {
  const auto ms = [](base::Duration span) { return Json(span.count() / 1000); };
  return done(JsonObject{{"idempotency_kept_ms", ms(options.idempotency_kept)},
                         {"settle_after_ms", ms(options.settle_after)},
                         {"processing_ms", ms(options.processing_time)},
                         {"authorization_lasts_ms", ms(options.authorization_lasts)},
                         {"draft_ms", ms(options.draft_lasts)},
                         {"after_retries", options.after_retries},
                         {"test_clock", options.test_clock}});
}

wire::Reply change_settings(Account& account, StripeOptions& options, Params& params) {
  StripeOptions changed = options;
  read_span(params, "idempotency_kept_ms", changed.idempotency_kept);
  read_span(params, "settle_after_ms", changed.settle_after);
  read_span(params, "processing_ms", changed.processing_time);
  read_span(params, "authorization_lasts_ms", changed.authorization_lasts);
  read_span(params, "draft_ms", changed.draft_lasts);
  if (const auto then = params.one_of("after_retries", {"cancel", "unpaid", "past_due"}))
    changed.after_retries = *then;
  if (params.has("test_clock"))
    changed.test_clock = params.text("test_clock") == "" ? "" : read_test_clock(account, params);
  if (auto mistake = params.done()) return refused(*mistake);
  options = std::move(changed);
  return show_settings(options);
}

}  // namespace

wire::Reply answer_control(Account& account, StripeOptions& options, const wire::Request& request) {
  const std::string_view path = request.path;
  auto tree = read_parameters(request);
  if (!tree) return refused(tree.error());
  Params params(std::move(*tree));
  const auto is = [&](std::string_view method, std::string_view wanted) {
    return request.method == method && path == wanted;
  };
  if (is("POST", kFaults)) return add_fault(account, params);
  if (is("GET", kFaults)) return list_faults(account);
  if (is("DELETE", kFaults)) return remove_faults(account, "");
  if (request.method == "DELETE" && path.starts_with(kFaults) && path[kFaults.size()] == '/')
    return remove_faults(account, path.substr(kFaults.size() + 1));
  if (is("GET", "/_sandbox/webhooks")) return list_deliveries(account);
  if (is("POST", "/_sandbox/webhooks/release")) return release(account, params);
  if (is("POST", "/_sandbox/idempotency/forget")) return forget_keys(account, params);
  if (is("GET", "/_sandbox/settings")) return show_settings(options);
  if (is("POST", "/_sandbox/settings")) return change_settings(account, options, params);
  return refused({404,
                  "invalid_request_error",
                  {},
                  fmt::format("The sandbox has no {} {}", request.method, path),
                  {},
                  {}});
}

}  // namespace cobro::sandbox
