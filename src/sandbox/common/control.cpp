#include "sandbox/common/control.h"

#include <fmt/format.h>

#include "base/text.h"
#include "wire/form.h"

namespace cobro::sandbox {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonObject;

constexpr std::string_view kFaults = "/_sandbox/faults";

wire::Reply done(const Json& json, int status = 200) {
  return wire::json_reply(status, wire::to_text(json));
}

wire::Reply refused(const ApiError& error) {
  JsonObject shown{{"type", error.type}, {"message", error.message}};
  if (!error.param.empty()) shown.emplace_back("param", error.param);
  return done(JsonObject{{"error", std::move(shown)}}, error.status);
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

wire::Reply add_fault(const Controlled& sandbox, Params& params) {
  const auto rule = sandbox.faults.add(params);
  return rule ? done(to_json(*rule)) : refused(*params.done());
}

wire::Reply list_faults(const Controlled& sandbox) {
  JsonArray rules;
  for (const auto& rule : sandbox.faults.all()) rules.push_back(to_json(rule));
  return done(JsonObject{{"faults", std::move(rules)}});
}

wire::Reply remove_faults(const Controlled& sandbox, std::string_view id) {
  if (id.empty())
    sandbox.faults.clear();
  else if (!sandbox.faults.remove(id))
    return refused(no_such(404, "fault", id, "id"));
  return list_faults(sandbox);
}

wire::Reply list_deliveries(const Controlled& sandbox) {
  JsonArray list;
  for (const auto& delivery : sandbox.database.all_deliveries()) {
    const auto event = sandbox.database.find_event(delivery.event);
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
wire::Reply release(const Controlled& sandbox, Params& params) {
  const auto event = params.non_empty("event").value_or("");
  if (auto mistake = params.done()) return refused(*mistake);
  const auto released = sandbox.database.release_deliveries(event, sandbox.now);
  sandbox.note_work();
  return done(JsonObject{{"released", std::int64_t{released}}});
}

wire::Reply forget_keys(const Controlled& sandbox, Params& params) {
  if (auto mistake = params.done()) return refused(*mistake);
  sandbox.database.forget_keys_before(INT64_MAX);
  return done(JsonObject{{"forgotten", true}});
}

}  // namespace

base::Result<Json, ApiError> read_control_parameters(const wire::Request& request) {
  const auto type = request.headers.find("Content-Type").value_or("");
  if (base::to_lower(type).starts_with("application/json")) return read_json(request.body);
  if (request.body.empty()) return Json(JsonObject{});
  auto tree = wire::parse_nested_form(request.body);
  if (!tree) return std::unexpected(invalid_request(tree.error().message, tree.error().parameter));
  return std::move(*tree);
}

wire::Reply control_reply(const Answer& answer) {
  return answer ? done(*answer) : refused(answer.error());
}

wire::Reply answer_control(const Controlled& sandbox, const wire::Request& request) {
  const std::string_view path = request.path;
  auto tree = read_control_parameters(request);
  if (!tree) return refused(tree.error());
  Params params(std::move(*tree));
  const auto is = [&](std::string_view method, std::string_view wanted) {
    return request.method == method && path == wanted;
  };
  if (is("POST", kFaults)) return add_fault(sandbox, params);
  if (is("GET", kFaults)) return list_faults(sandbox);
  if (is("DELETE", kFaults)) return remove_faults(sandbox, "");
  if (request.method == "DELETE" && path.starts_with(kFaults) && path[kFaults.size()] == '/')
    return remove_faults(sandbox, path.substr(kFaults.size() + 1));
  if (is("GET", "/_sandbox/webhooks")) return list_deliveries(sandbox);
  if (is("POST", "/_sandbox/webhooks/release")) return release(sandbox, params);
  if (is("POST", "/_sandbox/idempotency/forget")) return forget_keys(sandbox, params);
  if (is("GET", "/_sandbox/settings")) return done(sandbox.settings.show());
  if (is("POST", "/_sandbox/settings")) return control_reply(sandbox.settings.change(params));
  return refused({404,
                  "invalid_request_error",
                  {},
                  fmt::format("The sandbox has no {} {}", request.method, path),
                  {},
                  {}});
}

}  // namespace cobro::sandbox
