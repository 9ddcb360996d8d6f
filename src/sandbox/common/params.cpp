#include "sandbox/common/params.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace cobro::sandbox {
namespace {

constexpr std::size_t kMaxText = 5000;
constexpr std::size_t kMaxMetadataKeys = 50;
constexpr std::size_t kMaxMetadataKey = 40;
constexpr std::size_t kMaxMetadataValue = 500;

std::string listed(std::initializer_list<std::string_view> values) {
  std::string text;
  for (auto value = values.begin(); value != values.end(); ++value) {
    if (value != values.begin())
      text += value + 1 == values.end() ? (values.size() > 2 ? ", or " : " or ") : ", ";
    text += *value;
  }
  return text;
}

}  // namespace

std::string Params::full_name(std::string_view name) const {
  return prefix_.empty() ? std::string(name) : fmt::format("{}[{}]", prefix_, name);
}

void Params::refuse(ApiError error) {
  if (!mistake_) mistake_ = std::move(error);
}

void Params::refuse_missing(std::string_view name) {
  const auto full = full_name(name);
  refuse(
      invalid_request(fmt::format("Missing required param: {}.", full), full, "parameter_missing"));
}

const wire::Json* Params::raw(std::string_view name) {
  const wire::Json* value = tree_.find(name);
  if (value) asked_.emplace_back(name);
  return value;
}

const std::string* Params::string_of(std::string_view name) {
  const wire::Json* value = raw(name);
  if (!value) return nullptr;
  const std::string* text = value->as_string();
  if (!text) {
    refuse(invalid_request("Invalid string: expected a string, got a nested parameter",
                           full_name(name)));
  } else if (!base::is_utf8(*text)) {
    refuse(invalid_request("Invalid UTF-8 in request parameter", full_name(name)));
  } else if (text->size() > kMaxText && base::utf8_length(*text) > kMaxText) {
    refuse(invalid_request(fmt::format("Invalid string: must be at most {} characters", kMaxText),
                           full_name(name)));
  }
  return text;
}

