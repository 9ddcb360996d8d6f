#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Reconciliation& row) {
  params.add(row.payment_id)
      .add(row.attempt_id)
      .add(row.kind)
      .add(row.operation)
      .add(row.gateway)
      .add(row.amount.currency().code())
      .add(row.amount.minor())
      .add(row.detail)
      .add(row.created_at);
}

void put_changing(Params& params, const domain::Reconciliation& row) {
  params.add(row.status)
      .add(row.outcome)
      .add(row.gateway_transaction_id)
      .add(row.note)
      .add(row.resolved_by)
      .add(row.resolved_at);
}

}  // namespace

const Table& reconciliations() {
  static const Table table(
      "reconciliations",
      {"payment_id", "attempt_id", "kind", "operation", "gateway", "currency", "amount", "detail",
       "created_at"},
      {"status", "outcome", "gateway_transaction_id", "note", "resolved_by", "resolved_at"});
  return table;
}

Statement insert(const domain::Reconciliation& row) {
  return insert_into(reconciliations(), row, put_fixed, put_changing);
}

Statement update(const domain::Reconciliation& row) {
  return update_of(reconciliations(), row, put_changing);
}

domain::Reconciliation read_reconciliation(Cells cells) {
  const auto id = cells.id<domain::ReconciliationId>();
  const auto payment = cells.id<domain::PaymentId>();
  const auto attempt = cells.opt_id<domain::AttemptId>();
  const auto kind = cells.word<domain::ReconciliationKind>("reconciliation kind");
  const auto operation = cells.opt_word<domain::Operation>("operation");
  const auto gateway = cells.word<domain::GatewayName>("gateway");
  const auto currency = cells.currency();
  domain::Reconciliation row{.id = id,
                             .payment_id = payment,
                             .attempt_id = attempt,
                             .kind = kind,
                             .operation = operation,
                             .gateway = gateway,
                             .amount = cells.money(currency),
                             .detail = cells.text(),
                             .status = {},
                             .outcome = {},
                             .gateway_transaction_id = {},
                             .note = {},
                             .resolved_by = {},
                             .created_at = cells.time(),
                             .resolved_at = {}};
  row.status = cells.word<domain::ReconciliationStatus>("reconciliation status");
  row.outcome = cells.opt_word<domain::ReconciliationOutcome>("reconciliation outcome");
  row.gateway_transaction_id = cells.opt_text();
  row.note = cells.opt_text();
  row.resolved_by = cells.opt_text();
  row.resolved_at = cells.opt_time();
  row.version = cells.int64();
  return row;
}

}  // namespace cobro::store
