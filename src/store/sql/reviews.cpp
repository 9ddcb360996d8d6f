#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Review& row) {
  params.add(row.payment_id)
      .add(row.subscription_id)
      .add(row.call_id)
      .add(row.user_id)
      .add(row.tenant_id)
      .add(row.kind)
      .add(row.operation)
      .add(row.gateway)
      .add(row.gateway_object_id);
  put_money(params, row.amount);
  params.add(row.detail).add(row.created_at);
}

void put_changing(Params& params, const domain::Review& row) {
  params.add(row.status)
      .add(row.outcome)
      .add(row.gateway_transaction_id)
      .add(row.note)
      .add(row.resolved_by)
      .add(row.resolved_at);
}

}  // namespace

const Table& reviews() {
  static const Table table(
      "reviews",
      {"payment_id", "subscription_id", "call_id", "user_id", "tenant_id", "kind", "operation",
       "gateway", "gateway_object_id", "currency", "amount", "detail", "created_at"},
      {"status", "outcome", "gateway_transaction_id", "note", "resolved_by", "resolved_at"});
  return table;
}

// An object that nobody here knows is put before a person once, whoever sees it.
Statement insert(const domain::Review& row) {
  static const std::string once = std::string(reviews().insert()) +
                                  " ON CONFLICT (gateway, kind, gateway_object_id) DO NOTHING";
  auto statement = insert_into(reviews(), row, put_fixed, put_changing);
  if (row.kind == domain::ReviewKind::unknown_object) statement.text = once;
  return statement;
}

Statement update(const domain::Review& row) {
  return update_of(reviews(), row, put_changing);
}

domain::Review read_review(Cells cells) {
  domain::Review row{};
  row.id = cells.id<domain::ReviewId>();
  row.payment_id = cells.opt_id<domain::PaymentId>();
  row.subscription_id = cells.opt_id<domain::SubscriptionId>();
  row.call_id = cells.opt_id<domain::CallId>();
  row.user_id = cells.opt_text();
  row.tenant_id = cells.opt_text();
  row.kind = cells.enum_value<domain::ReviewKind>("kind of a review");
  row.operation = cells.opt_enum<domain::Operation>("operation");
  row.gateway = cells.enum_value<domain::GatewayName>("gateway");
  row.gateway_object_id = cells.opt_text();
  row.amount = read_money(cells);
  row.detail = cells.text();
  row.created_at = cells.time();
  row.status = cells.enum_value<domain::ReviewStatus>("status of a review");
  row.outcome = cells.opt_enum<domain::ReviewOutcome>("outcome of a review");
  row.gateway_transaction_id = cells.opt_text();
  row.note = cells.opt_text();
  row.resolved_by = cells.opt_text();
  row.resolved_at = cells.opt_time();
  row.version = cells.int64();
  return row;
}

}  // namespace cobro::store
