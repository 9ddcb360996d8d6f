// Each stored thing: its table, the statements that write it, and the way back from a row.
// `read_x` takes cells in the order of `x_table().select()`.
#pragma once

#include "ports/store.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"
#include "store/sql/table.h"

namespace cobro::store {

const Table& orders();
Statement insert(const domain::Order& order);  // without its items
Statement update(const domain::Order& order);
domain::Order read_order(Cells cells);  // without its items

// Items are read with the id of their order in front: "SELECT order_id, <items>".
std::vector<std::string> item_columns();
std::string select_items();
Statement insert_item(const domain::Order& order, std::size_t position);
Statement delete_items(domain::OrderId order);
// Gives each order its items; rows of other orders are passed over.
void attach_items(std::vector<domain::Order>& orders, const Rows& items);

const Table& payments();
Statement insert(const domain::Payment& payment);
Statement update(const domain::Payment& payment);
domain::Payment read_payment(Cells& cells);  // moves on: more columns may follow
inline domain::Payment read_payment_row(Cells cells) {
  return read_payment(cells);
}
// Three columns, of a payment and a gateway call.
void put_decline(Params& params, const std::optional<domain::Decline>& decline);
std::optional<domain::Decline> read_decline(Cells& cells);
// Three columns, of a payment and of a subscription.
void put_next_action(Params& params, const std::optional<domain::NextAction>& action);
std::optional<domain::NextAction> read_next_action(Cells& cells);
// Two columns, a currency and an amount, that are NULL together.
void put_money(Params& params, const std::optional<domain::Money>& amount);
std::optional<domain::Money> read_money(Cells& cells);

const Table& refunds();
Statement insert(const domain::Refund& refund);
Statement update(const domain::Refund& refund);
domain::Refund read_refund(Cells cells);

const Table& transactions();
Statement insert(const domain::Transaction& transaction);
Statement update(const domain::Transaction& transaction);
domain::Transaction read_transaction(Cells cells);

const Table& ledger_entries();
Statement insert(const domain::LedgerEntry& entry);
domain::LedgerEntry read_entry(Cells cells);

const Table& gateway_calls();
Statement insert(const domain::GatewayCall& call);
Statement update(const domain::GatewayCall& call);
domain::GatewayCall read_call(Cells cells);

const Table& reviews();
Statement insert(const domain::Review& row);
Statement update(const domain::Review& row);
domain::Review read_review(Cells cells);

// Once per gateway.
std::string_view select_account();
Statement insert(const domain::GatewayAccount& account);
domain::GatewayAccount read_account(Cells cells);

const Table& customers();
Statement insert(const domain::Customer& customer);
Statement update(const domain::Customer& customer);
domain::Customer read_customer(Cells cells);

const Table& payment_methods();
Statement insert(const domain::PaymentMethod& method);
Statement update(const domain::PaymentMethod& method);
domain::PaymentMethod read_payment_method(Cells cells);

const Table& plans();
domain::Plan read_plan(Cells cells);

const Table& subscriptions();
Statement insert(const domain::Subscription& subscription);
Statement update(const domain::Subscription& subscription);
domain::Subscription read_subscription(Cells cells);

const Table& status_changes();
Statement insert(const domain::StatusChange& change);
domain::StatusChange read_status_change(Cells cells);

const Table& checkout_sessions();
Statement insert(const domain::CheckoutSession& session);
Statement update(const domain::CheckoutSession& session);
domain::CheckoutSession read_checkout(Cells cells);

const Table& entitlements();
// Inserts it, or puts it in the place of the one that its source has, under that one's id.
Statement insert(const domain::Entitlement& entitlement);
domain::Entitlement read_entitlement(Cells cells);

const Table& disputes();
Statement insert(const domain::Dispute& dispute);
Statement update(const domain::Dispute& dispute);
domain::Dispute read_dispute(Cells cells);

// Header fields in one column: of a stored reply, and of a webhook.
std::string to_lines(const wire::Headers& headers);
wire::Headers from_lines(std::string_view lines);

const Table& records();
Statement insert(const ports::IdempotencyRecord& record);
Statement update(const ports::IdempotencyRecord& record);
ports::IdempotencyRecord read_record(Cells cells);

const Table& webhooks();
Statement insert(const ports::StoredWebhook& webhook);
Statement update(const ports::StoredWebhook& webhook);
ports::StoredWebhook read_webhook(Cells cells);

const Table& events();
Statement insert(const domain::Event& event);

// What the loops over changes need of a type of row: its table, and the statements that write it.
template <class Row>
struct Stored;
template <const Table& (*table_of_rows)()>
struct StoredIn {
  static const Table& table() { return table_of_rows(); }
  static Statement insert(const auto& row) { return store::insert(row); }
  static Statement update(const auto& row) { return store::update(row); }
};
template <>
struct Stored<domain::Order> : StoredIn<orders> {};
template <>
struct Stored<domain::Payment> : StoredIn<payments> {};
template <>
struct Stored<domain::Refund> : StoredIn<refunds> {};
template <>
struct Stored<domain::Transaction> : StoredIn<transactions> {};
template <>
struct Stored<domain::LedgerEntry> : StoredIn<ledger_entries> {};
template <>
struct Stored<domain::GatewayCall> : StoredIn<gateway_calls> {};
template <>
struct Stored<domain::Review> : StoredIn<reviews> {};
template <>
struct Stored<domain::Customer> : StoredIn<customers> {};
template <>
struct Stored<domain::PaymentMethod> : StoredIn<payment_methods> {};
template <>
struct Stored<domain::Subscription> : StoredIn<subscriptions> {};
template <>
struct Stored<domain::StatusChange> : StoredIn<status_changes> {};
template <>
struct Stored<domain::CheckoutSession> : StoredIn<checkout_sessions> {};
template <>
struct Stored<domain::Entitlement> : StoredIn<entitlements> {
  static constexpr bool kReplaces = true;  // the row that is there may be an earlier one
};
template <>
struct Stored<domain::Dispute> : StoredIn<disputes> {};
template <>
struct Stored<ports::IdempotencyRecord> : StoredIn<records> {};
template <>
struct Stored<ports::StoredWebhook> : StoredIn<webhooks> {};
template <>
struct Stored<domain::Event> : StoredIn<events> {};
// It has no id, and is never changed.
template <>
struct Stored<domain::GatewayAccount> {
  static Statement insert(const domain::GatewayAccount& row) { return store::insert(row); }
};

template <class T>
std::vector<T> read_all(const Rows& rows, T (*read)(Cells)) {
  std::vector<T> all;
  all.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) all.push_back(read(Cells(rows, i)));
  return all;
}
template <class T>
std::optional<T> read_first(const Rows& rows, T (*read)(Cells)) {
  if (rows.empty()) return std::nullopt;
  return read(Cells(rows, 0));
}
// What a LEFT JOIN put beside the first row, from `column` on; nothing when it found nothing.
template <class T>
std::optional<T> read_joined(const Rows& rows, std::size_t column, T (*read)(Cells)) {
  if (rows.empty() || rows.is_null(0, column)) return std::nullopt;
  return read(Cells(rows, 0, column));
}

// The parameters of an insert and an update, made of one pair of functions per table.
template <class T>
Statement insert_into(const Table& table, const T& row, void (*fixed)(Params&, const T&),
                      void (*changing)(Params&, const T&)) {
  Params params;
  params.add(row.id);
  fixed(params, row);
  changing(params, row);
  params.add(row.version);
  return {table.insert(), std::move(params).take()};
}
template <class T>
Statement update_of(const Table& table, const T& row, void (*changing)(Params&, const T&)) {
  Params params;
  params.add(row.id);
  changing(params, row);
  params.add(row.version);
  return {table.update(), std::move(params).take(), Touches::one};
}

}  // namespace cobro::store
