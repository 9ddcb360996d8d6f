// What moves money: process, capture and refund.
#include "app/payments/payments.h"
#include "app/subscriptions/subscriptions.h"
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

// The subscription that the payment is of.
base::Task<base::Result<domain::SubscriptionId, domain::Refusal>> subscription_of(
    Exchange& exchange, ports::PaymentRef named) {
  const auto payment = co_await app::get_payment(exchange.surface.context, exchange.caller, named);
  if (!payment) co_return std::unexpected(payment.error());
  if (payment->subscription_id) co_return *payment->subscription_id;
  Fields fields;
  fields.fail("cancel_subscription", "not_allowed", "the payment is of no subscription");
  co_return std::unexpected(fields.refusal());
}

// After the refund, so that a refund that is refused leaves the subscription alone. Whoever
// asks again under the same key has the refund's answer, and the end is asked for again.
base::Task<Answer> refund_and_end(Exchange& exchange, app::Call call, app::RefundPayment command) {
  const auto subscription = co_await subscription_of(exchange, command.payment);
  if (!subscription) co_return std::unexpected(subscription.error());
  auto end = call;
  end.idempotency.reset();
  auto& context = exchange.surface.context;
  auto refunded =
      co_await app::refund_payment(context, std::move(call), std::move(command), &render_refund);
  if (!refunded) co_return refunded;
  const auto ended = co_await app::end_subscription(
      context, std::move(end), {.subscription = *subscription, .immediate = true},
      [](const domain::Subscription&) { return app::StoredReply{}; });
  const bool had_ended = !ended && ended.error().code == domain::RefusalCode::invalid_state;
  if (!ended && !had_ended) co_return std::unexpected(ended.error());
  co_return refunded;
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
    co_return co_await refund_and_end(exchange, std::move(*call), std::move(order->refund));
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
