#include "wire/openapi.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace cobro::wire {
namespace {

std::string_view to_string(Parameter::In in) {
  switch (in) {
    case Parameter::In::path:
      return "path";
    case Parameter::In::query:
      return "query";
    case Parameter::In::header:
      return "header";
  }
  return "query";
}

Json to_json(const Parameter& parameter) {
  Json json;
  json.set("name", parameter.name)
      .set("in", to_string(parameter.in))
      .set("required", parameter.required);
  if (!parameter.description.empty()) json.set("description", parameter.description);
  return json.set("schema", parameter.schema);
}

// The names in braces of a path template.
std::vector<std::string> path_names(std::string_view path) {
  std::vector<std::string> names;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

JsonArray parameters_of(const Operation& operation) {
  JsonArray all;
  for (const auto& name : path_names(operation.path)) {
    const auto is_listed = [&](const Parameter& parameter) {
      return parameter.in == Parameter::In::path && parameter.name == name;
    };
    if (std::ranges::none_of(operation.parameters, is_listed))
      all.push_back(to_json({name, Parameter::In::path, true, detail::text_schema({1, 255}), {}}));
  }
  for (const auto& parameter : operation.parameters) all.push_back(to_json(parameter));
  return all;
}

Json content(std::string_view content_type, const Type* type, const std::optional<Json>& example,
             SchemaRegistry& registry) {
  Json media;
  media.set("schema", type != nullptr ? type->schema(registry) : detail::typed_schema("string"));
  if (example) media.set("example", *example);
  Json json;
  return json.set(content_type, std::move(media));
}

Json to_json(const ResponseDoc& response, SchemaRegistry& registry) {
  Json json;
  json.set("description", response.description);
  if (response.type != nullptr || response.content_type != "application/json")
    json.set("content", content(response.content_type, response.type, response.example, registry));
  return json;
}

Json security(bool needs_bearer) {
  if (!needs_bearer) return JsonArray{};
  Json bearer;
  bearer.set("bearer", JsonArray{});
  return JsonArray{std::move(bearer)};
}

Json to_json(const Operation& operation, SchemaRegistry& registry) {
  Json json;
  json.set("operationId", operation.id).set("summary", operation.summary);
  if (!operation.tag.empty()) json.set("tags", JsonArray{Json(operation.tag)});
  json.set("security", security(operation.needs_bearer));
  if (auto parameters = parameters_of(operation); !parameters.empty())
    json.set("parameters", std::move(parameters));
  if (operation.body) {
    Json body;
    body.set("required", operation.body->required)
        .set("content",
             content("application/json", operation.body->type, operation.body->example, registry));
    json.set("requestBody", std::move(body));
  }
  Json responses = JsonObject{};
  for (const auto& response : operation.responses)
    responses.set(std::to_string(response.status), to_json(response, registry));
  return json.set("responses", std::move(responses));
}

Json tags_of(const std::vector<Operation>& operations) {
  JsonArray tags;
  std::set<std::string_view> seen;
  for (const auto& operation : operations) {
    if (operation.tag.empty() || !seen.insert(operation.tag).second) continue;
    Json tag;
    tags.push_back(tag.set("name", operation.tag));
  }
  return tags;
}

Json components(const SchemaRegistry& registry) {
  Json bearer;
  bearer.set("type", "http").set("scheme", "bearer").set("bearerFormat", "JWT");
  Json schemes;
  schemes.set("bearer", std::move(bearer));
  Json json;
  return json.set("securitySchemes", std::move(schemes)).set("schemas", registry.schemas());
}

}  // namespace

std::vector<Parameter> query_parameters(Fields fields) {
  SchemaRegistry registry;
  std::vector<Parameter> parameters;
  for (const auto& field : fields) {
    const Type* inner = field.type->optional_of;
    const bool required = inner == nullptr;
    parameters.push_back({std::string(field.name),
                          Parameter::In::query,
                          required,
                          (required ? field.type : inner)->schema(registry),
                          {}});
  }
  return parameters;
}

Json openapi_document(std::string_view title, std::string_view version, std::string_view server,
                      const std::vector<Operation>& operations) {
  SchemaRegistry registry;
  Json paths = JsonObject{};
  for (const auto& operation : operations) {
    const Json* known = paths.find(operation.path);
    Json item = known == nullptr ? Json(JsonObject{}) : *known;
    item.set(base::to_lower(operation.method), to_json(operation, registry));
    paths.set(operation.path, std::move(item));
  }
  Json info;
  info.set("title", title).set("version", version);
  Json url;
  url.set("url", server);
  Json document;
  document.set("openapi", "3.1.0")
      .set("info", std::move(info))
      .set("servers", JsonArray{std::move(url)})
      .set("tags", tags_of(operations))
      .set("paths", std::move(paths));
  return document.set("components", components(registry));
}

}  // namespace cobro::wire
