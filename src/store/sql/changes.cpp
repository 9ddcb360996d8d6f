#include "store/sql/changes.h"

#include <algorithm>

#include "store/sql/entities.h"

namespace cobro::store {
namespace {

using Statements = std::vector<Statement>;
using All = std::span<const ports::Changes>;

// A row that is updated or relied on; the statements of one table go by id.
struct Touch {
  base::Uuid id;
  Statement statement;
};

void add_sorted(Statements& statements, std::vector<Touch> touches) {
  std::ranges::sort(touches, {}, &Touch::id);
  for (auto& touch : touches) statements.push_back(std::move(touch.statement));
}

template <auto Updated>
std::vector<Touch> updates(All all) {
  std::vector<Touch> touches;
  for (const auto& changes : all)
    for (const auto& row : changes.*Updated) touches.push_back({row.id.uuid, update(row)});
  return touches;
}

template <auto Inserted>
void add_inserts(Statements& statements, All all) {
  Statements inserts;
  for (const auto& changes : all)
    for (const auto& row : changes.*Inserted) inserts.push_back(insert(row));
  add_merged(statements, std::move(inserts));
}

// Calls that end come before those that begin: the key of open ones is free then.
template <auto Updated, auto Inserted>
void add_rows(Statements& statements, All all) {
  add_sorted(statements, updates<Updated>(all));
  add_inserts<Inserted>(statements, all);
}

template <class IdType>
Touch rely(const Table& table, IdType id, std::int64_t version) {
  Params params;
  params.add(id).add(version);
  return {id.uuid, {table.rely(), std::move(params).take(), Touches::one}};
}

void add_items(Statements& statements, const domain::Order& order) {
  for (std::size_t i = 0; i < order.items.size(); ++i) statements.push_back(insert_item(order, i));
}

void add_orders(Statements& statements, All all) {
  auto touches = updates<&ports::Changes::update_orders>(all);
  for (const auto& changes : all)
    for (const auto& row : changes.relied_on)
      if (row.order) touches.push_back(rely(orders(), *row.order, row.version));
  add_sorted(statements, std::move(touches));
  add_inserts<&ports::Changes::insert_orders>(statements, all);
  Statements items;
  for (const auto& changes : all) {
    for (const auto& order : changes.insert_orders) add_items(items, order);
    if (!changes.replace_items) continue;
    for (const auto& order : changes.update_orders) {
      statements.push_back(delete_items(order.id));
      add_items(items, order);
    }
  }
  add_merged(statements, std::move(items));
}

void add_payments(Statements& statements, All all) {
  auto touches = updates<&ports::Changes::update_payments>(all);
  for (const auto& changes : all)
    for (const auto& row : changes.relied_on)
      if (row.payment) touches.push_back(rely(payments(), *row.payment, row.version));
  add_sorted(statements, std::move(touches));
  add_inserts<&ports::Changes::insert_payments>(statements, all);
}

void add_delete_record(Statements& statements, const ports::IdempotencyRecord& record) {
  statements.push_back(rely(records(), record.id, record.version).statement);
  Params params;
  params.add(record.id);
  statements.push_back(
      {"DELETE FROM records WHERE id = $1", std::move(params).take(), Touches::one});
}

void add_delete_expired(Statements& statements, const ports::IdempotencyRecord& record) {
  Params params;
  params.add(record.key).add(record.created_at);
  statements.push_back(
      {"DELETE FROM records WHERE key = $1 AND state <> 'open' AND expires_at <= $2",
       std::move(params).take()});
}

// Records that wait, by key: those that are not open any more are left alone.
void add_completed(Statements& statements, const ports::Changes& changes) {
  for (const auto& completed : changes.complete_records) {
    Params params;
    params.add(completed.key).add(completed.expires_at);
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

void add_records(Statements& statements, All all) {
  Statements inserts;
  for (const auto& changes : all) {
    if (changes.delete_record) add_delete_record(statements, *changes.delete_record);
    if (changes.update_record) statements.push_back(update(*changes.update_record));
    add_completed(statements, changes);
    if (!changes.insert_record) continue;
    add_delete_expired(statements, *changes.insert_record);
    inserts.push_back(insert(*changes.insert_record));
  }
  add_merged(statements, std::move(inserts));
}

// Those that a person resolved meanwhile are left alone.
void add_reviews(Statements& statements, All all) {
  add_sorted(statements, updates<&ports::Changes::update_reviews>(all));
  for (const auto& changes : all) {
    for (const auto& row : changes.insert_reviews) statements.push_back(insert(row));
    for (const auto& resolved : changes.resolve_reviews) {
      Params params;
      params.add(resolved.call).add(resolved.outcome).add(resolved.at);
      statements.push_back(
          {"UPDATE reviews SET status = 'resolved', outcome = $2, resolved_by = 'gateway',"
           " resolved_at = $3, version = version + 1 WHERE call_id = $1 AND status = 'open'",
           std::move(params).take()});
    }
  }
}

// Before payments, which may refer to them.
void add_subscribers(Statements& statements, All all) {
  using ports::Changes;
  add_rows<&Changes::update_customers, &Changes::insert_customers>(statements, all);
  add_rows<&Changes::update_methods, &Changes::insert_methods>(statements, all);
  add_rows<&Changes::update_subscriptions, &Changes::insert_subscriptions>(statements, all);
  add_inserts<&Changes::insert_status_changes>(statements, all);
}

void add_claims(Statements& statements, All all) {
  using ports::Changes;
  add_rows<&Changes::update_checkouts, &Changes::insert_checkouts>(statements, all);
  add_rows<&Changes::update_disputes, &Changes::insert_disputes>(statements, all);
  for (const auto& changes : all)
    for (const auto& entitlement : changes.set_entitlements) statements.push_back(set(entitlement));
}

void add_webhooks(Statements& statements, All all) {
  Statements inserts;
  for (const auto& changes : all) {
    if (changes.update_webhook) statements.push_back(update(*changes.update_webhook));
    if (changes.insert_webhook) inserts.push_back(insert(*changes.insert_webhook));
  }
  add_merged(statements, std::move(inserts));
  for (const auto& changes : all)
    if (changes.insert_account) statements.push_back(insert(*changes.insert_account));
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

std::vector<Statement> plan_changes(All all) {
  using ports::Changes;
  Statements statements;
  add_orders(statements, all);
  add_subscribers(statements, all);
  add_payments(statements, all);
  add_rows<&Changes::update_refunds, &Changes::insert_refunds>(statements, all);
  add_rows<&Changes::update_transactions, &Changes::insert_transactions>(statements, all);
  add_inserts<&Changes::insert_entries>(statements, all);
  add_rows<&Changes::update_calls, &Changes::insert_calls>(statements, all);
  add_claims(statements, all);
  add_records(statements, all);
  add_reviews(statements, all);
  add_webhooks(statements, all);
  add_inserts<&Changes::insert_events>(statements, all);
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
