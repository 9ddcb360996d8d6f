#include "surfaces/platform/review_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {

namespace {

std::optional<wire::Decimal> amount_of(const domain::Review& row) {
  if (!row.amount) return std::nullopt;
  return wire::Decimal{row.amount->to_decimal()};
}
std::optional<CurrencyCode> currency_of(const domain::Review& row) {
  if (!row.amount) return std::nullopt;
  return CurrencyCode{row.amount->currency()};
}

}  // namespace

Reconciliation to_dto(const domain::Review& row) {
  return {.id = row.id,
          .payment_id = row.payment_id,
          .subscription_id = row.subscription_id,
          .attempt_id = row.call_id,
          .kind = row.kind,
          .operation = row.operation,
          .gateway = row.gateway,
          .gateway_object_id = row.gateway_object_id,
          .amount = amount_of(row),
          .currency = currency_of(row),
          .detail = row.detail,
          .status = row.status,
          .outcome = row.outcome,
          .gateway_transaction_id = row.gateway_transaction_id,
          .note = row.note,
          .resolved_by = row.resolved_by,
          .payment_status = {},
          .created_at = row.created_at,
          .resolved_at = row.resolved_at};
}

Reconciliation to_dto(const domain::Review& row, const domain::Payment& payment) {
  auto dto = to_dto(row);
  dto.payment_status.emplace(status_of(payment));
  return dto;
}

std::optional<app::ResolveReview> read_resolution(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<ReconciliationResolution>(body));
  if (fields.failed()) return std::nullopt;
  app::ResolveReview command{.outcome = dto->outcome, .note = std::move(dto->note.text)};
  if (dto->gateway_transaction_id)
    command.gateway_transaction_id = std::move(dto->gateway_transaction_id->text);
  return command;
}

wire::Json reconciliation_example() {
  return example(R"({
    "id": "019a58ec-90f4-7b5d-b7c1-0e4d92a6f318",
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "subscription_id": null,
    "attempt_id": "019a53c6-34e2-7c55-8d10-41f7aa92be08", "kind": "unknown_outcome",
    "operation": "confirm", "gateway": "stripe", "gateway_object_id": null,
    "amount": 59.98, "currency": "PEN",
    "detail": "the gateway did not tell the outcome of this confirm", "status": "resolved",
    "outcome": "succeeded", "gateway_transaction_id": "ch_3QfX2a",
    "note": "Seen as paid in the dashboard", "resolved_by": "ops", "payment_status": "completed",
    "created_at": "2025-11-06T10:31:07.250Z", "resolved_at": "2025-11-06T14:02:40.000Z"})");
}

}  // namespace cobro::surfaces::platform
