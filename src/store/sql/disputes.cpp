#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Dispute& dispute) {
  params.add(dispute.payment_id)
      .add(dispute.gateway)
      .add(dispute.gateway_dispute_id)
      .add(dispute.created_at);
}

void put_changing(Params& params, const domain::Dispute& dispute) {
  params.add(dispute.transaction_id)
      .add(dispute.stage)
      .add(dispute.status)
      .add(dispute.amount.currency().code())
      .add(dispute.amount.minor())
      .add(dispute.reason)
      .add(dispute.evidence_due_by)
      .add(dispute.withdrawn)
      .add(dispute.reinstated)
      .add(dispute.updated_at)
      .add(dispute.closed_at)
      .add(dispute.withdrawn_amount.minor())
      .add(dispute.movements);
}

}  // namespace

const Table& disputes() {
  static const Table table(
      "disputes", {"payment_id", "gateway", "gateway_dispute_id", "created_at"},
      {"transaction_id", "stage", "status", "currency", "amount", "reason", "evidence_due_by",
       "withdrawn", "reinstated", "updated_at", "closed_at", "withdrawn_amount", "movements"});
  return table;
}

Statement insert(const domain::Dispute& dispute) {
  return insert_into(disputes(), dispute, put_fixed, put_changing);
}

Statement update(const domain::Dispute& dispute) {
  return update_of(disputes(), dispute, put_changing);
}

domain::Dispute read_dispute(Cells cells) {
  const auto id = cells.id<domain::DisputeId>();
  const auto payment = cells.id<domain::PaymentId>();
  const auto gateway = cells.enum_value<domain::GatewayName>("gateway");
  auto gateway_id = cells.text();
  const auto created_at = cells.time();
  const auto transaction = cells.opt_id<domain::TransactionId>();
  const auto stage = cells.enum_value<domain::DisputeStage>("dispute stage");
  const auto status = cells.enum_value<domain::DisputeStatus>("dispute status");
  const auto currency = cells.currency();
  domain::Dispute dispute{.id = id,
                          .payment_id = payment,
                          .transaction_id = transaction,
                          .gateway = gateway,
                          .gateway_dispute_id = std::move(gateway_id),
                          .stage = stage,
                          .status = status,
                          .amount = cells.money(currency),
                          .reason = cells.text(),
                          .evidence_due_by = cells.opt_time(),
                          .withdrawn = cells.flag(),
                          .reinstated = cells.flag(),
                          .created_at = created_at,
                          .updated_at = cells.time()};
  dispute.closed_at = cells.opt_time();
  dispute.withdrawn_amount = cells.money(currency);
  dispute.movements = cells.int64();
  dispute.version = cells.int64();
  return dispute;
}

}  // namespace cobro::store
