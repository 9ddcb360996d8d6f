// JSON as a value that keeps every number's exact text, and a writer.
//
// Parsing is Boost.JSON's basic_parser with our handler: numbers are never turned into
// doubles; duplicate names, depth over 32, numbers over 64 characters, invalid UTF-8 and
// trailing bytes are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace cobro::wire {

class Json;

struct JsonNull {
  friend bool operator==(JsonNull, JsonNull) = default;
};
struct JsonNumber {
  std::string text;  // as it stood: "29.990", "2.999e1"
  friend bool operator==(const JsonNumber&, const JsonNumber&) = default;
};
using JsonArray = std::vector<Json>;
using JsonMember = std::pair<std::string, Json>;
using JsonObject = std::vector<JsonMember>;  // in document order, names unique

class Json {
 public:
  Json() = default;
  Json(JsonNull) {}
  Json(bool value) : value_(value) {}
  Json(JsonNumber value) : value_(std::move(value)) {}
  Json(std::int64_t value) : value_(JsonNumber{std::to_string(value)}) {}
  Json(int value) : Json(static_cast<std::int64_t>(value)) {}
  Json(double) = delete;
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(JsonArray value) : value_(std::move(value)) {}
  Json(JsonObject value) : value_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return value_.index() == 0; }
  // These point into this value, and are null when it is of another type.
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&value_); }
  [[nodiscard]] const JsonNumber* as_number() const { return std::get_if<JsonNumber>(&value_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const JsonArray* as_array() const { return std::get_if<JsonArray>(&value_); }
  [[nodiscard]] const JsonObject* as_object() const { return std::get_if<JsonObject>(&value_); }
  [[nodiscard]] JsonArray* as_array() { return std::get_if<JsonArray>(&value_); }
  [[nodiscard]] JsonObject* as_object() { return std::get_if<JsonObject>(&value_); }
  // Reads a number that is written as an integer and fits; `1.0` and `1e2` are not.
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;

  // Finds the member of that name; null when there is none or this is no object.
  [[nodiscard]] const Json* find(std::string_view name) const;
  // Follows member names: at({"data","object","id"}).
  [[nodiscard]] const Json* at(std::initializer_list<std::string_view> path) const;
  // Gives the string at `path`, or nothing.
  [[nodiscard]] std::optional<std::string> string_at(
      std::initializer_list<std::string_view> path) const;
  [[nodiscard]] std::optional<std::int64_t> int_at(
      std::initializer_list<std::string_view> path) const;
  // Sets or replaces a member; makes this an empty object first when it is null.
  Json& set(std::string_view name, Json value);

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<JsonNull, bool, JsonNumber, std::string, JsonArray, JsonObject> value_;
};

struct JsonError {
  enum class Kind { syntax, duplicate_name, too_deep, number_too_long, not_utf8 };
  Kind kind = Kind::syntax;
  std::string message;  // for a person, without the document's content
};

constexpr int kJsonMaxDepth = 32;

base::Result<Json, JsonError> parse_json(std::string_view text);
// Writes compact JSON: members in their order, numbers by their text, `/` not escaped.
std::string to_text(const Json& value);
void append_text(const Json& value, std::string& out);
// Appends `text` as a JSON string with its quotes.
void append_json_string(std::string_view text, std::string& out);

}  // namespace cobro::wire
