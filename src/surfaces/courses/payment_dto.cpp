#include "surfaces/courses/payment_dto.h"

#include "surfaces/common/documents.h"

namespace cobro::surfaces::courses {
namespace {

constexpr std::string_view kDefaultCurrency = "USD";
constexpr std::string_view kNoMetadata = "{}";

std::optional<StoredJson> metadata_of(const domain::Payment& payment) {
  if (payment.metadata == kNoMetadata) return std::nullopt;
  return StoredJson{payment.metadata};
}

}  // namespace

PaymentIntent to_intent_dto(const domain::Payment& payment) {
  return {.client_secret = payment.client_secret,
          .payment_intent_id = payment.gateway_payment_id,
          .amount = payment.amount.minor(),
          .currency = {payment.amount.currency()},
          .payment_id = payment.id};
}

Payment to_dto(const domain::Payment& payment, std::optional<base::Timestamp> refunded_at) {
  return {
      .id = payment.id,
      .user_id = payment.user_id,
      .type = type_of(payment.kind),
      .status = status_of(payment),
      .amount = payment.amount.minor(),
      .currency = {payment.amount.currency()},
      .stripe_payment_intent_id = payment.gateway_payment_id,
      .stripe_customer_id = payment.gateway_customer_id,
      .course_id = payment.course_id,
      .subscription_id = payment.subscription_id,
      .description = payment.description,
      .metadata = metadata_of(payment),
      .failure_reason = payment.decline ? std::optional(payment.decline->message) : std::nullopt,
      .refunded_at = refunded_at,
      .created_at = payment.created_at,
      .updated_at = payment.updated_at};
}

std::optional<domain::Currency> stated_currency(const wire::Json& body) {
  const auto* stated = body.find("currency");
  if (stated == nullptr || stated->is_null()) return domain::Currency::parse(kDefaultCurrency);
  return stated->as_string() != nullptr ? domain::Currency::parse(*stated->as_string())
                                        : std::nullopt;
}

std::optional<app::CreateIntent> read_new_intent(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewPaymentIntent>(body));
  if (dto && dto->type == PaymentType::course_purchase && !dto->course_id)
    fields.fail("courseId", "required", "is required for a course purchase");
  if (fields.failed()) return std::nullopt;
  app::CreateIntent command{.kind = kind_of(dto->type),
                            .gateway = kUnnamedGateway,
                            .amount = {dto->amount.value, stated_currency(body).value()}};
  if (dto->course_id) command.course_id = std::move(dto->course_id->text);
  if (dto->description) command.description = std::move(dto->description->text);
  if (dto->metadata) command.metadata = wire::encode(*dto->metadata);
  return command;
}

wire::Json payment_example() {
  return example(R"({
    "id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "userId": "ana", "type": "course_purchase",
    "status": "succeeded", "amount": 2900, "currency": "USD",
    "stripePaymentIntentId": "pi_3QfX2a", "stripeCustomerId": "cus_QfX2a",
    "courseId": "uuid-del-curso", "subscriptionId": null,
    "description": "Curso de Trading Basico", "metadata": null, "failureReason": null,
    "refundedAt": null, "createdAt": "2025-12-05T10:00:00.000Z",
    "updatedAt": "2025-12-05T10:00:09.000Z"})");
}

}  // namespace cobro::surfaces::courses
