#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Refund& refund) {
  params.add(refund.payment_id)
      .add(refund.transaction_id)
      .add(refund.created_by)
      .add(refund.created_at)
      .add(refund.of_overpayment);
}

void put_changing(Params& params, const domain::Refund& refund) {
  params.add(refund.amount.currency().code())
      .add(refund.amount.minor())
      .add(refund.reason)
      .add(refund.status)
      .add(refund.gateway_refund_id)
      .add(refund.failure_reason)
      .add(refund.updated_at);
}

}  // namespace

const Table& refunds() {
  static const Table table(
      "refunds", {"payment_id", "transaction_id", "created_by", "created_at", "of_overpayment"},
      {"currency", "amount", "reason", "status", "gateway_refund_id", "failure_reason",
       "updated_at"});
  return table;
}

Statement insert(const domain::Refund& refund) {
  return insert_into(refunds(), refund, put_fixed, put_changing);
}

Statement update(const domain::Refund& refund) {
  return update_of(refunds(), refund, put_changing);
}

domain::Refund read_refund(Cells cells) {
  const auto id = cells.id<domain::RefundId>();
  const auto payment = cells.id<domain::PaymentId>();
  const auto transaction = cells.id<domain::TransactionId>();
  auto created_by = cells.text();
  const auto created_at = cells.time();
  const bool of_overpayment = cells.flag();
  const auto currency = cells.currency();
  domain::Refund refund{.id = id,
                        .payment_id = payment,
                        .transaction_id = transaction,
                        .amount = cells.money(currency),
                        .of_overpayment = of_overpayment,
                        .reason = cells.text(),
                        .status = cells.enum_value<domain::RefundStatus>("refund status"),
                        .gateway_refund_id = cells.opt_text(),
                        .failure_reason = cells.opt_text(),
                        .created_by = std::move(created_by),
                        .created_at = created_at,
                        .updated_at = cells.time()};
  refund.version = cells.int64();
  return refund;
}

}  // namespace cobro::store
