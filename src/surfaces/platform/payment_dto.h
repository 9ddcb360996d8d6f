// Payments and refunds as this surface reads and writes them.
#pragma once

#include "app/payments/payments.h"
#include "surfaces/common/fields.h"
#include "surfaces/common/paging.h"
#include "surfaces/common/references.h"
#include "surfaces/common/words.h"
#include "surfaces/platform/next_action.h"
#include "surfaces/platform/payment_words.h"

namespace cobro::surfaces::platform {

using Description = wire::Text<0, 500>;
using Metadata = wire::StringMap<50, 40, 500>;

struct NewPayment {
  IdOrNumber<domain::OrderId> order_id;
  domain::GatewayName payment_method;
  wire::Decimal amount;
  std::optional<CurrencyCode> currency;  // the order's when absent
  std::optional<domain::CaptureMethod> capture_method;
  std::optional<Description> description;
  std::optional<Metadata> metadata;
};
BOOST_DESCRIBE_STRUCT(NewPayment, (),
                      (order_id, payment_method, amount, currency, capture_method, description,
                       metadata))

struct PaymentUpdate {
  std::optional<wire::Decimal> amount;
  std::optional<domain::GatewayName> payment_method;
  std::optional<Description> description;
  std::optional<Metadata> metadata;
};
BOOST_DESCRIBE_STRUCT(PaymentUpdate, (), (amount, payment_method, description, metadata))

// Accepted, because clients send it; it changes nothing at the gateway.
enum class ConfirmationMethod { automatic, manual };
BOOST_DESCRIBE_ENUM(ConfirmationMethod, automatic, manual)

struct PaymentConfirmation {
  std::optional<wire::Reference<1, 255>> payment_method_id;
  std::optional<ConfirmationMethod> confirmation_method;
  std::optional<wire::Text<1, 2048>> return_url;
  std::optional<wire::Text<1, 2048>> cancel_url;
};
BOOST_DESCRIBE_STRUCT(PaymentConfirmation, (),
                      (payment_method_id, confirmation_method, return_url, cancel_url))

struct PaymentCapture {
  std::optional<wire::Decimal> amount;
};
BOOST_DESCRIBE_STRUCT(PaymentCapture, (), (amount))

struct NewRefund {
  std::optional<wire::Decimal> amount;
  std::optional<wire::Text<1, 500>> reason;
  std::optional<bool> cancel_subscription;  // ends the one that the payment is of, now
};
BOOST_DESCRIBE_STRUCT(NewRefund, (), (amount, reason, cancel_subscription))

struct PaymentQuery : PageQuery {
  std::optional<CommaList<PaymentStatus>> status;
  std::optional<IdOrNumber<domain::OrderId>> order_id;
  std::optional<domain::PaymentKind> kind;
};
BOOST_DESCRIBE_STRUCT(PaymentQuery, (PageQuery), (status, order_id, kind))

struct RefundQuery : PageQuery {
  std::optional<IdOrNumber<domain::PaymentId>> payment_id;
};
BOOST_DESCRIBE_STRUCT(RefundQuery, (PageQuery), (payment_id))

struct Payment {
  domain::PaymentId id;
  std::int64_t number = 0;
  domain::PaymentKind kind = domain::PaymentKind::order;
  std::optional<domain::OrderId> order_id;
  wire::Omittable<domain::SubscriptionId> subscription_id;
  wire::Omittable<std::string> course_id;
  std::string user_id;
  domain::GatewayName payment_method;
  wire::Decimal amount;
  CurrencyCode currency;
  PaymentStatus status = PaymentStatus::pending;
  domain::CaptureMethod capture_method = domain::CaptureMethod::automatic;
  wire::Decimal amount_captured;
  wire::Decimal amount_refunded;
  wire::Omittable<wire::Decimal> disputed;  // withdrawn now; of a payment that was ever disputed
  wire::Omittable<domain::DisputeStatus> dispute_status;
  std::optional<domain::OverpaymentId> overpayment_id;  // of money that it could not keep
  std::optional<std::string> description;
  StoredJson metadata;
  std::optional<std::string> gateway_payment_id;
  std::optional<std::string> payment_intent_id;  // the same, by the name intents use
  std::optional<std::string> gateway_transaction_id;
  std::optional<StoredJson> gateway_response;
  std::optional<std::string> failure_reason;
  std::optional<std::string> decline_code;
  std::optional<NextAction> next_action;
  std::optional<domain::Operation> pending_operation;
  bool conflicted = false;
  std::optional<base::Timestamp> processed_at;
  base::Timestamp created_at;
  base::Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Payment, (),
                      (id, number, kind, order_id, subscription_id, course_id, user_id,
                       payment_method, amount, currency, status, capture_method, amount_captured,
                       amount_refunded, disputed, dispute_status, overpayment_id, description,
                       metadata, gateway_payment_id, payment_intent_id, gateway_transaction_id,
                       gateway_response, failure_reason, decline_code, next_action,
                       pending_operation, conflicted, processed_at, created_at, updated_at))

struct PaymentList {
  std::vector<Payment> payments;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(PaymentList, (), (payments, total, next_cursor))

enum class CancellationStatus { cancelled, refused, unknown };
BOOST_DESCRIBE_ENUM(CancellationStatus, cancelled, refused, unknown)

// What became of the end of the subscription that was asked for with its refund.
struct SubscriptionCancellation {
  CancellationStatus status = CancellationStatus::cancelled;
  wire::Omittable<std::string> code;  // of an error; not of one that was cancelled
  wire::Omittable<std::string> message;
};
BOOST_DESCRIBE_STRUCT(SubscriptionCancellation, (), (status, code, message))

struct Refund {
  domain::RefundId id;
  domain::PaymentId payment_id;
  std::optional<domain::OverpaymentId> overpayment_id;  // what it sends back; null: the payment
  wire::Decimal amount;
  CurrencyCode currency;
  std::string reason;
  domain::RefundStatus status = domain::RefundStatus::pending;
  std::optional<std::string> gateway_refund_id;
  std::optional<std::string> failure_reason;
  wire::Omittable<PaymentStatus> payment_status;  // not in lists
  base::Timestamp created_at;
  // Where `cancel_subscription` was asked for.
  wire::Omittable<SubscriptionCancellation> subscription_cancellation;
};
BOOST_DESCRIBE_STRUCT(Refund, (),
                      (id, payment_id, overpayment_id, amount, currency, reason, status,
                       gateway_refund_id, failure_reason, payment_status, created_at,
                       subscription_cancellation))

struct RefundList {
  std::vector<Refund> refunds;
  std::int64_t total = 0;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(RefundList, (), (refunds, total, next_cursor))

Payment to_dto(const domain::Payment& payment);
// With the payment's status; of a list, without.
Refund to_dto(const domain::Refund& refund, const domain::Payment& payment);
Refund to_listed_dto(const domain::Refund& refund,
                     std::optional<domain::OverpaymentId> overpayment_id);

SubscriptionCancellation to_cancellation_dto(const std::optional<domain::Refusal>& not_ended);

// Each reports to `fields`, and gives nothing when anything failed there. The payment that
// they act on is the caller's to fill in.
std::optional<app::CreatePayment> read_new_payment(const wire::Json& body, Fields& fields);
std::optional<app::UpdatePayment> read_payment_update(const wire::Json& body, Fields& fields);
std::optional<app::ProcessPayment> read_confirmation(const wire::Json& body,
                                                     const ReturnUrls& returns, Fields& fields);
std::optional<app::CapturePayment> read_capture(const wire::Json& body, Fields& fields);
struct RefundOrder {
  app::RefundPayment refund;
  bool cancel_subscription = false;
};
std::optional<RefundOrder> read_new_refund(const wire::Json& body, Fields& fields);

wire::Json payment_example();
wire::Json refund_example();

}  // namespace cobro::surfaces::platform
