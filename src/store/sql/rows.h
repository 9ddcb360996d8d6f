// What a statement answered: all cells in one block of bytes, for both databases, and a cursor that
// reads a row's cells in the order of its columns. PostgreSQL's cells are text; SQLite's are text
// or whole numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/money.h"
#include "store/sql/words.h"

namespace cobro::store {

class Rows {
 public:
  explicit Rows(std::size_t columns = 0) : columns_(columns) {}

  void add_null();
  void add(std::string_view text);
  void add(std::int64_t number);

  [[nodiscard]] std::size_t size() const { return columns_ == 0 ? 0 : ends_.size() / columns_; }
  [[nodiscard]] bool empty() const { return ends_.empty(); }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  // Nothing when the cell is NULL, or a number.
  [[nodiscard]] std::optional<std::string_view> cell(std::size_t row, std::size_t column) const;
  // Nothing when the cell is NULL, or a text.
  [[nodiscard]] std::optional<std::int64_t> number(std::size_t row, std::size_t column) const;

 private:
  enum class Kind : std::uint8_t { null, text, number };
  struct End {
    std::uint32_t offset;  // of the byte behind the cell
    Kind kind;
  };
  struct Found {
    Kind kind;
    std::string_view bytes;
  };
  [[nodiscard]] Found find(std::size_t row, std::size_t column) const;
  void end_cell(Kind kind) { ends_.push_back({static_cast<std::uint32_t>(bytes_.size()), kind}); }
  std::size_t columns_;
  std::string bytes_;
  std::vector<End> ends_;
};

// Reads one row's cells from left to right.
class Cells {
 public:
  Cells(const Rows& rows, std::size_t row, std::size_t column = 0)
      : rows_(rows), row_(row), column_(column) {}

  std::int64_t int64();
  bool flag() { return int64() != 0; }
  std::string text();
  base::Timestamp time() { return {int64()}; }
  base::Uuid uuid();
  template <class IdType>
  IdType id() {
    return IdType{uuid()};
  }
  domain::Currency currency();
  domain::Money money(domain::Currency currency) { return {int64(), currency}; }
  template <class E>
  E enum_value(std::string_view what) {
    return read_word<E>(present(), what);
  }

  // Reads a nullable cell with one of the above: opt([&] { return cells.text(); }).
  template <class Read>
  auto opt(Read read) -> std::optional<decltype(read())> {
    if (null()) {
      ++column_;
      return std::nullopt;
    }
    return read();
  }
  std::optional<std::string> opt_text() {
    return opt([this] { return text(); });
  }
  std::optional<std::int64_t> opt_int64() {
    return opt([this] { return int64(); });
  }
  std::optional<base::Timestamp> opt_time() {
    return opt([this] { return time(); });
  }
  template <class IdType>
  std::optional<IdType> opt_id() {
    return opt([this] { return id<IdType>(); });
  }
  template <class E>
  std::optional<E> opt_enum(std::string_view what) {
    return opt([this, what] { return enum_value<E>(what); });
  }

 private:
  [[nodiscard]] bool null() const { return rows_.is_null(row_, column_); }
  // A number in a cell that is read as text, as its digits; it lives until the next cell is read.
  std::string_view present();
  const Rows& rows_;
  std::size_t row_;
  std::size_t column_;
  std::string digits_;
};

}  // namespace cobro::store
