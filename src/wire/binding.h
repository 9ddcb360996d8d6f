// Described structs as the only source of reading, checking, writing and documenting JSON:
//
//   struct CreateItem {
//     wire::Text<1, 200> name;
//     wire::Int<1, 10'000> quantity;
//     wire::Decimal price;
//     std::optional<wire::Text<1, 500>> note;
//   };
//   BOOST_DESCRIBE_STRUCT(CreateItem, (), (name, quantity, price, note))
//
//   auto item = wire::decode<CreateItem>(json);   // all that is wrong, at once
//   auto text = wire::encode(*item);
//
// Members are required unless they are std::optional or Omittable; unknown members are
// ignored, but for card numbers, which are refused in every string that is not of a type
// of ids, references or dates. A named struct becomes a component of the OpenAPI document
// (wire/openapi.h), named by its innermost namespace and itself, or by its kSchemaName.
#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <cstring>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "wire/field_error.h"
#include "wire/record.h"
#include "wire/types.h"

namespace cobro::wire {

// What a type accepts and writes: specialise it for a type of one's own. `kCardExempt` is
// true for types of ids, references and dates.
template <class T>
struct Binding;

template <class T>
constexpr const Type* type_of();

// T, or everything that is wrong with the document: at most 100 errors.
template <class T>
base::Result<T, FieldErrors> decode(const Json& document) {
  T value{};
  auto errors = detail::read_document(document, &value, *type_of<T>());
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return value;
}

// Does the same from a raw query string. A parameter of T that is repeated is `invalid_format`.
template <class T>
base::Result<T, FieldErrors> decode_query(std::string_view query) {
  T value{};
  auto errors = detail::read_query(query, &value, *type_of<T>());
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return value;
}

// Appends the compact JSON of `value`: absent optionals as null, Omittables not at all.
template <class T>
void encode_to(const T& value, std::string& out) {
  type_of<T>()->write(&value, out);
}

template <class T>
std::string encode(const T& value) {
  std::string out;
  encode_to(value, out);
  return out;
}

// Writes T's JSON Schema (2020-12); for a named struct it is a reference.
template <class T>
Json schema_of(SchemaRegistry& registry) {
  return type_of<T>()->schema(registry);
}

namespace detail {

template <class T>
concept CardExempt = requires { requires Binding<T>::kCardExempt; };
template <class T>
concept OwnScan = requires(const Json& value, Reader& reader) { Binding<T>::scan(value, reader); };

template <class T>
void scan_as(const Json& value, Reader& reader) {
  if constexpr (OwnScan<T>)
    Binding<T>::scan(value, reader);
  else if constexpr (CardExempt<T>)
    scan_exempt(value, reader);
  else
    scan_all(value, reader);
}

template <class T>
constexpr Type make_type() {
  Type type{
      .read = [](const Json& value, void* out,
                 Reader& reader) { Binding<T>::read(value, *static_cast<T*>(out), reader); },
      .write = [](const void* value,
                  std::string& out) { Binding<T>::write(*static_cast<const T*>(value), out); },
      .schema = &Binding<T>::schema,
      .scan = &scan_as<T>,
  };
  if constexpr (requires { typename Binding<T>::OptionalOf; })
    type.optional_of = type_of<typename Binding<T>::OptionalOf>();
  if constexpr (requires { requires Binding<T>::kAcceptsNull; }) type.accepts_null = true;
  if constexpr (requires { &Binding<T>::is_left_out; })
    type.is_left_out = [](const void* value) {
      return Binding<T>::is_left_out(*static_cast<const T*>(value));
    };
  return type;
}

template <class T>
inline constexpr Type kType = make_type<T>();

// A member's or enumerator's name as the wire has it, made by the compiler.
template <class Described, bool Camel>
struct WireName {
  static constexpr std::size_t kCapacity = std::char_traits<char>::length(Described::name) + 1;
  struct Made {
    std::array<char, kCapacity> text{};
    std::size_t length = 0;
  };
  static constexpr Made make() {
    Made made;
    bool raise = false;
    for (std::size_t i = 0; i + 1 < kCapacity; ++i) {
      const char c = Described::name[i];
      const bool is_last = i + 2 == kCapacity;
      if (c == '_' && (Camel || is_last)) {
        raise = true;
        continue;
      }
      made.text[made.length++] = raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      raise = false;
    }
    return made;
  }
  static constexpr Made kMade = make();
  static constexpr std::string_view kText{kMade.text.data(), kMade.length};
};

template <class T>
concept CamelNamed = requires { requires std::is_same_v<typename T::wire_names, CamelCase>; };

template <class T, class Member>
void* member_of(void* record) {
  return &(static_cast<T*>(record)->*Member::pointer);
}

template <class T, template <class...> class L, class... Member>
constexpr std::array<Field, sizeof...(Member)> make_fields(L<Member...>) {
  return {Field{WireName<Member, CamelNamed<T>>::kText,
                type_of<std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>>(),
                &member_of<T, Member>}...};
}

template <class T>
inline constexpr auto kFields =
    make_fields<T>(boost::describe::describe_members<T, boost::describe::mod_public |
                                                            boost::describe::mod_inherited>{});

template <template <class...> class L, class... Word>
constexpr std::array<EnumWord, sizeof...(Word)> make_words(L<Word...>) {
  return {EnumWord{WireName<Word, false>::kText, static_cast<int>(Word::value)}...};
}

template <class T>
inline constexpr auto kWords = make_words(boost::describe::describe_enumerators<T>{});

// The compiler's own spelling of T, with its namespaces.
template <class T>
constexpr std::string_view qualified_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

template <class T>
std::string component_name() {
  if constexpr (requires { T::kSchemaName; })
    return std::string(T::kSchemaName);
  else
    return schema_name(qualified_name<T>());
}

}  // namespace detail

template <class T>
constexpr const Type* type_of() {
  return &detail::kType<T>;
}

template <class T>
constexpr Fields fields_of() {
  return detail::kFields<T>;
}

// The word of a described enumerator.
template <class T>
  requires std::is_enum_v<T>
std::string_view to_string(T value) {
  return detail::enum_word(static_cast<int>(value), detail::kWords<T>);
}

template <class T>
  requires boost::describe::has_describe_members<T>::value
struct Binding<T> {
  static void read(const Json& value, T& out, Reader& reader) {
    detail::read_record(value, &out, detail::kFields<T>, reader);
  }
  static void write(const T& value, std::string& out) {
    detail::write_record(&value, detail::kFields<T>, out);
  }
  static Json own_schema(SchemaRegistry& registry) {
    return detail::record_schema(detail::kFields<T>, registry);
  }
  static Json schema(SchemaRegistry& registry) {
    const auto name = detail::component_name<T>();
    return name.empty() ? own_schema(registry) : registry.reference(name, &own_schema);
  }
  static void scan(const Json& value, Reader& reader) {
    detail::scan_record(value, detail::kFields<T>, reader);
  }
};

template <class T>
  requires boost::describe::has_describe_enumerators<T>::value
struct Binding<T> {
  static void read(const Json& value, T& out, Reader& reader) {
    int number = static_cast<int>(out);
    detail::read_enum(value, number, detail::kWords<T>, reader);
    out = static_cast<T>(number);
  }
  static void write(T value, std::string& out) { append_json_string(to_string(value), out); }
  static Json schema(SchemaRegistry&) { return detail::enum_schema(detail::kWords<T>); }
};

namespace detail {

template <class Optional, class T>
struct OptionalBinding {
  using OptionalOf = T;
  static constexpr bool kAcceptsNull = true;
  static void read(const Json& value, Optional& out, Reader& reader) {
    if (!value.is_null()) type_of<T>()->read(value, &out.emplace(), reader);
  }
  static void write(const Optional& value, std::string& out) {
    if (value)
      type_of<T>()->write(&*value, out);
    else
      out += "null";
  }
  static Json schema(SchemaRegistry& registry) { return nullable(type_of<T>()->schema(registry)); }
  static void scan(const Json& value, Reader& reader) { type_of<T>()->scan(value, reader); }
};

template <class Vector, class T>
struct ListBinding {
  static void read_up_to(const Json& value, Vector& out, Limits count, Reader& reader) {
    const auto* array = read_array(value, count, reader);
    if (array == nullptr) return;
    out.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
      const Path::Step step(reader.path(), i);
      type_of<T>()->read((*array)[i], &out.emplace_back(), reader);
    }
  }
  static void write(const Vector& value, std::string& out) {
    out.push_back('[');
    for (const auto& element : value) {
      if (&element != value.data()) out.push_back(',');
      type_of<T>()->write(&element, out);
    }
    out.push_back(']');
  }
  static void scan(const Json& value, Reader& reader) {
    const auto* array = value.as_array();
    if (array == nullptr) return scan_all(value, reader);
    for (std::size_t i = 0; i < array->size(); ++i) {
      const Path::Step step(reader.path(), i);
      type_of<T>()->scan((*array)[i], reader);
    }
  }
};

}  // namespace detail

