#include "app/payments/one_payer.h"

#include "app/calls/gateway_call.h"
#include "app/pipeline/guards.h"

namespace cobro::app {

namespace {

using domain::Payment;
using domain::Refusal;

// Its money could come, and would be an overpayment. Whatever else is open holds its amount.
bool is_payable_without_room(const ports::Loaded& loaded, const Payment& other) {
  const bool is_payable = other.pending_operation || is_open_at_gateway(other);
  return other.id != loaded.payment->id && other.state == domain::PaymentState::failed &&
         is_payable && other.amount > loaded.order->total - loaded.order->allocated;
}

}  // namespace

base::Result<std::optional<Decided>, Refusal> end_other_payers(const Context& context,
                                                               const ports::Loaded& loaded,
                                                               const Asked& asked,
                                                               domain::Moment& moment) {
  if (!loaded.order) return std::nullopt;
  std::vector<const Payment*> payable;
  for (const auto& other : loaded.order_payments)
    if (is_payable_without_room(loaded, other)) payable.push_back(&other);
  if (payable.empty()) return std::nullopt;
  for (const auto* other : payable) {
    if (other->conflicted) return std::unexpected(payment_conflicted());
    if (!other->pending_operation) continue;
    if (was_asked(asked, other->id)) return std::unexpected(payment_in_progress(*other));
    return ask_about(other->id);
  }
  Decided decided;
  for (const auto* other : payable) {
    domain::Books books(moment, *other, loaded.order, {}, {});
    COBRO_TRY_INTO(auto call, make_call(context, books, ports::CancelCommand{}));
    decided.changes.update(books.payment());
    decided.changes.insert(call);
    decided.calls.push_back(std::move(call));
    moment.ids = books.ids();
  }
  // They have no room while the order, and the payment that is to be marked, stay as they are.
  decided.changes.rely_on(*loaded.order);
  decided.changes.rely_on(*loaded.payment);
  return decided;
}

}  // namespace cobro::app
