// What binding.h knows of a type, without the type: tables of functions and fields that
// the compiler makes from a described struct. The walks over them are ordinary functions,
// so that a DTO costs a table and not a copy of the algorithms.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "wire/field_error.h"
#include "wire/json.h"
#include "wire/path.h"
#include "wire/schema.h"

namespace cobro::wire {

// Collects what is wrong while a document is read, at the place where the walk is.
class Reader {
 public:
  // In a query every value is text: integers, booleans and the like are read from it.
  explicit Reader(bool from_text) : from_text_(from_text) {}

  [[nodiscard]] bool from_text() const { return from_text_; }
  [[nodiscard]] Path& path() { return path_; }
  void fail(FieldCode code, std::string message);
  // Reports "must be <expected>".
  void fail_type(std::string_view expected);
  // Reports that a card number stands at this place.
  void fail_card();
  // Gives what was found. Card data, when there was any, is all of it.
  [[nodiscard]] FieldErrors take();

 private:
  bool from_text_;
  Path path_;
  FieldErrors errors_;
  FieldErrors cards_;
};

// A type as functions on values that are handed in by address.
struct Type {
  void (*read)(const Json& value, void* out, Reader& reader) = nullptr;
  void (*write)(const void* value, std::string& out) = nullptr;
  Json (*schema)(SchemaRegistry& registry) = nullptr;
  // Reports the card numbers in what may be of this type, or of any other.
  void (*scan)(const Json& value, Reader& reader) = nullptr;
  const Type* optional_of = nullptr;  // for an optional: of what
  bool accepts_null = false;
  // Says whether this value is absent, for what an answer leaves out.
  bool (*is_left_out)(const void* value) = nullptr;
};

struct Field {
  std::string_view name;
  const Type* type = nullptr;
  void* (*member)(void* record) = nullptr;
};
using Fields = std::span<const Field>;

struct EnumWord {
  std::string_view word;
  int value;
};

namespace detail {

void read_record(const Json& value, void* out, Fields fields, Reader& reader);
void write_record(const void* value, Fields fields, std::string& out);
Json record_schema(Fields fields, SchemaRegistry& registry);
void scan_record(const Json& value, Fields fields, Reader& reader);

struct Limits {
  std::size_t min = 0;
  std::size_t max = static_cast<std::size_t>(-1);
};
void read_text(const Json& value, std::string& out, Limits length, Reader& reader);
Json text_schema(Limits length);
void read_integer(const Json& value, std::int64_t& out, std::int64_t min, std::int64_t max,
                  Reader& reader);
Json integer_schema(std::int64_t min, std::int64_t max);
void read_decimal(const Json& value, std::string& out, Reader& reader);
void write_number(const std::string& text, std::string& out);
void read_bool(const Json& value, bool& out, Reader& reader);
void read_enum(const Json& value, int& out, std::span<const EnumWord> words, Reader& reader);
std::string_view enum_word(int value, std::span<const EnumWord> words);
Json enum_schema(std::span<const EnumWord> words);
void read_id(const Json& value, std::string& text, bool& is_integer, std::size_t max,
             Reader& reader);
// Gives the elements; null when the value is no array of an allowed length.
const JsonArray* read_array(const Json& value, Limits count, Reader& reader);
Json array_schema(Json items, Limits count);
void read_object_up_to(const Json& value, Json& out, std::size_t max_bytes, Reader& reader);
using Entries = std::vector<std::pair<std::string, std::string>>;
struct MapLimits {
  std::size_t keys;
  std::size_t key;
  std::size_t value;
};
void read_string_map(const Json& value, Entries& out, MapLimits limits, Reader& reader);
void write_string_map(const Entries& entries, std::string& out);
Json string_map_schema(MapLimits limits);
Json formatted_schema(std::string_view format);
Json typed_schema(std::string_view type);
// Gives the same schema with null allowed.
Json nullable(Json schema);
// Looks at every string in it.
void scan_all(const Json& value, Reader& reader);
// Passes over an id or a date, and looks at anything else in its place.
void scan_exempt(const Json& value, Reader& reader);
// "CreateOrder" in `cobro::surfaces::platform` is "PlatformCreateOrder"; empty for a
// template, which has no name of its own.
std::string schema_name(std::string_view qualified);
FieldErrors read_query(std::string_view query, void* out, const Type& type);
FieldErrors read_document(const Json& document, void* out, const Type& type);

}  // namespace detail
}  // namespace cobro::wire
