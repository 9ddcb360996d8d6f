// Sets of rows as statements: a loop over types, whatever they are. A type of row needs no more
// than its `Stored` (store/sql/entities.h).
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "ports/row_sets.h"
#include "store/sql/statement.h"
#include "store/sql/table.h"
#include "store/sql/traits.h"

namespace cobro::store {

template <class Row>
struct Stored;

// A statement that needs a row of its own, in the order of whose ids those of one table go.
struct Touch {
  base::Uuid id;
  Statement statement;
};
Touch rely_on(const Table& table, const ports::ReliedOn& row, const SqlTraits& traits);
Statement remove_from(const Table& table, const base::Uuid& id);
void add_sorted(std::vector<Statement>& statements, std::vector<Touch> touches);

// What goes, what changes and what is relied on. It comes before what begins: what these rows held
// (a key of their table) is free then.
template <class Row>
void plan_old_rows(std::vector<Statement>& statements, const ports::RowSet<Row>& rows,
                   const SqlTraits& traits) {
  if constexpr (ports::Versioned<Row>) {
    const auto& table = Stored<Row>::table();
    std::vector<Touch> touches;
    for (const auto& row : rows.removed) {
      statements.push_back(rely_on(table, {row.id.uuid, row.version}, traits).statement);
      statements.push_back(remove_from(table, row.id.uuid));
    }
    for (const auto& row : rows.updated) touches.push_back({row.id.uuid, Stored<Row>::update(row)});
    for (const auto& row : rows.relied_on) touches.push_back(rely_on(table, row, traits));
    add_sorted(statements, std::move(touches));
  }
}

// What begins.
template <class Row>
void plan_new_rows(std::vector<Statement>& statements, const ports::RowSet<Row>& rows) {
  std::vector<Statement> inserts;
  for (const auto& row : rows.inserted) inserts.push_back(Stored<Row>::insert(row));
  add_merged(statements, std::move(inserts));
}

// Whether one of these rows is there; nothing when nothing is inserted that only these rows' own
// write can have inserted.
template <class Row>
std::optional<Statement> plan_exists(const ports::RowSet<Row>& rows) {
  if constexpr (requires { Stored<Row>::kReplaces; } || !requires { Stored<Row>::table(); }) {
    return std::nullopt;
  } else {
    if (rows.inserted.empty()) return std::nullopt;
    return Statement{Stored<Row>::table().exists(), params_of(rows.inserted.front().id)};
  }
}

}  // namespace cobro::store
