#include "surfaces/platform/transaction_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {

Transaction to_dto(const domain::Transaction& transaction) {
  Transaction dto{.id = transaction.id,
                  .number = transaction.number,
                  .payment_id = transaction.payment_id,
                  .transaction_type = transaction.type,
                  .amount = {transaction.amount.to_decimal()},
                  .currency = {transaction.amount.currency()},
                  .status = transaction.status,
                  .gateway_transaction_id = transaction.gateway_transaction_id,
                  .failure_reason = transaction.failure_reason,
                  .processed_at = transaction.processed_at,
                  .created_at = transaction.created_at};
  if (transaction.gateway_response)
    dto.gateway_response = StoredJson{*transaction.gateway_response};
  return dto;
}

std::optional<app::RecordTransaction> read_new_transaction(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewTransaction>(body));
  fields.check_amount(body.find("amount"), std::nullopt, "amount");
  if (fields.failed()) return std::nullopt;
  app::RecordTransaction command{.payment = dto->payment_id.value,
                                 .type = dto->transaction_type,
                                 .amount = dto->amount.text,
                                 .processed_at = dto->processed_at};
  if (dto->gateway_transaction_id)
    command.gateway_transaction_id = dto->gateway_transaction_id->text;
  return command;
}

wire::Json transaction_example() {
  return example(R"({
    "id": "019a53c6-34e2-7c55-8d10-41f7aa92be08", "number": 1,
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "transaction_type": "charge",
    "amount": 59.98, "currency": "PEN", "status": "succeeded",
    "gateway_transaction_id": "ch_3QfX2a", "gateway_response": {"id": "pi_3QfX2a"},
    "failure_reason": null, "processed_at": "2025-11-05T10:31:07.250Z",
    "created_at": "2025-11-05T10:31:07.250Z"})");
}

}  // namespace cobro::surfaces::platform
