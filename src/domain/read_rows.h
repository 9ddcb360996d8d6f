// Rows that hang on something that was read, where a decision may do without them: they were read,
// or they were not, and nobody takes the one for the other.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace cobro::domain {

// Thrown when rows are asked for that were not read. Whoever reads for a decision catches it, reads
// everything, and lets it decide again.
class NotRead : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override {
    return "rows were asked for that were not read";
  }
};

// A vector that may be unknown. Made without more it is known, and empty. Everything but `is_read`
// throws NotRead when it is unknown.
template <class Row>
class ReadRows {
 public:
  using value_type = Row;

  ReadRows() : rows_(std::in_place) {}
  ReadRows(std::vector<Row> rows) : rows_(std::move(rows)) {}  // NOLINT: it is such a vector
  ReadRows(std::initializer_list<Row> rows) : rows_(rows) {}
  static ReadRows not_read() {
    ReadRows unknown;
    unknown.rows_.reset();
    return unknown;
  }

  [[nodiscard]] bool is_read() const { return rows_.has_value(); }
  [[nodiscard]] const std::vector<Row>& all() const { return known(*this); }
  [[nodiscard]] std::vector<Row>& all() { return known(*this); }
  operator const std::vector<Row>&() const { return all(); }  // NOLINT: for who takes vectors

  [[nodiscard]] auto begin() const { return all().begin(); }
  [[nodiscard]] auto end() const { return all().end(); }
  [[nodiscard]] auto begin() { return all().begin(); }
  [[nodiscard]] auto end() { return all().end(); }
  [[nodiscard]] std::size_t size() const { return all().size(); }
  [[nodiscard]] bool empty() const { return all().empty(); }
  [[nodiscard]] const Row& operator[](std::size_t i) const { return all()[i]; }
  [[nodiscard]] Row& operator[](std::size_t i) { return all()[i]; }
  [[nodiscard]] const Row& at(std::size_t i) const { return all().at(i); }
  [[nodiscard]] Row& at(std::size_t i) { return all().at(i); }
  [[nodiscard]] const Row& front() const { return all().front(); }
  [[nodiscard]] Row& front() { return all().front(); }
  [[nodiscard]] const Row& back() const { return all().back(); }
  [[nodiscard]] Row& back() { return all().back(); }
  void push_back(Row row) { all().push_back(std::move(row)); }

 private:
  template <class Self>
  static auto& known(Self& self) {
    if (!self.rows_) throw NotRead();
    return *self.rows_;
  }
  std::optional<std::vector<Row>> rows_;
};

}  // namespace cobro::domain
