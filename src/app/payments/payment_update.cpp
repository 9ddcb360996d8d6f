#include <fmt/format.h>

#include "app/payments/payments.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;

bool changes_money(const UpdatePayment& command) {
  return command.amount || command.gateway;
}

base::Result<void, Refusal> check_state(const Call& call, const domain::Payment& payment,
                                        bool money) {
  if (payment.pending_operation) return std::unexpected(payment_in_progress(payment));
  if (payment.state != domain::PaymentState::pending)
    return std::unexpected(wrong_state(call, payment, domain::PaymentState::pending, ""));
  if (money && exists_at_gateway(payment))
    return std::unexpected(
        invalid_state("The payment exists at the gateway already; only its description and "
                      "metadata may change."));
  return {};
}

// Takes over amount and gateway; what the order allocates follows the amount.
base::Result<void, Refusal> change_money(const Context& context, const UpdatePayment& command,
                                         const ports::Loaded& loaded, domain::Payment& payment,
                                         domain::Order* order) {
  const auto* gateway = context.gateways.find(command.gateway.value_or(payment.gateway));
  if (gateway == nullptr)
    return std::unexpected(
        Refusal{.code = RefusalCode::gateway_not_available,
                .message = "This gateway is not available here.",
                .details = {{"payment_method", "gateway_not_available", "is not available here"}}});
  auto amount = payment.amount;
  if (command.amount) {
    COBRO_TRY_INTO(amount, read_amount(*command.amount, payment.amount.currency(), "amount"));
  }
  if (auto refusal = gateway->check_amount(amount)) return std::unexpected(std::move(*refusal));
  if (order != nullptr) {
    order->allocated += amount - payment.amount;
    if (order->allocated > order->total)
      return std::unexpected(order_amount_taken(loaded, &payment));
  }
  payment.amount = amount;
  payment.gateway = gateway->name();
  return {};
}

base::Result<Decided, Refusal> decide(const Context& context, const Call& call,
                                      const UpdatePayment& command, const RenderPayment& render,
                                      const Asked& asked, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(auto payment, visible_payment(loaded, call.caller));
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  if (payment.pending_operation && !was_asked(asked, payment.id)) return ask_about(payment.id);
  if (auto ok = check_state(call, payment, changes_money(command)); !ok)
    return std::unexpected(std::move(ok).error());
  Decided decided;
  auto order = loaded.order;
  if (changes_money(command)) {
    auto done = change_money(context, command, loaded, payment, order ? &*order : nullptr);
    if (!done && done.error().code == domain::RefusalCode::order_amount_taken)
      if (const auto other = old_holder(loaded, asked, moment.now, &*loaded.payment))
        return ask_about(*other);
    if (!done) return std::unexpected(std::move(done).error());
    if (order && order->allocated != loaded.order->allocated) {
      order->updated_at = moment.now;
      decided.changes.update(*order);
    }
  }
  if (command.description) payment.description = command.description;
  if (command.metadata) payment.metadata = *command.metadata;
  payment.updated_at = moment.now;
  domain::EventPayload payload;
  payload.add("paymentId", payment.id.to_string())
      .add("userId", payment.user_id)
      .add("amount", payment.amount)
      .add("currency", payment.amount.currency().code())
      .add("gateway", domain::to_string(payment.gateway));
  payment.event_sequence += 1;
  decided.changes.insert(
      domain::Event{moment.ids.next<domain::EventId>(), domain::Aggregate::payment, payment.id.uuid,
                    payment.event_sequence, "payment.updated", payload.text(), moment.now});
  decided.reply = render(payment);
  decided.changes.update(std::move(payment));
  return decided;
}

}  // namespace

base::Task<Answer> update_payment(Context& context, Call call, UpdatePayment command,
                                  RenderPayment render) {
  Asked asked;
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(context, call, command, render, asked, loaded, std::move(moment));
  };
  ports::Reads reads{.root = command.payment, .parts = {}};
  auto decided = co_await idempotently_with_query(context, call, std::move(reads), decide_once,
                                                  never_rendered, asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

}  // namespace cobro::app
