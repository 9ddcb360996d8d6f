#include "surfaces/platform/payment_dto.h"

#include "domain/words.h"
#include "surfaces/common/documents.h"

namespace cobro::surfaces::platform {
namespace {

constexpr std::string_view kDefaultReason = "requested_by_customer";

template <class T>
std::optional<std::string> text_of(const std::optional<T>& member) {
  return member ? std::optional(member->text) : std::nullopt;
}

std::optional<std::string> to_text(const std::optional<Metadata>& metadata) {
  return metadata ? std::optional(wire::encode(*metadata)) : std::nullopt;
}

// Of a body whose amount has no currency beside it: the use case reads it by the stored one.
void check_sign(const wire::Json& body, Fields& fields) {
  fields.check_amount(body.find("amount"), std::nullopt, "amount");
}

std::optional<domain::Currency> stated_currency(const wire::Json& body) {
  const auto* stated = body.find("currency");
  return stated != nullptr && stated->as_string() != nullptr
             ? domain::Currency::parse(*stated->as_string())
             : std::nullopt;
}

std::optional<StoredJson> stored(const std::optional<std::string>& json) {
  return json ? std::optional(StoredJson{*json}) : std::nullopt;
}

std::optional<std::string> failure_reason(const domain::Payment& payment) {
  return payment.decline ? std::optional(payment.decline->message) : std::nullopt;
}
std::optional<std::string> decline_code(const domain::Payment& payment) {
  if (!payment.decline) return std::nullopt;
  return payment.decline->decline_code ? payment.decline->decline_code : payment.decline->code;
}

std::optional<domain::OverpaymentId> overpayment_id(const domain::Payment& payment) {
  return payment.overpayment ? std::optional(payment.overpayment->id) : std::nullopt;
}

template <class T>
wire::Omittable<T> unless_absent(const std::optional<T>& value) {
  wire::Omittable<T> out;
  if (value) out.emplace(*value);
  return out;
}

wire::Omittable<wire::Decimal> disputed(const domain::Payment& payment) {
  wire::Omittable<wire::Decimal> out;
  if (payment.dispute_status) out.emplace(wire::Decimal{payment.disputed.to_decimal()});
  return out;
}

}  // namespace

Payment to_dto(const domain::Payment& payment) {
  return {.id = payment.id,
          .number = payment.number,
          .kind = payment.kind,
          .order_id = payment.order_id,
          .subscription_id = unless_absent(payment.subscription_id),
          .course_id = unless_absent(payment.course_id),
          .user_id = payment.user_id,
          .payment_method = payment.gateway,
          .amount = {payment.amount.to_decimal()},
          .currency = {payment.amount.currency()},
          .status = status_of(payment),
          .capture_method = payment.capture_method,
          .amount_captured = {payment.captured.to_decimal()},
          .amount_refunded = {payment.refunded.to_decimal()},
          .disputed = disputed(payment),
          .dispute_status = unless_absent(payment.dispute_status),
          .overpayment_id = overpayment_id(payment),
          .description = payment.description,
          .metadata = {payment.metadata},
          .gateway_payment_id = payment.gateway_payment_id,
          .payment_intent_id = payment.gateway_payment_id,
          .gateway_transaction_id = payment.gateway_charge_id,
          .gateway_response = stored(payment.gateway_response),
          .failure_reason = failure_reason(payment),
          .decline_code = decline_code(payment),
          .next_action = to_dto(payment.next_action),
          .pending_operation = payment.pending_operation,
          .conflicted = payment.conflicted,
          .processed_at = payment.processed_at,
          .created_at = payment.created_at,
          .updated_at = payment.updated_at};
}

Refund to_listed_dto(const domain::Refund& refund,
                     std::optional<domain::OverpaymentId> overpayment_id) {
  return {.id = refund.id,
          .payment_id = refund.payment_id,
          .overpayment_id = overpayment_id,
          .amount = {refund.amount.to_decimal()},
          .currency = {refund.amount.currency()},
          .reason = refund.reason,
          .status = refund.status,
          .gateway_refund_id = refund.gateway_refund_id,
          .failure_reason = refund.failure_reason,
          .payment_status = {},
          .created_at = refund.created_at,
          .subscription_cancellation = {}};
}

Refund to_dto(const domain::Refund& refund, const domain::Payment& payment) {
  auto dto = to_listed_dto(refund, refund.of_overpayment ? overpayment_id(payment) : std::nullopt);
  dto.payment_status.emplace(status_of(payment));
  return dto;
}

SubscriptionCancellation to_cancellation_dto(const std::optional<domain::Refusal>& not_ended) {
  SubscriptionCancellation dto;
  if (!not_ended) return dto;
  const bool unknown = not_ended->code == domain::RefusalCode::outcome_unknown;
  dto.status = unknown ? CancellationStatus::unknown : CancellationStatus::refused;
  dto.code.emplace(to_string(not_ended->code));
  dto.message.emplace(not_ended->message);
  return dto;
}

std::optional<app::CreatePayment> read_new_payment(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewPayment>(body));
  const auto currency = stated_currency(body);
  fields.check_amount(body.find("amount"), currency, "amount");
  if (fields.failed()) return std::nullopt;
  return app::CreatePayment{
      .order = dto->order_id.value,
      .gateway = dto->payment_method,
      .amount = dto->amount.text,
      .currency = currency,
      .capture_method = dto->capture_method.value_or(domain::CaptureMethod::automatic),
      .description = text_of(dto->description),
      .metadata = to_text(dto->metadata).value_or("{}")};
}