template <class T>
struct Binding<std::optional<T>> : detail::OptionalBinding<std::optional<T>, T> {};

template <class T>
struct Binding<Omittable<T>> : detail::OptionalBinding<Omittable<T>, T> {
  static bool is_left_out(const Omittable<T>& value) { return !value.has_value(); }
  static Json schema(SchemaRegistry& registry) { return type_of<T>()->schema(registry); }
};

// Without limits of its own a list is read up to 1,000 elements.
template <class T>
struct Binding<std::vector<T>> : detail::ListBinding<std::vector<T>, T> {
  static void read(const Json& value, std::vector<T>& out, Reader& reader) {
    Binding::read_up_to(value, out, {0, 1000}, reader);
  }
  static Json schema(SchemaRegistry& registry) {
    return detail::array_schema(type_of<T>()->schema(registry), {});
  }
};

template <class T, std::size_t Min, std::size_t Max>
struct Binding<List<T, Min, Max>> : detail::ListBinding<List<T, Min, Max>, T> {
  static void read(const Json& value, List<T, Min, Max>& out, Reader& reader) {
    Binding::read_up_to(value, out, {Min, Max}, reader);
  }
  static Json schema(SchemaRegistry& registry) {
    return detail::array_schema(type_of<T>()->schema(registry), {Min, Max});
  }
};

