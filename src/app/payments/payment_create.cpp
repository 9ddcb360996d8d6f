#include <fmt/format.h>

#include "app/payments/new_payments.h"
#include "app/payments/payments.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "domain/books.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;

base::Result<void, Refusal> check_order(const domain::Order& order) {
  if (order.status != domain::OrderStatus::pending)
    return std::unexpected(invalid_state(fmt::format(
        "The order is {}; it must be pending to take a payment.", to_string(order.status))));
  if (order.closing)
    return std::unexpected(
        Refusal{.code = RefusalCode::order_closing, .message = "The order is being cancelled."});
  return {};
}

base::Result<domain::Money, Refusal> check_amount(const Context& context,
                                                  const CreatePayment& command,
                                                  const domain::Order& order) {
  const auto currency = order.total.currency();
  if (command.currency && *command.currency != currency)
    return std::unexpected(
        invalid_field("currency", "not_the_orders",
                      fmt::format("must be the order's currency, {}", currency.code())));
  COBRO_TRY_INTO(auto amount, read_amount(command.amount, currency, "amount"));
  if (auto refusal = context.gateways.find(command.gateway)->check_amount(amount))
    return std::unexpected(std::move(*refusal));
  return amount;
}

domain::Payment make_payment(const CreatePayment& command, const domain::Order& order,
                             domain::Money amount, std::int64_t number, domain::Moment& moment) {
  const auto zero = domain::Money::zero(amount.currency());
  return {.id = moment.ids.next<domain::PaymentId>(),
          .number = number,
          .order_id = order.id,
          .user_id = order.user_id,
          .tenant_id = order.tenant_id,
          .gateway = command.gateway,
          .capture_method = command.capture_method,
          .amount = amount,
          .captured = zero,
          .refunded = zero,
          .refunding = zero,
          .description = command.description,
          .metadata = command.metadata,
          .created_at = moment.now,
          .updated_at = moment.now};
}

base::Result<Decided, Refusal> decide(const Context& context, const Call& call,
                                      const CreatePayment& command, const RenderPayment& render,
                                      const Asked& asked, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(auto order, visible_order(loaded, call.caller));
  COBRO_TRY_INTO(const auto amount, check_amount(context, command, order));
  if (auto payable = check_order(order); !payable) return std::unexpected(payable.error());
  if (order.allocated + amount > order.total) {
    if (const auto holder = old_holder(loaded, asked, moment.now)) return ask_about(*holder);
    return std::unexpected(order_amount_taken(loaded, nullptr));
  }
  auto payment = make_payment(command, order, amount, loaded.payment_numbers.front(), moment);
  order.allocated += amount;
  order.updated_at = moment.now;

  Decided decided;
  decided.changes.insert(created_event(payment, moment));
  decided.reply = render(payment);
  decided.changes.update(std::move(order));
  decided.changes.insert(std::move(payment));
  return decided;
}

}  // namespace

base::Task<Answer> create_payment(Context& context, Call call, CreatePayment command,
                                  RenderPayment render) {
  if (context.gateways.find(command.gateway) == nullptr)
    co_return std::unexpected(gateway_not_available(command.gateway));
  ports::Reads reads{.root = command.order, .parts = {}, .payment_numbers = 1};
  Asked asked;
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(context, call, command, render, asked, loaded, std::move(moment));
  };
  auto decided = co_await idempotently_with_query(context, call, std::move(reads), decide_once,
                                                  never_rendered, asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

}  // namespace cobro::app
