#include "store/sql/changes.h"

#include <algorithm>
#include <type_traits>

#include "store/sql/entities.h"
#include "store/sql/plan_rows.h"

namespace cobro::store {

Touch rely_on(const Table& table, const ports::ReliedOn& row, const SqlTraits& traits) {
  const auto touches = traits.interleaves ? Touches::one : Touches::finds_one;
  return {row.id, {table.rely(traits.interleaves), params_of(row.id, row.version), touches}};
}

Statement remove_from(const Table& table, const base::Uuid& id) {
  return {table.remove(), params_of(id), Touches::one};
}

void add_sorted(std::vector<Statement>& statements, std::vector<Touch> touches) {
  std::ranges::sort(touches, {}, &Touch::id);
  for (auto& touch : touches) statements.push_back(std::move(touch.statement));
}

namespace {

using Statements = std::vector<Statement>;
using ports::Changes;

void add_items(Statements& statements, const domain::Order& order) {
  for (std::size_t i = 0; i < order.items.size(); ++i) statements.push_back(insert_item(order, i));
}

void add_items(Statements& statements, const Changes& changes) {
  Statements items;
  for (const auto& order : changes.inserted<domain::Order>()) add_items(items, order);
  for (const auto& order : changes.updated<domain::Order>()) {
    const auto replaced = std::ranges::find(changes.replaced_items, order.id);
    if (replaced == changes.replaced_items.end()) continue;
    statements.push_back(delete_items(order.id));
    add_items(items, order);
  }
  add_merged(statements, std::move(items));
}

// Records that wait, by key: those that are not open any more are left alone. A record that begins
// takes the place of an expired one.
void add_records_by_key(Statements& statements, const Changes& changes) {
  for (const auto& completed : changes.complete_records)
    statements.push_back(
        {"UPDATE records SET state = 'settled', expires_at = $2, version = version + 1 "
         "WHERE key = $1 AND state = 'open'",
         params_of(completed.key, completed.expires_at)});
  for (const auto& key : changes.release_records)
    statements.push_back({"DELETE FROM records WHERE key = $1 AND state = 'open'", params_of(key)});
  for (const auto& record : changes.inserted<ports::IdempotencyRecord>())
    statements.push_back(
        {"DELETE FROM records WHERE key = $1 AND state <> 'open' AND expires_at <= $2",
         params_of(record.key, record.created_at)});
}

// Those that a person resolved meanwhile are left alone.
void add_resolved_reviews(Statements& statements, const Changes& changes) {
  for (const auto& resolved : changes.resolve_reviews)
    statements.push_back(
        {"UPDATE reviews SET status = 'resolved', outcome = $2, resolved_by = 'gateway',"
         " resolved_at = $3, version = version + 1 WHERE call_id = $1 AND status = 'open'",
         params_of(resolved.call, resolved.outcome, resolved.at)});
}

// What is written beside the rows of a type: between those that were there and those that begin,
// and after both.
template <class Row>
void add_between(Statements& statements, const Changes& changes) {
  if constexpr (std::is_same_v<Row, ports::IdempotencyRecord>)
    add_records_by_key(statements, changes);
}
template <class Row>
void add_after(Statements& statements, const Changes& changes) {
  if constexpr (std::is_same_v<Row, domain::Order>) add_items(statements, changes);
  if constexpr (std::is_same_v<Row, domain::Review>) add_resolved_reviews(statements, changes);
}

}  // namespace

std::vector<Statement> plan_changes(const Changes& changes, const SqlTraits& traits) {
  Statements statements;
  changes.rows.for_each([&]<class Row>(const ports::RowSet<Row>& rows) {
    plan_old_rows(statements, rows, traits);
    add_between<Row>(statements, changes);
    plan_new_rows(statements, rows);
    add_after<Row>(statements, changes);
  });
  return statements;
}

std::optional<Statement> plan_was_committed(const ports::Changes& changes) {
  std::optional<Statement> found;
  changes.rows.for_each([&](const auto& rows) {
    if (!found) found = plan_exists(rows);
  });
  return found;
}

}  // namespace cobro::store
