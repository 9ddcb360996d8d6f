#include "wire/record.h"

#include <algorithm>

#include "wire/card_numbers.h"
#include "wire/form.h"

namespace cobro::wire {
namespace {

// Enough to mend any real form; a list of a million broken elements is no form.
constexpr std::size_t kMaxErrors = 100;

void add(FieldErrors& errors, FieldError error) {
  if (errors.size() < kMaxErrors) errors.push_back(std::move(error));
}

}  // namespace

void Reader::fail(FieldCode code, std::string message) {
  add(errors_, {path_.text(), code, std::move(message)});
}

void Reader::fail_type(std::string_view expected) {
  fail(FieldCode::wrong_type, "must be " + std::string(expected));
}

void Reader::fail_card() {
  add(cards_, {path_.text(), FieldCode::card_data_not_allowed, "must not hold a card number"});
}

FieldErrors Reader::take() {
  return std::move(cards_.empty() ? errors_ : cards_);
}

namespace detail {
namespace {

void read_field(const Json& record, void* out, const Field& field, Reader& reader) {
  const Path::Step step(reader.path(), field.name);
  const Json* value = record.find(field.name);
  const bool is_absent = value == nullptr;
  if (is_absent && field.type->optional_of != nullptr) return;
  if (is_absent || (value->is_null() && !field.type->accepts_null))
    return reader.fail(FieldCode::required, "is required");
  // The one way to an array in a query is to name a parameter twice.
  if (reader.from_text() && value->as_array() != nullptr)
    return reader.fail(FieldCode::invalid_format, "must be given once");
  field.type->read(*value, field.member(out), reader);
}

}  // namespace

void read_record(const Json& value, void* out, Fields fields, Reader& reader) {
  if (value.as_object() == nullptr) return reader.fail_type("an object");
  for (const auto& field : fields) read_field(value, out, field, reader);
}

void write_record(const void* value, Fields fields, std::string& out) {
  // The table serves reading too, hence its pointers to what may be written.
  void* record = const_cast<void*>(value);
  char separator = '{';
  for (const auto& field : fields) {
    const void* member = field.member(record);
    if (field.type->is_left_out != nullptr && field.type->is_left_out(member)) continue;
    out.push_back(separator);
    separator = ',';
    out.push_back('"');
    out += field.name;
    out += "\":";
    field.type->write(member, out);
  }
  if (separator == '{') out.push_back('{');
  out.push_back('}');
}

Json record_schema(Fields fields, SchemaRegistry& registry) {
  JsonObject properties;
  JsonArray required;
  for (const auto& field : fields) {
    properties.emplace_back(std::string(field.name), field.type->schema(registry));
    if (field.type->optional_of == nullptr) required.emplace_back(field.name);
  }
  Json schema = typed_schema("object");
  schema.set("properties", std::move(properties));
  if (!required.empty()) schema.set("required", std::move(required));
  return schema;
}

void scan_record(const Json& value, Fields fields, Reader& reader) {
  const auto* members = value.as_object();
  if (members == nullptr) return scan_all(value, reader);
  for (const auto& [name, member] : *members) {
    const Path::Step step(reader.path(), name);
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end())
      scan_all(member, reader);
    else
      field->type->scan(member, reader);
  }
}

void scan_all(const Json& value, Reader& reader) {
  if (const auto* text = value.as_string()) {
    if (contains_card_number(*text)) reader.fail_card();
  } else if (const auto* array = value.as_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      const Path::Step step(reader.path(), i);
      scan_all((*array)[i], reader);
    }
  } else if (const auto* object = value.as_object()) {
    for (const auto& [name, member] : *object) {
      const Path::Step step(reader.path(), name);
      scan_all(member, reader);
    }
  }
}

void scan_exempt(const Json& value, Reader& reader) {
  if (value.as_string() == nullptr) scan_all(value, reader);
}

FieldErrors read_document(const Json& document, void* out, const Type& type) {
  Reader reader(false);
  type.scan(document, reader);
  type.read(document, out, reader);
  return reader.take();
}

FieldErrors read_query(std::string_view query, void* out, const Type& type) {
  auto parameters = parse_form(query);
  if (!parameters) return {{"", FieldCode::invalid_format, "the query string is malformed"}};
  JsonObject object;
  for (auto& [name, value] : *parameters) {
    const auto known = std::ranges::find(object, name, &JsonMember::first);
    if (known == object.end())
      object.emplace_back(std::move(name), std::move(value));
    else if (auto* repeated = known->second.as_array())
      repeated->emplace_back(std::move(value));
    else
      known->second = JsonArray{std::move(known->second), std::move(value)};
  }
  Reader reader(true);
  const Json document(std::move(object));
  type.scan(document, reader);
  type.read(document, out, reader);
  return reader.take();
}

}  // namespace detail
}  // namespace cobro::wire
