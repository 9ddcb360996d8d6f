// One SQL statement with its parameters, for either database. The text is one of a closed
// set that lives for ever and ends in NUL (a literal, or a string built once), so that each
// connection keeps it prepared under its address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/money.h"
#include "domain/words.h"
#include "store/sql/words.h"

namespace cobro::store {

// What a parameter is, said also where it is NULL: a text that does not compare it with a column
// must say so.
enum class ParamType : std::uint8_t { number, text, id, json };

struct Param {
  std::variant<std::monostate, std::int64_t, std::string, base::Uuid> value = {};
  ParamType type = ParamType::text;
};

// Parameters in their order, $1 first. What C++ type becomes what is said once, here.
class Params {
 public:
  Params() { values_.reserve(kUsual); }

  Params& add(std::int64_t value) { return put(value, ParamType::number); }
  Params& add(bool value) { return add(std::int64_t{value ? 1 : 0}); }
  // U+0000, which PostgreSQL cannot keep, becomes U+FFFD on both databases.
  Params& add(std::string_view text) { return put(kept(text), ParamType::text); }
  Params& add(const std::string& text) { return add(std::string_view(text)); }
  Params& add(const char* text) { return add(std::string_view(text)); }
  Params& add(base::Timestamp instant) { return add(instant.micros); }
  Params& add(const base::Uuid& id) { return put(id, ParamType::id); }
  template <class Tag>
  Params& add(const base::Id<Tag>& id) {
    return add(id.uuid);
  }
  template <class E>
    requires std::is_enum_v<E>
  Params& add(E value) {
    return put(std::string(to_string(value)), ParamType::text);
  }
  template <class T>
  Params& add(const std::optional<T>& value) {
    return value ? add(*value) : null(type_of(static_cast<const T*>(nullptr)));
  }
  // A document for a column of type json.
  Params& json(const std::string& document) { return put(kept(document), ParamType::json); }
  Params& json(const std::optional<std::string>& document) {
    return document ? json(*document) : null(ParamType::json);
  }
  Params& null(ParamType type = ParamType::text) { return put(std::monostate{}, type); }

  std::vector<Param> take() && { return std::move(values_); }

 private:
  static constexpr std::size_t kUsual = 24;
  static constexpr ParamType type_of(const void*) { return ParamType::text; }
  static constexpr ParamType type_of(const std::int64_t*) { return ParamType::number; }
  static constexpr ParamType type_of(const bool*) { return ParamType::number; }
  static constexpr ParamType type_of(const base::Timestamp*) { return ParamType::number; }
  static constexpr ParamType type_of(const base::Uuid*) { return ParamType::id; }
  template <class Tag>
  static constexpr ParamType type_of(const base::Id<Tag>*) {
    return ParamType::id;
  }
  static std::string kept(std::string_view text);
  template <class T>
  Params& put(T value, ParamType type) {
    values_.push_back({std::move(value), type});
    return *this;
  }
  std::vector<Param> values_;
};

// How many rows a statement must touch, or find. SQLite checks it at once; PostgreSQL's snapshot
// makes a row that vanished a serialisation failure by itself.
enum class Touches { any, one, finds_one };

template <class... Values>
std::vector<Param> params_of(const Values&... values) {
  Params params;
  (params.add(values), ...);
  return std::move(params).take();
}

struct Statement {
  std::string_view text;
  std::vector<Param> params = {};
  Touches touches = Touches::any;
  std::size_t times = 1;  // it stands for so many of these
};

// Adds inserts of single rows; those that stand together with one text become inserts of up to
// sixteen rows, so that a table takes few statements.
void add_merged(std::vector<Statement>& statements, std::vector<Statement> inserts);

// Keeps a text for ever, the same text at the same address: for texts that are put together
// from a small number of pieces. Callable from any thread.
std::string_view interned(std::string text);

}  // namespace cobro::store
