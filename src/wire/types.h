// Types of DTO members. Each says what it accepts, so that a described struct is the one
// source of decoding, validation, encoding and schema (wire/binding.h). Lengths of texts
// count Unicode code points. All can be filled by hand for answers, where no limit is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wire/json.h"

namespace cobro::wire {

// A number by its exact text. Reads a JSON number or a string that holds one, up to 40
// characters; writes a JSON number.
struct Decimal {
  std::string text = "0";
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
// Whether the text is a number by the grammar of JSON: "-0.50", "2.999e1"; not "+1", ".5", "01",
// "NaN".
bool is_json_number(std::string_view text);

// A text without control characters but line feed and tab.
template <std::size_t Min, std::size_t Max>
struct Text {
  std::string text;
  friend bool operator==(const Text&, const Text&) = default;
};

// A Text that is an id, a reference or a date: exempt from the search for card numbers.
template <std::size_t Min, std::size_t Max>
struct Reference {
  std::string text;
  friend bool operator==(const Reference&, const Reference&) = default;
};

template <std::int64_t Min, std::int64_t Max>
struct Int {
  std::int64_t value = 0;
  friend bool operator==(const Int&, const Int&) = default;
};

template <class T, std::size_t Min, std::size_t Max>
struct List : std::vector<T> {
  using std::vector<T>::vector;
};

// Like std::optional, but an absent value is left out of answers instead of null.
template <class T>
struct Omittable : std::optional<T> {
  using std::optional<T>::optional;
};

// Any JSON object of up to MaxBytes, written compactly.
template <std::size_t MaxBytes>
struct AnyObjectUpTo {
  Json json = JsonObject{};
  friend bool operator==(const AnyObjectUpTo&, const AnyObjectUpTo&) = default;
};
using AnyObject = AnyObjectUpTo<16 * 1024>;

// Any JSON value, null included.
struct Any {
  Json json;
  friend bool operator==(const Any&, const Any&) = default;
};

// An id that may be written as an integer or as text, and goes out as it came. It is not searched
// for card numbers.
template <std::size_t MaxText>
struct IntOrText {
  std::string text;
  bool is_integer = false;
  friend bool operator==(const IntOrText&, const IntOrText&) = default;
};

// A flat object of texts. Numbers and booleans are kept as their text, null members left out.
template <std::size_t MaxKeys, std::size_t MaxKey, std::size_t MaxValue>
struct StringMap {
  std::vector<std::pair<std::string, std::string>> entries;  // keys unique, in their order
  friend bool operator==(const StringMap&, const StringMap&) = default;
};

// `using wire_names = CamelCase;` in a described struct: its members are named in snake_case
// here and in camelCase on the wire. Without it the names are the same. In both cases, and
// for enumerators, one trailing underscore is dropped (`default_`).
struct CamelCase {};

}  // namespace cobro::wire
