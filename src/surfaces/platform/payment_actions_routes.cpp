// What moves money: process, capture and refund.
#include "app/payments/payments.h"
#include "app/subscriptions/subscriptions.h"
#include "base/check.h"
#include "surfaces/platform/named_payment.h"
#include "surfaces/platform/payment_dto.h"
#include "surfaces/platform/routes.h"

namespace cobro::surfaces::platform {
namespace {

using app::Answer;

app::StoredReply render_payment(const domain::Payment& payment) {
  return reply(200, to_dto(payment));
}
app::StoredReply render_refund(const domain::Refund& refund, const domain::Payment& payment) {
  return reply(200, to_dto(refund, payment));
}

base::Task<Answer> process(Exchange& exchange) {
  Fields fields;
  auto command = read_confirmation(exchange.body, exchange.surface.sites.returns, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_payment(exchange);
  if (!named) co_return std::unexpected(named.error());
  command->payment = *named;
  co_return co_await app::process_payment(exchange.surface.context, std::move(*call),
                                          std::move(*command), &render_payment);
}

base::Task<Answer> capture(Exchange& exchange) {
  Fields fields;
  auto command = read_capture(exchange.body, fields);
  if (!command) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_payment(exchange);
  if (!named) co_return std::unexpected(named.error());
  command->payment = *named;
  co_return co_await app::capture_payment(exchange.surface.context, std::move(*call),
                                          std::move(*command), &render_payment);
}

// The stored reply is the refund's; what became of the end is said beside it.
app::StoredReply render_refund_and_end(app::StoredReply refunded,
                                       const std::optional<domain::Refusal>& not_ended) {
  auto body = wire::parse_json(refunded.body);
  COBRO_CHECK(body.has_value() && body->find("data") != nullptr);
  auto data = *body->find("data");
  data.set("subscription_cancellation",
           *wire::parse_json(wire::encode(to_cancellation_dto(not_ended))));
  body->set("data", std::move(data));
  refunded.body = wire::to_text(*body);
  return refunded;
}

base::Task<Answer> refund(Exchange& exchange) {
  Fields fields;
  auto order = read_new_refund(exchange.body, fields);
  if (!order) co_return std::unexpected(fields.refusal());
  auto call = exchange.call();
  if (!call) co_return std::unexpected(call.error());
  const auto named = named_payment(exchange);
  if (!named) co_return std::unexpected(named.error());
  order->refund.payment = *named;
  if (order->cancel_subscription)
    co_return co_await app::refund_and_end(exchange.surface.context, std::move(*call),
                                           std::move(order->refund), &render_refund,
                                           &render_refund_and_end);
  co_return co_await app::refund_payment(exchange.surface.context, std::move(*call),
                                         std::move(order->refund), &render_refund);
}

}  // namespace

void add_payment_action_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/payments/{id}/process",
       .id = "processPayment",
       .summary = "Confirm a payment at its gateway, or learn how it stands",
       .tag = "Payments",
       .handle = &process,
       .success = data_of<Payment>(200, "The payment as it is now.", payment_example()),
       .body = body_of<PaymentConfirmation>(
           R"({"payment_method_id": "pm_card_visa", "confirmation_method": "manual"})", false),
       .errors = {402, 502, 504}}));
  routes.push_back(
      make_route({.method = "POST",
                  .path = "/payments/{id}/capture",
                  .id = "capturePayment",
                  .summary = "Capture an authorized payment, whole or in part",
                  .tag = "Payments",
                  .handle = &capture,
                  .success = data_of<Payment>(200, "The payment, captured.", payment_example()),
                  .body = body_of<PaymentCapture>(R"({"amount": 40.00})", false),
                  .errors = {402, 502, 504},
                  .access = Access::trusted}));
  routes.push_back(make_route(
      {.method = "POST",
       .path = "/payments/{id}/refund",
       .id = "refundPayment",
       .summary = "Refund a payment, whole or in part",
       .tag = "Payments",
       .handle = &refund,
       .success = data_of<Refund>(200, "The refund.", refund_example()),
       .body = body_of<NewRefund>(R"({"amount": 29.99, "reason": "Product defect"})", false),
       .errors = {502, 504},
       .access = Access::refunding}));
}

}  // namespace cobro::surfaces::platform
