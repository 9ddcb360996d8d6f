#include "surfaces/platform/payment_method_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {

PaymentMethod to_dto(const domain::PaymentMethod& method, bool is_default) {
  return {.id = method.id,
          .gateway_payment_method_id = method.gateway_payment_method_id,
          .gateway = method.gateway,
          .type = method.type,
          .brand = method.brand,
          .last4 = method.last4,
          .exp_month = method.exp_month,
          .exp_year = method.exp_year,
          .is_default = is_default,
          .created_at = method.created_at};
}

std::optional<app::SaveMethod> read_new_method(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewPaymentMethod>(body));
  if (dto) fields.check_token(dto->payment_method_id.text, "payment_method_id");
  if (fields.failed()) return std::nullopt;
  return app::SaveMethod{.gateway = kUnnamedGateway,
                         .payment_method = std::move(dto->payment_method_id.text)};
}

wire::Json payment_method_example() {
  return example(R"({
    "id": "019a53ca-7d20-7c11-8b5a-3e9f1c04d6a7", "gateway_payment_method_id": "pm_1QfX2a",
    "gateway": "stripe", "type": "card", "brand": "visa", "last4": "4242", "exp_month": 12,
    "exp_year": 2030, "is_default": true, "created_at": "2025-01-20T10:00:00.000Z"})");
}

}  // namespace cobro::surfaces::platform
