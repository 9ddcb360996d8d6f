#include "wire/binding.h"
namespace cobro::wire {

void Binding<base::Timestamp>::read(const Json& value, base::Timestamp& out, Reader& reader) {
  const auto* text = value.as_string();
  if (text == nullptr) return reader.fail_type("a string");
  const auto instant = base::parse_iso8601(*text);
  if (!instant) return reader.fail(FieldCode::invalid_format, "must be an ISO 8601 date and time");
  out = *instant;
}

void Binding<base::Timestamp>::write(base::Timestamp value, std::string& out) {
  append_json_string(base::to_iso8601(value), out);
}

void Binding<base::Uuid>::read(const Json& value, base::Uuid& out, Reader& reader) {
  const auto* text = value.as_string();
  if (text == nullptr) return reader.fail_type("a string");
  const auto id = base::Uuid::parse(*text);
  if (!id) return reader.fail(FieldCode::invalid_format, "must be a UUID");
  out = *id;
}

void Binding<base::Uuid>::write(const base::Uuid& value, std::string& out) {
  append_json_string(value.to_string(), out);
}

std::string_view to_word(FieldCode code) {
  return to_string(code);
}

bool is_card_refusal(const FieldErrors& errors) {
  return !errors.empty() && errors.front().code == FieldCode::card_data_not_allowed;
}

}  // namespace cobro::wire
