#include <fmt/format.h>

#include <algorithm>

#include "app/calls/driver.h"
#include "app/orders/orders.h"
#include "app/payments/closing.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::OrderStatus;
using domain::PaymentState;
using domain::Refusal;
using domain::RefusalCode;

struct CancelCall {
  const Context& context;
  const Call& call;
  const RenderOrder& render;
  Asked asked = {};
};

Refusal refund_required() {
  return {.code = RefusalCode::refund_required,
          .message = "Money was captured for this order; refund it instead of cancelling."};
}

Refusal still_closing() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "A payment of this order could not be cancelled at the gateway yet; the order "
              "is being closed and this will be resolved."};
}

Refusal not_pending(const domain::Order& order) {
  return invalid_state(
      fmt::format("The order is {}; it must be pending to be cancelled.", to_string(order.status)));
}

bool is_busy(const domain::Payment& payment) {
  return payment.state == PaymentState::processing || payment.pending_operation;
}

base::Result<void, Refusal> check(const CancelCall& cancel, const ports::Loaded& loaded) {
  const auto& order = *loaded.order;
  if (order.captured > order.refunded) return std::unexpected(refund_required());
  if (order.status != OrderStatus::pending) return std::unexpected(not_pending(order));
  for (const auto& payment : loaded.order_payments) {
    if (payment.conflicted && !has_ended(payment.state))
      return std::unexpected(payment_conflicted());
    if (is_busy(payment) && was_asked(cancel.asked, payment.id))
      return std::unexpected(payment_in_progress(payment));
  }
  return {};
}

std::optional<domain::PaymentId> busy_payment(const CancelCall& cancel,
                                              const ports::Loaded& loaded) {
  for (const auto& payment : loaded.order_payments)
    if (is_busy(payment) && !was_asked(cancel.asked, payment.id)) return payment.id;
  return std::nullopt;
}

base::Result<Decided, Refusal> close(const CancelCall& cancel, const ports::Loaded& loaded,
                                     domain::Moment moment) {
  COBRO_TRY_INTO(auto closed,
                 close_order(cancel.context, loaded, std::move(moment), domain::Closing::cancel));
  Decided decided;
  if (closed.calls.empty())
    decided.reply = cancel.render(closed.changes.updated<domain::Order>().front());
  decided.changes = std::move(closed.changes);
  decided.calls = std::move(closed.calls);
  return decided;
}

// What has become of the order: cancelled, kept by money that came or by the gateway's refusal, or
// not known yet. Where it moved on, that is why the gateway refused.
Answer outcome(const RenderOrder& render, const domain::Order& order,
               const std::optional<Refusal>& refused) {
  if (order.status == OrderStatus::cancelled) return render(order);
  if (order.closing) return std::unexpected(still_closing());
  if (order.captured > order.refunded) return std::unexpected(refund_required());
  if (order.status != OrderStatus::pending) return std::unexpected(not_pending(order));
  if (refused) return std::unexpected(*refused);
  return std::unexpected(invalid_state(
      "A payment of this order went on at the gateway; the order was not cancelled."));
}

base::Result<Decided, Refusal> decide(const CancelCall& cancel, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(const auto order, visible_order(loaded, cancel.call.caller));
  if (order.status == OrderStatus::cancelled) return Decided{.reply = cancel.render(order)};
  if (!order.closing)
    if (auto fine = check(cancel, loaded); !fine) return std::unexpected(std::move(fine).error());
  if (const auto busy = busy_payment(cancel, loaded)) return ask_about(*busy);
  if (order.closing) return std::unexpected(still_closing());
  return close(cancel, loaded, std::move(moment));
}

// What the gateway would not cancel, and what it said.
struct Refused {
  std::optional<Refusal> refusal = {};
  std::vector<domain::PaymentId> payments = {};
};

// The refusal, unless it stands for a payment that was paid there, whatever went back since.
std::optional<Refusal> reason_of(const Refused& refused, const ports::Loaded& loaded) {
  for (const auto& payment : loaded.order_payments)
    if (payment.state == PaymentState::succeeded &&
        std::ranges::find(refused.payments, payment.id) != refused.payments.end())
      return std::nullopt;
  return refused.refusal;
}

// After the calls: words what the order has become, and closes the record with it.
base::Task<Answer> conclude(Context& context, const Call& call, ports::OrderRef order,
                            RenderOrder render, Refused refused) {
  std::optional<Answer> result;
  ports::Reads reads{.root = order};
  if (call.idempotency) reads.record_key = call.idempotency->record_key;
  const DecideChanges decide_changes =
      [&](const ports::Loaded& loaded,
          domain::Moment moment) -> base::Result<ports::Changes, Refusal> {
    ports::Changes changes;
    if (loaded.record && loaded.record->reply) {
      // Another caller under the key was answered meanwhile: from then on that is the answer.
      StoredReply reply = *loaded.record->reply;
      reply.headers.set("Idempotent-Replayed", "true");
      result = std::move(reply);
      return changes;
    }
    result = outcome(render, *loaded.order, reason_of(refused, loaded));
    if (!loaded.record || loaded.order->closing) return changes;
    auto record = *loaded.record;
    if (*result) {
      record.state = ports::RecordState::closed;
      record.reply = **result;
      record.expires_at = moment.now + kRecordLife;
      changes.update(std::move(record));
    } else {
      changes.remove(std::move(record));
    }
    return changes;
  };
  auto committed = co_await commit(context, std::move(reads), decide_changes);
  if (!committed) co_return std::unexpected(still_closing());  // the gateway was called
  co_return std::move(*result);
}

}  // namespace

base::Task<Answer> cancel_order(Context& context, Call call, CancelOrder command,
                                RenderOrder render) {
  CancelCall cancel{context, call, render};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(cancel, loaded, std::move(moment));
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) {
    return outcome(render, *loaded.order, std::nullopt);
  };
  const ports::Reads reads{.root = command.order};
  auto decided = co_await idempotently_with_query(context, call, reads, decide_once, render_left,
                                                  cancel.asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  // Whatever becomes of one, the others are sent too.
  Refused refused;
  for (auto& cancelling : decided->calls) {
    const auto payment = cancelling.payment_id();
    cancelling.record_key.reset();  // the record is closed once, by conclude
    auto completed = co_await perform_first(context, call.caller, std::move(cancelling));
    if (completed || completed.error().code == RefusalCode::outcome_unknown) continue;
    refused.payments.push_back(payment);
    if (!refused.refusal) refused.refusal = std::move(completed).error();
  }
  co_return co_await conclude(context, call, command.order, render, std::move(refused));
}

}  // namespace cobro::app