template <>
struct Binding<bool> {
  static void read(const Json& value, bool& out, Reader& reader) {
    detail::read_bool(value, out, reader);
  }
  static void write(bool value, std::string& out) { out += value ? "true" : "false"; }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("boolean"); }
};

template <>
struct Binding<std::int64_t> {
  static void read(const Json& value, std::int64_t& out, Reader& reader) {
    detail::read_integer(value, out, INT64_MIN, INT64_MAX, reader);
  }
  static void write(std::int64_t value, std::string& out) { out += std::to_string(value); }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("integer"); }
};

template <>
struct Binding<int> {
  static void read(const Json& value, int& out, Reader& reader) {
    std::int64_t wide = 0;
    detail::read_integer(value, wide, INT32_MIN, INT32_MAX, reader);
    out = static_cast<int>(wide);
  }
  static void write(int value, std::string& out) { out += std::to_string(value); }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("integer"); }
};

template <std::int64_t Min, std::int64_t Max>
struct Binding<Int<Min, Max>> {
  static void read(const Json& value, Int<Min, Max>& out, Reader& reader) {
    detail::read_integer(value, out.value, Min, Max, reader);
  }
  static void write(const Int<Min, Max>& value, std::string& out) {
    out += std::to_string(value.value);
  }
  static Json schema(SchemaRegistry&) { return detail::integer_schema(Min, Max); }
};

template <>
struct Binding<Decimal> {
  static void read(const Json& value, Decimal& out, Reader& reader) {
    detail::read_decimal(value, out.text, reader);
  }
  static void write(const Decimal& value, std::string& out) {
    detail::write_number(value.text, out);
  }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("number"); }
};

template <>
struct Binding<std::string> {
  static void read(const Json& value, std::string& out, Reader& reader) {
    detail::read_text(value, out, {}, reader);
  }
  static void write(const std::string& value, std::string& out) { append_json_string(value, out); }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("string"); }
};

