// How orders, payments and transactions are named from outside: by id or by number.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/text.h"
#include "base/uuid.h"
#include "wire/binding.h"

namespace cobro::surfaces {

// Reads a UUID, or a positive number of at most 18 digits.
template <class IdType>
std::optional<std::variant<IdType, std::int64_t>> parse_reference(std::string_view text) {
  constexpr std::size_t kMaxDigits = 18;
  if (const auto id = IdType::parse(text)) return *id;
  if (text.size() > kMaxDigits || text.starts_with('-') || text.starts_with('+'))
    return std::nullopt;
  const auto number = base::parse_int64(text);
  if (!number || *number <= 0) return std::nullopt;
  return *number;
}

// Such a reference as a member of a DTO: a JSON integer, its digits, or a UUID.
template <class IdType>
struct IdOrNumber {
  std::variant<IdType, std::int64_t> value;
};

}  // namespace cobro::surfaces

template <class IdType>
struct cobro::wire::Binding<cobro::surfaces::IdOrNumber<IdType>> {
  using Reference = surfaces::IdOrNumber<IdType>;
  static constexpr bool kCardExempt = true;

  static void read(const Json& value, Reference& out, Reader& reader) {
    const auto* number = value.as_number();
    const auto* text = number != nullptr ? &number->text : value.as_string();
    if (text == nullptr) return reader.fail_type("an id or a number");
    const auto reference = surfaces::parse_reference<IdType>(*text);
    if (!reference) return reader.fail(FieldCode::invalid_format, "must be an id or a number");
    out.value = *reference;
  }
  static void write(const Reference& value, std::string& out) {
    if (const auto* number = std::get_if<std::int64_t>(&value.value))
      out += std::to_string(*number);
    else
      append_json_string(std::get<IdType>(value.value).to_string(), out);
  }
  static Json schema(SchemaRegistry&) {
    Json schema;
    return schema.set("type", JsonArray{"integer", "string"});
  }
};
