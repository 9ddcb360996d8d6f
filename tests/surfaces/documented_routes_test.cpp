// The OpenAPI document's outline, route by route: who may call, what the body is, and each status
// that is promised. A promise changes here too, by whoever means to change it.
#include <sstream>

#include "base/text.h"
#include "surfaces/desk.h"

namespace cobro::testing {
namespace {

bool is_required(const wire::Json& part) {
  const auto* required = part.find("required");
  return required != nullptr && required->as_bool() != nullptr && *required->as_bool();
}

std::string outline_of(const wire::Json& operation) {
  std::ostringstream out;
  const auto* bearer = operation.find("security");
  const bool open =
      bearer != nullptr && bearer->as_array() != nullptr && bearer->as_array()->empty();
  out << operation.string_at({"operationId"}).value_or("?") << (open ? " anyone" : " bearer");
  if (const auto* body = operation.find("requestBody"))
    out << (is_required(*body) ? " body" : " body?");
  out << "\n   ";
  for (const auto& [status, response] : *operation.find("responses")->as_object())
    out << ' ' << status;
  if (const auto* parameters = operation.find("parameters"); parameters != nullptr) {
    out << " |";
    for (const auto& parameter : *parameters->as_array())
      out << ' ' << parameter.string_at({"name"}).value_or("?")
          << (is_required(parameter) ? "!" : "");
  }
  return out.str();
}

constexpr std::string_view kOutline = R"(
get /healthz getHealth anyone
    200
get /livez getLiveness anyone
    200
get /readyz getReadiness anyone
    200 503 | verbose
get /openapi.json getOpenApi anyone
    200
post /webhooks/{gateway} receiveWebhook anyone body
    200 400 404 503 | gateway!
get /checkout/{session} showCheckoutPage anyone
    200 | session!
get /checkout/assets/{file} getCheckoutAsset anyone
    200 404 | file!
get /checkout/{session}/session getCheckoutSession anyone
    200 404 | session!
post /checkout/{session}/refresh refreshCheckoutSession anyone
    200 404 | session!
post /api/v1/orders createOrder bearer body
    201 400 401 404 409 413 415 422 500 503 | Idempotency-Key
get /api/v1/orders listOrders bearer
    200 400 401 403 404 500 503 | limit offset cursor status user_id
get /api/v1/orders/{id} getOrder bearer
    200 400 401 404 500 503 | id!
put /api/v1/orders/{id} updateOrder bearer body?
    200 400 401 403 404 409 413 415 422 500 503 | id! Idempotency-Key
delete /api/v1/orders/{id} cancelOrder bearer
    200 400 401 404 409 413 415 422 500 502 503 504 | id! Idempotency-Key
post /api/v1/payments createPayment bearer body
    201 400 401 404 409 413 415 422 500 503 | Idempotency-Key
get /api/v1/payments listPayments bearer
    200 400 401 404 500 503 | limit offset cursor status order_id kind
get /api/v1/payments/{id} getPayment bearer
    200 400 401 404 500 503 | id!
put /api/v1/payments/{id} updatePayment bearer body?
    200 400 401 404 409 413 415 422 500 503 | id! Idempotency-Key
delete /api/v1/payments/{id} cancelPayment bearer
    200 400 401 403 404 409 413 415 422 500 502 503 504 | id! Idempotency-Key
post /api/v1/payments/{id}/process processPayment bearer body?
    200 400 401 402 404 409 413 415 422 500 502 503 504 | id! Idempotency-Key
post /api/v1/payments/{id}/capture capturePayment bearer body?
    200 400 401 402 403 404 409 413 415 422 500 502 503 504 | id! Idempotency-Key
post /api/v1/payments/{id}/refund refundPayment bearer body?
    200 400 401 403 404 409 413 415 422 500 502 503 504 | id! Idempotency-Key
post /api/v1/payments/intent createPaymentIntent bearer body
    200 400 401 402 404 409 413 415 422 500 502 503 504 | Idempotency-Key
get /api/v1/refunds listRefunds bearer
    200 400 401 404 500 503 | limit offset cursor payment_id
get /api/v1/refunds/{id} getRefund bearer
    200 400 401 404 500 503 | id!
post /api/v1/transactions recordTransaction bearer body
    201 400 401 403 404 409 413 415 422 500 502 503 504 | Idempotency-Key
get /api/v1/transactions listTransactions bearer
    200 400 401 404 500 503 | limit offset cursor payment_id type status from to
get /api/v1/transactions/{id} getTransaction bearer
    200 400 401 404 500 503 | id!
get /api/v1/overpayments listOverpayments bearer
    200 400 401 404 500 503 | limit offset cursor status payment_id
post /api/v1/overpayments/{id}/refund refundOverpayment bearer body?
    200 400 401 402 403 404 409 413 415 422 500 502 503 504 | id! Idempotency-Key
get /api/v1/reconciliations listReconciliations bearer
    200 400 401 403 404 500 503 | limit offset cursor status payment_id
post /api/v1/reconciliations/{id}/resolve resolveReconciliation bearer body
    200 400 401 403 404 409 413 415 422 500 503 | id! Idempotency-Key
post /api/v1/subscriptions createSubscription bearer body
    201 400 401 402 404 409 413 415 422 500 502 503 504 | Idempotency-Key
get /api/v1/subscriptions listSubscriptions bearer
    200 400 401 404 500 503 | limit offset cursor status
get /api/v1/subscriptions/{subscription} getSubscription bearer
    200 400 401 404 500 503 | subscription!
delete /api/v1/subscriptions/{subscription} endSubscription bearer
    200 400 401 404 409 413 415 422 500 502 503 504 | subscription! immediate Idempotency-Key
patch /api/v1/subscriptions/{subscription} setMethodOfSubscription bearer body
    200 400 401 402 404 409 413 415 422 500 502 503 504 | subscription! Idempotency-Key
post /api/v1/subscriptions/{subscription}/resume resumeSubscription bearer
    200 400 401 404 409 413 415 422 500 502 503 504 | subscription! Idempotency-Key
post /api/v1/subscriptions/{subscription}/change-plan changePlan bearer body
    200 400 401 402 404 409 413 415 422 500 502 503 504 | subscription! dry_run Idempotency-Key
get /api/v1/subscriptions/{subscription}/history listStatusChanges bearer
    200 400 401 404 500 503 | subscription! limit offset cursor
post /api/v1/payment-methods savePaymentMethod bearer body
    201 400 401 402 404 409 413 415 422 500 502 503 504 | Idempotency-Key
get /api/v1/payment-methods listPaymentMethods bearer
    200 400 401 404 500 503 | limit offset cursor
delete /api/v1/payment-methods/{payment_method} removePaymentMethod bearer
    200 400 401 404 409 413 415 422 500 502 503 504 | payment_method! Idempotency-Key
patch /api/v1/payment-methods/{payment_method}/default setDefaultPaymentMethod bearer
    200 400 401 404 409 413 415 422 500 502 503 504 | payment_method! Idempotency-Key
get /api/v1/plans listPlans bearer
    200 400 401 404 500 503 | limit offset cursor
get /api/v1/plans/{plan} getPlan bearer
    200 400 401 404 500 503 | plan!
get /api/v1/entitlements listEntitlements bearer
    200 400 401 404 500 503 | limit offset cursor active
get /api/v1/disputes listDisputes bearer
    200 400 401 404 500 503 | limit offset cursor status payment_id
post /payments/create-payment-intent createCoursePaymentIntent bearer body
    201 400 401 404 409 413 415 422 500 502 503 504 | Idempotency-Key
get /payments/history listCoursePayments bearer
    200 400 401 404 500 503 | limit offset
post /payments/create-checkout-session createCheckoutSession bearer body
    201 400 401 404 409 413 415 422 500 502 503 504 | Idempotency-Key
post /payments/subscriptions createCourseSubscription bearer body
    201 400 401 402 404 409 413 415 422 500 502 503 504 | Idempotency-Key
get /payments/subscriptions/current getCurrentSubscription bearer
    200 400 401 404 500 503
delete /payments/subscriptions/{subscription} endCourseSubscription bearer
    200 400 401 404 409 413 415 422 500 502 503 504 | subscription! immediate Idempotency-Key
post /payments/webhook receiveCoursesWebhook anyone body
    200 400 404 503
post /v1/payments/webhook receiveV1Webhook anyone body
    200 400 404 503
)";

TEST(Document, promises_this_of_every_route) {
  Desk desk;
  std::string outline = "\n";
  for (const auto& [path, item] : *desk.document().find("paths")->as_object())
    for (const auto& [method, operation] : *item.as_object())
      outline += method + " " + path + " " + outline_of(operation) + "\n";
  EXPECT_EQ(outline, kOutline);
}

}  // namespace
}  // namespace cobro::testing