template <std::size_t Min, std::size_t Max>
struct Binding<Text<Min, Max>> {
  static void read(const Json& value, Text<Min, Max>& out, Reader& reader) {
    detail::read_text(value, out.text, {Min, Max}, reader);
  }
  static void write(const Text<Min, Max>& value, std::string& out) {
    append_json_string(value.text, out);
  }
  static Json schema(SchemaRegistry&) { return detail::text_schema({Min, Max}); }
};

template <std::size_t Min, std::size_t Max>
struct Binding<Reference<Min, Max>> {
  static constexpr bool kCardExempt = true;
  static void read(const Json& value, Reference<Min, Max>& out, Reader& reader) {
    detail::read_text(value, out.text, {Min, Max}, reader);
  }
  static void write(const Reference<Min, Max>& value, std::string& out) {
    append_json_string(value.text, out);
  }
  static Json schema(SchemaRegistry&) { return detail::text_schema({Min, Max}); }
};

template <std::size_t MaxText>
struct Binding<IntOrText<MaxText>> {
  static constexpr bool kCardExempt = true;
  static void read(const Json& value, IntOrText<MaxText>& out, Reader& reader) {
    detail::read_id(value, out.text, out.is_integer, MaxText, reader);
  }
  static void write(const IntOrText<MaxText>& value, std::string& out) {
    if (value.is_integer)
      detail::write_number(value.text, out);
    else
      append_json_string(value.text, out);
  }
  static Json schema(SchemaRegistry&) {
    Json schema;
    return schema.set("type", JsonArray{"integer", "string"});
  }
};

template <>
struct Binding<Any> {
  static constexpr bool kAcceptsNull = true;
  static void read(const Json& value, Any& out, Reader&) { out.json = value; }
  static void write(const Any& value, std::string& out) { append_text(value.json, out); }
  static Json schema(SchemaRegistry&) { return JsonObject{}; }
};

template <std::size_t MaxBytes>
struct Binding<AnyObjectUpTo<MaxBytes>> {
  static void read(const Json& value, AnyObjectUpTo<MaxBytes>& out, Reader& reader) {
    detail::read_object_up_to(value, out.json, MaxBytes, reader);
  }
  static void write(const AnyObjectUpTo<MaxBytes>& value, std::string& out) {
    append_text(value.json, out);
  }
  static Json schema(SchemaRegistry&) { return detail::typed_schema("object"); }
};

template <std::size_t MaxKeys, std::size_t MaxKey, std::size_t MaxValue>
struct Binding<StringMap<MaxKeys, MaxKey, MaxValue>> {
  using Map = StringMap<MaxKeys, MaxKey, MaxValue>;
  static void read(const Json& value, Map& out, Reader& reader) {
    detail::read_string_map(value, out.entries, {MaxKeys, MaxKey, MaxValue}, reader);
  }
  static void write(const Map& value, std::string& out) {
    detail::write_string_map(value.entries, out);
  }
  static Json schema(SchemaRegistry&) {
    return detail::string_map_schema({MaxKeys, MaxKey, MaxValue});
  }
};

template <>
struct Binding<base::Timestamp> {
  static constexpr bool kCardExempt = true;
  static void read(const Json& value, base::Timestamp& out, Reader& reader);
  static void write(base::Timestamp value, std::string& out);
  static Json schema(SchemaRegistry&) { return detail::formatted_schema("date-time"); }
};

template <>
struct Binding<base::Uuid> {
  static constexpr bool kCardExempt = true;
  static void read(const Json& value, base::Uuid& out, Reader& reader);
  static void write(const base::Uuid& value, std::string& out);
  static Json schema(SchemaRegistry&) { return detail::formatted_schema("uuid"); }
};

template <class Tag>
struct Binding<base::Id<Tag>> {
  static constexpr bool kCardExempt = true;
  static void read(const Json& value, base::Id<Tag>& out, Reader& reader) {
    Binding<base::Uuid>::read(value, out.uuid, reader);
  }
  static void write(const base::Id<Tag>& value, std::string& out) {
    Binding<base::Uuid>::write(value.uuid, out);
  }
  static Json schema(SchemaRegistry&) { return detail::formatted_schema("uuid"); }
};

}  // namespace cobro::wire
