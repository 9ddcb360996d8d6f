#include "store/sql/changes.h"

#include <algorithm>

#include "store/sql/entities.h"

namespace cobro::store {
namespace {

using Statements = std::vector<Statement>;

template <class T>
void add_inserts(Statements& statements, const std::vector<T>& rows) {
  for (const auto& row : rows) statements.push_back(insert(row));
}

// A row that is updated or relied on; the statements of one table go by id.
struct Touch {
  base::Uuid id;
  Statement statement;
};

template <class T>
std::vector<Touch> updates(const std::vector<T>& rows) {
  std::vector<Touch> touches;
  for (const auto& row : rows) touches.push_back({row.id.uuid, update(row)});
  return touches;
}

void add_sorted(Statements& statements, std::vector<Touch> touches) {
  std::ranges::sort(touches, {}, &Touch::id);
  for (auto& touch : touches) statements.push_back(std::move(touch.statement));
}

template <class IdType>
Touch rely(const Table& table, IdType id, std::int64_t version) {
  Params params;
  params.add(id).add(version);
  return {id.uuid, {table.rely(), std::move(params).take(), Touches::one}};
}

void add_orders(Statements& statements, const ports::Changes& changes) {
  auto touches = updates(changes.update_orders);
  for (const auto& row : changes.relied_on)
    if (row.order) touches.push_back(rely(orders(), *row.order, row.version));
  add_sorted(statements, std::move(touches));
  if (changes.replace_items)
    for (const auto& order : changes.update_orders) {
      statements.push_back(delete_items(order.id));
      for (std::size_t i = 0; i < order.items.size(); ++i)
        statements.push_back(insert_item(order, i));
    }
  for (const auto& order : changes.insert_orders) {
    statements.push_back(insert(order));
    for (std::size_t i = 0; i < order.items.size(); ++i)
      statements.push_back(insert_item(order, i));
  }
}

void add_payments(Statements& statements, const ports::Changes& changes) {
  auto touches = updates(changes.update_payments);
  for (const auto& row : changes.relied_on)
    if (row.payment) touches.push_back(rely(payments(), *row.payment, row.version));
  add_sorted(statements, std::move(touches));
  add_inserts(statements, changes.insert_payments);
}

// Calls that end come before those that begin: the key of open ones is free then.
template <class T>
void add_rows(Statements& statements, const std::vector<T>& updated,
              const std::vector<T>& inserted) {
  add_sorted(statements, updates(updated));
  add_inserts(statements, inserted);
}

void add_delete_record(Statements& statements, const ports::IdempotencyRecord& record) {
  statements.push_back(rely(records(), record.id, record.version).statement);
  Params params;
  params.add(record.id);
  statements.push_back(
      {"DELETE FROM records WHERE id = $1", std::move(params).take(), Touches::one});
}

void add_insert_record(Statements& statements, const ports::IdempotencyRecord& record) {
  Params params;
  params.add(record.key).add(record.created_at);
  statements.push_back(
      {"DELETE FROM records WHERE key = $1 AND state <> 'open' AND expires_at <= $2",
       std::move(params).take()});
  statements.push_back(insert(record));
}

// Records that wait, by key: those that are not open any more are left alone.
void add_completed(Statements& statements, const ports::Changes& changes) {
  for (const auto& settled : changes.complete_records) {
    Params params;
    params.add(settled.key).add(settled.expires_at);
    statements.push_back(
        {"UPDATE records SET state = 'settled', expires_at = $2, version = version + 1 "
         "WHERE key = $1 AND state = 'open'",
         std::move(params).take()});
  }
  for (const auto& key : changes.release_records) {
    Params params;
    params.add(key);
    statements.push_back(
        {"DELETE FROM records WHERE key = $1 AND state = 'open'", std::move(params).take()});
  }
}

void add_records(Statements& statements, const ports::Changes& changes) {
  if (changes.delete_record) add_delete_record(statements, *changes.delete_record);
  if (changes.update_record) statements.push_back(update(*changes.update_record));
  add_completed(statements, changes);
  if (changes.insert_record) add_insert_record(statements, *changes.insert_record);
}

// Those that a person resolved meanwhile are left alone.
void add_reviews(Statements& statements, const ports::Changes& changes) {
  add_rows(statements, changes.update_reviews, changes.insert_reviews);
  for (const auto& settled : changes.resolve_reviews) {
    Params params;
    params.add(settled.call).add(settled.outcome).add(settled.at);
    statements.push_back(
        {"UPDATE reviews SET status = 'resolved', outcome = $2, resolved_by = 'gateway',"
         " resolved_at = $3, version = version + 1 WHERE call_id = $1 AND status = 'open'",
         std::move(params).take()});
  }
}

// Before payments, which may refer to them.
void add_subscribers(Statements& statements, const ports::Changes& changes) {
  add_rows(statements, changes.update_customers, changes.insert_customers);
  add_rows(statements, changes.update_methods, changes.insert_methods);
  add_rows(statements, changes.update_subscriptions, changes.insert_subscriptions);
  add_inserts(statements, changes.insert_status_changes);
}

void add_claims(Statements& statements, const ports::Changes& changes) {
  add_rows(statements, changes.update_checkouts, changes.insert_checkouts);
  add_rows(statements, changes.update_disputes, changes.insert_disputes);
  for (const auto& entitlement : changes.set_entitlements) statements.push_back(set(entitlement));
}

template <class Rows>
std::optional<Statement> exists(const Table& table, const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  Params params;
  params.add(rows.front().id);
  return Statement{table.exists(), std::move(params).take()};
}

template <class Row>
std::vector<Row> listed(const std::optional<Row>& row) {
  return row ? std::vector<Row>{*row} : std::vector<Row>{};
}

}  // namespace

std::vector<Statement> plan_changes(const ports::Changes& changes) {
  Statements statements;
  add_orders(statements, changes);
  add_subscribers(statements, changes);
  add_payments(statements, changes);
  add_rows(statements, changes.update_refunds, changes.insert_refunds);
  add_rows(statements, changes.update_transactions, changes.insert_transactions);
  add_inserts(statements, changes.insert_entries);
  add_rows(statements, changes.update_calls, changes.insert_calls);
  add_claims(statements, changes);
  add_records(statements, changes);
  add_reviews(statements, changes);
  if (changes.update_webhook) statements.push_back(update(*changes.update_webhook));
  if (changes.insert_webhook) statements.push_back(insert(*changes.insert_webhook));
  if (changes.insert_account) statements.push_back(insert(*changes.insert_account));
  add_inserts(statements, changes.insert_events);
  return statements;
}

std::optional<Statement> plan_was_committed(const ports::Changes& changes) {
  if (auto found = exists(events(), changes.insert_events)) return found;
  if (auto found = exists(orders(), changes.insert_orders)) return found;
  if (auto found = exists(payments(), changes.insert_payments)) return found;
  if (auto found = exists(refunds(), changes.insert_refunds)) return found;
  if (auto found = exists(transactions(), changes.insert_transactions)) return found;
  if (auto found = exists(gateway_calls(), changes.insert_calls)) return found;
  if (auto found = exists(status_changes(), changes.insert_status_changes)) return found;
  if (auto found = exists(subscriptions(), changes.insert_subscriptions)) return found;
  if (auto found = exists(customers(), changes.insert_customers)) return found;
  if (auto found = exists(payment_methods(), changes.insert_methods)) return found;
  if (auto found = exists(checkout_sessions(), changes.insert_checkouts)) return found;
  if (auto found = exists(disputes(), changes.insert_disputes)) return found;
  if (auto found = exists(webhooks(), listed(changes.insert_webhook))) return found;
  return exists(records(), listed(changes.insert_record));
}

}  // namespace cobro::store