std::optional<std::string> Params::text(std::string_view name) {
  const std::string* value = string_of(name);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::string> Params::non_empty(std::string_view name) {
  const std::string* value = string_of(name);
  if (!value) return std::nullopt;
  if (value->empty()) {
    const auto full = full_name(name);
    refuse(invalid_request(
        fmt::format("You passed an empty string for '{0}'. We assume empty values are an attempt "
                    "to unset a parameter; however '{0}' cannot be unset. You should remove '{0}' "
                    "from your request or supply a non-empty value.",
                    full),
        full, "parameter_invalid_empty"));
  }
  return *value;
}

std::string Params::required(std::string_view name) {
  auto value = non_empty(name);
  if (!value && !has(name)) refuse_missing(name);
  return value.value_or("");
}

std::optional<std::int64_t> Params::integer(std::string_view name) {
  const auto value = non_empty(name);
  if (!value) return std::nullopt;
  const auto number = base::parse_int64(*value);
  if (!number)
    refuse(invalid_request("Invalid integer: " + *value, full_name(name),
                           "parameter_invalid_integer"));
  return number;
}

std::optional<std::int64_t> Params::positive(std::string_view name) {
  const auto number = integer(name);
  if (number && *number < 1)
    refuse(invalid_request("This value must be greater than or equal to 1.", full_name(name),
                           "parameter_invalid_integer"));
  return number;
}

std::optional<std::int64_t> Params::moment(std::string_view name) {
  constexpr std::int64_t kLatest = 7'258'118'400;
  const auto seconds = integer(name);
  if (!seconds || (*seconds >= 0 && *seconds <= kLatest)) return seconds;
  refuse(invalid_request("Invalid timestamp: must be an integer Unix timestamp in seconds.",
                         full_name(name), "parameter_invalid_integer"));
  return std::nullopt;
}

std::optional<bool> Params::boolean(std::string_view name) {
  const auto value = non_empty(name);
  if (!value) return std::nullopt;
  if (*value != "true" && *value != "false")
    refuse(invalid_request("Invalid boolean: " + *value, full_name(name)));
  return *value == "true";
}

std::optional<std::string> Params::one_of(std::string_view name,
                                          std::initializer_list<std::string_view> values) {
  auto value = non_empty(name);
  if (value && std::find(values.begin(), values.end(), *value) == values.end()) {
    const auto full = full_name(name);
    refuse(
        invalid_request(fmt::format("Invalid {}: must be one of {}", full, listed(values)), full));
  }
  return value;
}

std::vector<std::string> Params::texts(std::string_view name) {
  std::vector<std::string> result;
  const wire::Json* value = raw(name);
  if (!value) return result;
  const wire::JsonArray* array = value->as_array();
  if (!array) {
    if (!value->as_string() || !value->as_string()->empty())
      refuse(invalid_request("Invalid array", full_name(name)));
    return result;
  }
  for (const auto& item : *array) {
    if (const std::string* text = item.as_string())
      result.push_back(*text);
    else
      refuse(invalid_request("Invalid string: expected a string, got a nested parameter",
                             full_name(name)));
  }
  return result;
}

Params* Params::group(std::string_view name) {
  const wire::Json* value = raw(name);
  if (!value) return nullptr;
  if (!value->as_object()) {
    if (!value->as_string() || !value->as_string()->empty())
      refuse(invalid_request("Invalid object", full_name(name)));
    return nullptr;
  }
  return &groups_.emplace_back(*value, full_name(name));
}

std::vector<Params*> Params::groups(std::string_view name) {
  std::vector<Params*> found;
  const wire::Json* value = raw(name);
  if (!value) return found;
  const auto* array = value->as_array();
  if (!array) refuse(invalid_request("Invalid array", full_name(name)));
  for (std::size_t i = 0; array && i < array->size(); ++i) {
    const auto where = fmt::format("{}[{}]", full_name(name), i);
    if (!(*array)[i].as_object())
      refuse(invalid_request("Invalid object", where));
    else
      found.push_back(&groups_.emplace_back((*array)[i], where));
  }
  return found;
}

void Params::accept(std::initializer_list<std::string_view> names) {
  for (const auto name : names) raw(name);
}

void Params::not_yet(std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (raw(name)) not_yet_.push_back(full_name(name));
}

void Params::not_yet_enabled(std::string_view name) {
  Params* given = group(name);
  if (given && given->boolean("enabled") == true) given->not_yet({"enabled"});
}

void Params::collect_not_yet(std::vector<std::string>& into) const {
  into.insert(into.end(), not_yet_.begin(), not_yet_.end());
  for (const auto& group : groups_) group.collect_not_yet(into);
}

void Params::collect_unknown(std::vector<std::string>& into) const {
  if (const auto* members = tree_.as_object())
    for (const auto& [name, value] : *members)
      if (std::find(asked_.begin(), asked_.end(), name) == asked_.end())
        into.push_back(full_name(name));
  for (const auto& group : groups_) group.collect_unknown(into);
}

std::optional<ApiError> Params::first_mistake() const {
  if (mistake_) return mistake_;
  for (const auto& group : groups_)
    if (auto mistake = group.first_mistake()) return mistake;
  return std::nullopt;
}

std::optional<ApiError> Params::done() {
  std::vector<std::string> unknown;
  collect_unknown(unknown);
  if (unknown.empty()) {
    std::vector<std::string> not_yet;
    collect_not_yet(not_yet);
    if (not_yet.empty()) return first_mistake();
    return invalid_request(fmt::format("not in Cobro's sandbox yet: {}, see docs/sandbox.md",
                                       fmt::join(not_yet, ", ")),
                           not_yet.front());
  }
  return invalid_request(fmt::format("Received unknown parameter{}: {}",
                                     unknown.size() == 1 ? "" : "s", fmt::join(unknown, ", ")),
                         unknown.front(), "parameter_unknown");
}

namespace {

std::optional<ApiError> metadata_mistake(const std::string& key, const std::string& value) {
  const auto where = fmt::format("metadata[{}]", key);
  if (!base::is_utf8(key) || !base::is_utf8(value))
    return invalid_request("Invalid UTF-8 in request parameter", "metadata");
  if (const auto length = base::utf8_length(key); length > kMaxMetadataKey)
    return invalid_request(
        fmt::format("Metadata keys can have up to {} characters, but you passed in a key that is "
                    "{} characters. Invalid key: {}",
                    kMaxMetadataKey, length, key),
        where);
  if (const auto length = base::utf8_length(value); length > kMaxMetadataValue)
    return invalid_request(
        fmt::format("Metadata values can have up to {} characters, but you passed in a value that "
                    "is {} characters. Invalid value: {}",
                    kMaxMetadataValue, length, value),
        where);
  return std::nullopt;
}

}  // namespace

void copy_group(Params& params, wire::Json& body, std::string_view name,
                const GroupFields& fields) {
  if (!params.has(name)) return;
  Params* given = params.group(name);
  if (!given) return static_cast<void>(body.set(name, wire::JsonNull{}));
  wire::Json shown{wire::JsonObject{}};
  for (const auto field : fields.texts)
    if (const auto text = given->text(field))
      shown.set(field, text->empty() ? wire::Json() : wire::Json(*text));
  for (const auto& [inner, inner_fields] : fields.groups)
    copy_group(*given, shown, inner, inner_fields);
  body.set(name, std::move(shown));
}

void merge_metadata(Params& params, wire::Json& metadata) {
  const wire::Json* given = params.raw("metadata");
  if (!metadata.as_object()) metadata = wire::JsonObject{};
  if (!given) return;
  const wire::JsonObject* members = given->as_object();
  if (!members) {
    if (const auto* text = given->as_string(); text && text->empty())
      metadata = wire::JsonObject{};
    else
      params.refuse(invalid_request("Invalid object", "metadata"));
    return;
  }
  for (const auto& [key, value] : *members) {
    const std::string* text = value.as_string();
    if (!text)
      return params.refuse(invalid_request("Metadata values must be strings, but for key \"" + key +
                                               "\" you passed in a nested value",
                                           "metadata"));
    if (auto mistake = metadata_mistake(key, *text)) return params.refuse(std::move(*mistake));
    std::erase_if(*metadata.as_object(), [&](const auto& m) { return m.first == key; });
    if (!text->empty()) metadata.set(key, *text);
  }
  if (metadata.as_object()->size() > kMaxMetadataKeys)
    params.refuse(invalid_request(
        fmt::format("You can only have up to {} metadata keys per object", kMaxMetadataKeys),
        "metadata"));
}

}  // namespace cobro::sandbox
