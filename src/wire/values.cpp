// Reading and writing of the single values that DTOs are made of (wire/types.h).
#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "wire/record.h"
#include "wire/types.h"

namespace cobro::wire {
namespace {

constexpr std::size_t kMaxDecimalLength = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Removes leading digits; how many there were.
std::size_t skip_digits(std::string_view& text) {
  const auto count =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  text.remove_prefix(count);
  return count;
}

bool is_forbidden_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

// "1 character", "2 characters".
std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.starts_with('0');
  const auto digits = skip_digits(text);
  if (digits == 0 || (leading_zero && digits > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits(text) == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits(text) == 0) return false;
  }
  return text.empty();
}

namespace detail {
namespace {

bool check_text(std::string_view text, Limits length, Reader& reader) {
  if (std::ranges::any_of(text, is_forbidden_control)) {
    reader.fail(FieldCode::invalid_format, "must not contain control characters");
    return false;
  }
  const auto count = base::utf8_length(text);
  if (count < length.min)
    reader.fail(FieldCode::too_short, "must have at least " + counted(length.min, "character"));
  if (count > length.max)
    reader.fail(FieldCode::too_long, "must have at most " + counted(length.max, "character"));
  return count >= length.min && count <= length.max;
}

// An integer's text, from a number or (in a query) from text.
const std::string* integer_text(const Json& value, Reader& reader) {
  if (const auto* text = value.as_string(); text != nullptr && reader.from_text()) {
    if (is_json_number(*text)) return text;
    reader.fail(FieldCode::not_a_number, "must be an integer");
    return nullptr;
  }
  if (const auto* number = value.as_number()) return &number->text;
  reader.fail_type("an integer");
  return nullptr;
}

bool is_integer_text(std::string_view text) {
  return text.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

void read_text(const Json& value, std::string& out, Limits length, Reader& reader) {
  const auto* text = value.as_string();
  if (text == nullptr) return reader.fail_type("a string");
  if (check_text(*text, length, reader)) out = *text;
}

void read_integer(const Json& value, std::int64_t& out, std::int64_t min, std::int64_t max,
                  Reader& reader) {
  const auto* text = integer_text(value, reader);
  if (text == nullptr) return;
  if (!is_integer_text(*text)) return reader.fail_type("an integer");
  const auto number = base::parse_int64(*text);
  if (!number || *number < min || *number > max)
    return reader.fail(FieldCode::out_of_range,
                       "must be between " + std::to_string(min) + " and " + std::to_string(max));
  out = *number;
}

void read_decimal(const Json& value, std::string& out, Reader& reader) {
  const auto* number = value.as_number();
  const auto* text = number != nullptr ? &number->text : value.as_string();
  if (text == nullptr) return reader.fail_type("a number");
  if (!is_json_number(*text)) return reader.fail(FieldCode::not_a_number, "must be a number");
  if (text->size() > kMaxDecimalLength)
    return reader.fail(FieldCode::out_of_range, "must be a number of at most 40 characters");
  out = *text;
}

void write_number(const std::string& text, std::string& out) {
  COBRO_CHECK(is_json_number(text));
  out += text;
}

void read_bool(const Json& value, bool& out, Reader& reader) {
  const auto* text = reader.from_text() ? value.as_string() : nullptr;
  if (text != nullptr && (*text == "true" || *text == "false"))
    out = *text == "true";
  else if (const auto* boolean = value.as_bool())
    out = *boolean;
  else
    reader.fail_type("true or false");
}

void read_enum(const Json& value, int& out, std::span<const EnumWord> words, Reader& reader) {
  const auto* text = value.as_string();
  if (text == nullptr) return reader.fail_type("a string");
  const auto found = std::ranges::find(words, *text, &EnumWord::word);
  if (found != words.end()) {
    out = found->value;
    return;
  }
  std::string message = "must be one of";
  for (const auto& word : words) (message += &word == words.data() ? " " : ", ") += word.word;
  reader.fail(FieldCode::not_one_of, std::move(message));
}

std::string_view enum_word(int value, std::span<const EnumWord> words) {
  const auto found = std::ranges::find(words, value, &EnumWord::value);
  COBRO_CHECK(found != words.end());
  return found->word;
}

void read_id(const Json& value, std::string& text, bool& is_integer, std::size_t max,
             Reader& reader) {
  if (const auto* number = value.as_number()) {
    if (!value.as_int64()) return reader.fail_type("an integer or a string");
    text = number->text;
    is_integer = true;
  } else if (const auto* string = value.as_string()) {
    if (!check_text(*string, {1, max}, reader)) return;
    text = *string;
    is_integer = false;
  } else {
    reader.fail_type("an integer or a string");
  }
}

const JsonArray* read_array(const Json& value, Limits count, Reader& reader) {
  const auto* array = value.as_array();
  if (array == nullptr) {
    reader.fail_type("a list");
    return nullptr;
  }
  if (array->size() < count.min)
    reader.fail(FieldCode::too_few_items, "must have at least " + counted(count.min, "item"));
  if (array->size() > count.max)
    reader.fail(FieldCode::too_many_items, "must have at most " + counted(count.max, "item"));
  return array->size() > count.max ? nullptr : array;
}

void read_object_up_to(const Json& value, Json& out, std::size_t max_bytes, Reader& reader) {
  if (value.as_object() == nullptr) return reader.fail_type("an object");
  if (to_text(value).size() > max_bytes)
    return reader.fail(FieldCode::too_long, "must have at most " + counted(max_bytes, "byte"));
  out = value;
}

namespace {

std::optional<std::string> entry_text(const Json& value) {
  if (const auto* text = value.as_string()) return *text;
  if (const auto* number = value.as_number()) return number->text;
  if (const auto* boolean = value.as_bool()) return *boolean ? "true" : "false";
  return std::nullopt;
}

}  // namespace

void read_string_map(const Json& value, Entries& out, MapLimits limits, Reader& reader) {
  const auto* members = value.as_object();
  if (members == nullptr) return reader.fail_type("an object");
  if (members->size() > limits.keys)
    return reader.fail(FieldCode::too_many_items,
                       "must have at most " + counted(limits.keys, "key"));
  for (const auto& [name, member] : *members) {
    // A refused name is not printed: it may be a megabyte long.
    if (!check_text(name, {1, limits.key}, reader)) continue;
    const Path::Step step(reader.path(), name);
    auto text = entry_text(member);
    if (text && check_text(*text, {0, limits.value}, reader))
      out.emplace_back(name, std::move(*text));
    else if (!text && !member.is_null())
      reader.fail_type("a string, a number, true or false");
  }
}

void write_string_map(const Entries& entries, std::string& out) {
  out.push_back('{');
  for (const auto& entry : entries) {
    if (&entry != entries.data()) out.push_back(',');
    append_json_string(entry.first, out);
    out.push_back(':');
    append_json_string(entry.second, out);
  }
  out.push_back('}');
}

}  // namespace detail
}  // namespace cobro::wire
