#include "wire/json.h"

#include <algorithm>

#include "base/text.h"

namespace cobro::wire {
namespace {

// The two-character escape, or nothing; other control characters are written \u00XX.
std::string_view short_escape(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {};
  }
}

void append_control(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u00";
  out.push_back(kDigits[static_cast<std::uint8_t>(c) >> 4]);
  out.push_back(kDigits[static_cast<std::uint8_t>(c) & 0x0f]);
}

bool needs_escape(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

}  // namespace

std::optional<std::int64_t> Json::as_int64() const {
  const auto* number = as_number();
  return number == nullptr ? std::nullopt : base::parse_int64(number->text);
}

const Json* Json::find(std::string_view name) const {
  const auto* object = as_object();
  if (object == nullptr) return nullptr;
  const auto found = std::ranges::find(*object, name, &JsonMember::first);
  return found == object->end() ? nullptr : &found->second;
}

const Json* Json::at(std::initializer_list<std::string_view> path) const {
  const Json* value = this;
  for (const auto name : path)
    if ((value = value->find(name)) == nullptr) return nullptr;
  return value;
}

std::optional<std::string> Json::string_at(std::initializer_list<std::string_view> path) const {
  const Json* value = at(path);
  const auto* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<std::int64_t> Json::int_at(std::initializer_list<std::string_view> path) const {
  const Json* value = at(path);
  return value == nullptr ? std::nullopt : value->as_int64();
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = JsonObject{};
  auto& object = std::get<JsonObject>(value_);
  const auto found = std::ranges::find(object, name, &JsonMember::first);
  if (found != object.end())
    found->second = std::move(value);
  else
    object.emplace_back(std::string(name), std::move(value));
  return *this;
}

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if(text, needs_escape) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (const auto escape = short_escape(text.front()); !escape.empty())
      out += escape;
    else
      append_control(text.front(), out);
    text.remove_prefix(1);
  }
  out.push_back('"');
}

namespace {

void append_array(const JsonArray& array, std::string& out) {
  out.push_back('[');
  for (const auto& element : array) {
    if (&element != array.data()) out.push_back(',');
    append_text(element, out);
  }
  out.push_back(']');
}

void append_object(const JsonObject& object, std::string& out) {
  out.push_back('{');
  for (const auto& member : object) {
    if (&member != object.data()) out.push_back(',');
    append_json_string(member.first, out);
    out.push_back(':');
    append_text(member.second, out);
  }
  out.push_back('}');
}

}  // namespace

void append_text(const Json& value, std::string& out) {
  if (const auto* boolean = value.as_bool())
    out += *boolean ? "true" : "false";
  else if (const auto* number = value.as_number())
    out += number->text;
  else if (const auto* text = value.as_string())
    append_json_string(*text, out);
  else if (const auto* array = value.as_array())
    append_array(*array, out);
  else if (const auto* object = value.as_object())
    append_object(*object, out);
  else
    out += "null";
}

std::string to_text(const Json& value) {
  std::string out;
  append_text(value, out);
  return out;
}

}  // namespace cobro::wire
