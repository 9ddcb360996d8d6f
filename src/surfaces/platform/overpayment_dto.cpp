#include "surfaces/platform/overpayment_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {
namespace {

constexpr std::string_view kDefaultReason = "overpayment";

}  // namespace

Overpayment to_overpayment_dto(const domain::Payment& payment) {
  const auto& overpayment = payment.overpayment.value();
  return {.id = overpayment.id,
          .payment_id = payment.id,
          .order_id = payment.order_id,
          .amount = {overpayment.amount.to_decimal()},
          .currency = {overpayment.amount.currency()},
          .reason = overpayment.reason,
          .status = domain::overpayment_status(payment),
          .refunded_amount = {overpayment.refunded.to_decimal()},
          .refunding_amount = {overpayment.refunding.to_decimal()},
          .gateway = payment.gateway,
          .gateway_transaction_id = payment.gateway_charge_id,
          .created_at = overpayment.created_at};
}

std::optional<app::RefundOverpayment> read_overpayment_refund(const wire::Json& body,
                                                              Fields& fields) {
  auto dto = fields.take(wire::decode<OverpaymentRefund>(body));
  if (fields.failed()) return std::nullopt;
  return app::RefundOverpayment{.reason = dto->reason ? std::move(dto->reason->text)
                                                      : std::string(kDefaultReason)};
}

wire::Json overpayment_example() {
  return example(R"({
    "id": "019a53c8-4a17-7e2b-a6d9-5c0f7b21e834",
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2",
    "order_id": "019a53c5-9e00-7b6a-8f3e-2d51c0a7e914", "amount": 59.98, "currency": "PEN",
    "reason": "payment_cancelled", "status": "open", "refunded_amount": 0.00,
    "refunding_amount": 0.00, "gateway": "stripe", "gateway_transaction_id": "ch_3QfX2a",
    "created_at": "2025-11-05T10:33:18.400Z"})");
}

}  // namespace cobro::surfaces::platform
