#include "store/sql/entities.h"

namespace cobro::store {
namespace {

void put_fixed(Params& params, const domain::Transaction& transaction) {
  params.add(transaction.number)
      .add(transaction.payment_id)
      .add(transaction.refund_id)
      .add(transaction.type)
      .add(transaction.created_at);
}

void put_changing(Params& params, const domain::Transaction& transaction) {
  params.add(transaction.status)
      .add(transaction.amount.currency().code())
      .add(transaction.amount.minor())
      .add(transaction.gateway_transaction_id)
      .json(transaction.gateway_response)
      .add(transaction.failure_reason)
      .add(transaction.processed_at);
}

}  // namespace

const Table& transactions() {
  static const Table table("transactions",
                           {"number", "payment_id", "refund_id", "type", "created_at"},
                           {"status", "currency", "amount", "gateway_transaction_id",
                            "gateway_response", "failure_reason", "processed_at"});
  return table;
}

Statement insert(const domain::Transaction& transaction) {
  return insert_into(transactions(), transaction, put_fixed, put_changing);
}

Statement update(const domain::Transaction& transaction) {
  return update_of(transactions(), transaction, put_changing);
}

domain::Transaction read_transaction(Cells cells) {
  const auto id = cells.id<domain::TransactionId>();
  const auto number = cells.int64();
  const auto payment = cells.id<domain::PaymentId>();
  const auto refund = cells.opt_id<domain::RefundId>();
  const auto type = cells.enum_value<domain::TransactionType>("transaction type");
  const auto created_at = cells.time();
  const auto status = cells.enum_value<domain::TransactionStatus>("transaction status");
  const auto currency = cells.currency();
  domain::Transaction transaction{.id = id,
                                  .number = number,
                                  .payment_id = payment,
                                  .refund_id = refund,
                                  .type = type,
                                  .status = status,
                                  .amount = cells.money(currency),
                                  .gateway_transaction_id = cells.opt_text(),
                                  .gateway_response = cells.opt_text(),
                                  .failure_reason = cells.opt_text(),
                                  .processed_at = cells.opt_time(),
                                  .created_at = created_at};
  transaction.version = cells.int64();
  return transaction;
}

const Table& ledger_entries() {
  static const Table table(
      "ledger_entries",
      {"transaction_id", "movement", "side", "account", "currency", "amount", "created_at"}, {});
  return table;
}

Statement insert(const domain::LedgerEntry& entry) {
  Params params;
  params.add(entry.id)
      .add(entry.transaction_id)
      .add(entry.movement)
      .add(entry.side)
      .add(entry.account)
      .add(entry.amount.currency().code())
      .add(entry.amount.minor())
      .add(entry.created_at);
  return {ledger_entries().insert(), std::move(params).take()};
}

domain::LedgerEntry read_entry(Cells cells) {
  const auto id = cells.id<domain::LedgerEntryId>();
  const auto transaction = cells.id<domain::TransactionId>();
  const auto movement = cells.enum_value<domain::Movement>("movement");
  const auto side = cells.enum_value<domain::Side>("ledger side");
  auto account = cells.text();
  const auto currency = cells.currency();
  const auto amount = cells.money(currency);
  return {id, transaction, movement, side, std::move(account), amount, cells.time()};
}

}  // namespace cobro::store
