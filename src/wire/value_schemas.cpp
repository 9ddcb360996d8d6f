// JSON Schema 2020-12 of the single values that DTOs are made of.
#include <cctype>

#include "wire/record.h"

namespace cobro::wire::detail {
namespace {

constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

Json limited(Json schema, std::string_view min_name, std::string_view max_name, Limits limits) {
  if (limits.min > 0) schema.set(min_name, static_cast<std::int64_t>(limits.min));
  if (limits.max != kNoLimit) schema.set(max_name, static_cast<std::int64_t>(limits.max));
  return schema;
}

}  // namespace

Json typed_schema(std::string_view type) {
  Json schema;
  return schema.set("type", type);
}

Json formatted_schema(std::string_view format) {
  return typed_schema("string").set("format", format);
}

Json text_schema(Limits length) {
  return limited(typed_schema("string"), "minLength", "maxLength", length);
}

Json integer_schema(std::int64_t min, std::int64_t max) {
  return typed_schema("integer").set("minimum", min).set("maximum", max);
}

Json enum_schema(std::span<const EnumWord> words) {
  JsonArray values;
  for (const auto& word : words) values.emplace_back(word.word);
  return typed_schema("string").set("enum", std::move(values));
}

Json array_schema(Json items, Limits count) {
  return limited(typed_schema("array").set("items", std::move(items)), "minItems", "maxItems",
                 count);
}

Json string_map_schema(MapLimits limits) {
  Json value;
  value.set("type", JsonArray{"string", "number", "boolean"})
      .set("maxLength", static_cast<std::int64_t>(limits.value));
  Json name;
  name.set("minLength", 1).set("maxLength", static_cast<std::int64_t>(limits.key));
  return typed_schema("object")
      .set("maxProperties", static_cast<std::int64_t>(limits.keys))
      .set("propertyNames", std::move(name))
      .set("additionalProperties", std::move(value));
}

Json nullable(Json schema) {
  const Json* type = schema.find("type");
  if (type == nullptr) {
    if (schema.as_object()->empty()) return schema;  // anything, null included
    Json either;
    return either.set("anyOf", JsonArray{std::move(schema), typed_schema("null")});
  }
  JsonArray types = type->as_array() != nullptr ? *type->as_array() : JsonArray{*type};
  types.emplace_back("null");
  schema.set("type", std::move(types));
  if (const Json* words = schema.find("enum")) {
    JsonArray values = *words->as_array();
    values.emplace_back(JsonNull{});
    schema.set("enum", std::move(values));
  }
  return schema;
}

std::string schema_name(std::string_view qualified) {
  if (qualified.find('<') != std::string_view::npos) return {};
  const auto append_capitalised = [](std::string& out, std::string_view part) {
    bool raise = true;
    for (const char c : part) {
      if (c != '_') out.push_back(raise ? static_cast<char>(std::toupper(c)) : c);
      raise = c == '_';
    }
  };
  const auto last = qualified.rfind("::");
  if (last == std::string_view::npos) return std::string(qualified);
  std::string name;
  std::string_view scope = qualified.substr(0, last);
  if (const auto before = scope.rfind("::"); before != std::string_view::npos)
    scope.remove_prefix(before + 2);
  if (!scope.starts_with('(')) append_capitalised(name, scope);
  append_capitalised(name, qualified.substr(last + 2));
  return name;
}

}  // namespace cobro::wire::detail
