#include "surfaces/platform/intent_dto.h"

#include "base/check.h"
#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {
namespace {

constexpr std::string_view kDefaultCurrency = "USD";

// What the body says, or the default; nothing when it says what is no currency.
std::optional<domain::Currency> currency_of(const wire::Json& body) {
  const auto* stated = body.find("currency");
  if (stated == nullptr || stated->is_null()) return domain::Currency::parse(kDefaultCurrency);
  return stated->as_string() != nullptr ? domain::Currency::parse(*stated->as_string())
                                        : std::nullopt;
}

}  // namespace

Intent to_intent_dto(const domain::Payment& payment) {
  return {.payment_id = payment.id,
          .number = payment.number,
          .payment_intent_id = payment.gateway_payment_id,
          .client_secret = payment.client_secret,
          .status = status_of(payment),
          .amount = {payment.amount.to_decimal()},
          .currency = {payment.amount.currency()},
          .capture_method = payment.capture_method,
          .description = payment.description,
          .created_at = payment.created_at};
}

std::optional<app::CreateIntent> read_new_intent(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewIntent>(body));
  const auto currency = currency_of(body);
  fields.check_amount(body.find("amount"), currency, "amount");
  if (dto) fields.check_token(dto->payment_method_id.text, "payment_method_id");
  if (fields.failed()) return std::nullopt;
  app::CreateIntent command{.gateway = kUnnamedGateway,
                            .amount = to_money(dto->amount, currency.value()),
                            .payment_method = std::move(dto->payment_method_id.text)};
  command.capture_method = dto->capture_method.value_or(domain::CaptureMethod::automatic);
  if (dto->description) command.description = std::move(dto->description->text);
  if (dto->metadata) command.metadata = wire::encode(*dto->metadata);
  return command;
}

wire::Json intent_example() {
  return example(R"({
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "number": 2,
    "payment_intent_id": "pi_3QfX2a", "client_secret": "pi_3QfX2a_secret_9fJk",
    "status": "requires_confirmation", "amount": 99.99, "currency": "USD",
    "capture_method": "automatic", "description": "Premium course purchase",
    "created_at": "2025-01-20T10:00:00.000Z"})");
}

}  // namespace cobro::surfaces::platform