std::optional<app::UpdatePayment> read_payment_update(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<PaymentUpdate>(body));
  check_sign(body, fields);
  if (fields.failed()) return std::nullopt;
  return app::UpdatePayment{.amount = text_of(dto->amount),
                            .gateway = dto->payment_method,
                            .description = text_of(dto->description),
                            .metadata = to_text(dto->metadata)};
}

std::optional<app::ProcessPayment> read_confirmation(const wire::Json& body,
                                                     const ReturnUrls& returns, Fields& fields) {
  auto dto = fields.take(wire::decode<PaymentConfirmation>(body));
  if (dto) {
    fields.check_token(text_of(dto->payment_method_id), "payment_method_id");
    fields.check_return_url(text_of(dto->return_url), returns, "return_url");
    fields.check_return_url(text_of(dto->cancel_url), returns, "cancel_url");
  }
  if (fields.failed()) return std::nullopt;
  return app::ProcessPayment{.payment_method = text_of(dto->payment_method_id),
                             .return_url = text_of(dto->return_url)};
}

std::optional<app::CapturePayment> read_capture(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<PaymentCapture>(body));
  check_sign(body, fields);
  if (fields.failed()) return std::nullopt;
  return app::CapturePayment{.amount = text_of(dto->amount)};
}

std::optional<RefundOrder> read_new_refund(const wire::Json& body, Fields& fields) {
  auto dto = fields.take(wire::decode<NewRefund>(body));
  check_sign(body, fields);
  if (fields.failed()) return std::nullopt;
  return RefundOrder{
      .refund = {.amount = text_of(dto->amount),
                 .reason = text_of(dto->reason).value_or(std::string(kDefaultReason))},
      .cancel_subscription = dto->cancel_subscription.value_or(false)};
}

wire::Json payment_example() {
  return example(R"({
    "id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "number": 1, "kind": "order",
    "order_id": "019a53c5-9e00-7b6a-8f3e-2d51c0a7e914", "user_id": "ana",
    "payment_method": "stripe", "amount": 59.98, "currency": "PEN", "status": "completed",
    "capture_method": "automatic", "amount_captured": 59.98, "amount_refunded": 0.00,
    "overpayment_id": null, "description": null, "metadata": {}, "gateway_payment_id": "pi_3QfX2a",
    "payment_intent_id": "pi_3QfX2a", "gateway_transaction_id": "ch_3QfX2a",
    "gateway_response": {"id": "pi_3QfX2a", "status": "succeeded"}, "failure_reason": null,
    "decline_code": null, "next_action": null, "pending_operation": null, "conflicted": false,
    "processed_at": "2025-11-05T10:31:07.250Z", "created_at": "2025-11-05T10:31:05.000Z",
    "updated_at": "2025-11-05T10:31:07.250Z"})");
}

wire::Json refund_example() {
  return example(R"({
    "id": "019a53c7-0f58-7a90-b1c4-90d8e27f5a63",
    "payment_id": "019a53c6-2c10-7d1f-9a02-6be0f3a1c7d2", "overpayment_id": null,
    "amount": 29.99, "currency": "PEN", "reason": "Product defect", "status": "succeeded", "gateway_refund_id": "re_3QfX2a",
    "failure_reason": null, "payment_status": "completed",
    "created_at": "2025-11-05T10:32:04.000Z"})");
}

}  // namespace cobro::surfaces::platform
