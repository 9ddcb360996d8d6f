// What a write does to rows, as sets: one set per type of row, with what is inserted, updated,
// removed, and relied on. The list of types is in one place (ports/store.h); everything that walks
// over changes (planning, merging, finding out what two writes have in common) is a loop over it.
#pragma once

#include <concepts>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

#include "base/uuid.h"

namespace cobro::ports {

// A row that can change: an update names the version that was read, and writes the next one.
template <class Row>
concept Versioned = requires(const Row& row) {
  { row.version } -> std::convertible_to<std::int64_t>;
};

// A row that the decision relied on without changing it. Its version is checked.
struct ReliedOn {
  base::Uuid id;
  std::int64_t version = 0;
};

template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  if (to.empty()) {
    to = std::move(from);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

template <class Row>
struct RowSet {
  std::vector<Row> inserted = {};
  std::vector<Row> updated = {};  // as they are to be, with the version that was read
  std::vector<Row> removed = {};  // as they were read
  std::vector<ReliedOn> relied_on = {};

  [[nodiscard]] bool empty() const {
    return inserted.empty() && updated.empty() && removed.empty() && relied_on.empty();
  }
};

// A set for each of the types, which are written in this order.
template <class... Rows>
class RowSets {
 public:
  template <class Row>
  [[nodiscard]] RowSet<Row>& of() {
    return std::get<RowSet<Row>>(sets_);
  }
  template <class Row>
  [[nodiscard]] const RowSet<Row>& of() const {
    return std::get<RowSet<Row>>(sets_);
  }
  // Calls `visit` with each set, in the order of the types.
  template <class Visit>
  void for_each(Visit&& visit) const {
    (visit(of<Rows>()), ...);
  }
  [[nodiscard]] bool empty() const { return (of<Rows>().empty() && ...); }
  void merge(RowSets other) { (merge_sets(of<Rows>(), std::move(other.template of<Rows>())), ...); }

 private:
  template <class Row>
  static void merge_sets(RowSet<Row>& to, RowSet<Row> from) {
    append(to.inserted, std::move(from.inserted));
    append(to.updated, std::move(from.updated));
    append(to.removed, std::move(from.removed));
    append(to.relied_on, std::move(from.relied_on));
  }

  std::tuple<RowSet<Rows>...> sets_;
};

}  // namespace cobro::ports
