#include "app/calls/driver.h"
#include "app/payments/payments.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"

namespace cobro::app {

namespace {

using domain::PaymentState;
using domain::Refusal;
using domain::RefusalCode;

struct Cancel {
  const Context& context;
  const Call& call;
  const RenderPayment& render;
  Asked asked = {};
};

Refusal refund_required() {
  return {.code = RefusalCode::refund_required,
          .message = "The payment succeeded; it can be refunded, not cancelled."};
}

Decided cancel_here(const Cancel& cancel, domain::Books& books) {
  Decided decided;
  books.cancel(false, "user_requested");
  collect(books, decided.changes);
  decided.reply = cancel.render(books.payment());
  return decided;
}

base::Result<Decided, Refusal> cancel_there(const Cancel& cancel, domain::Books& books) {
  COBRO_TRY_INTO(auto sent, make_call(cancel.context, books, ports::CancelCommand{}));
  Decided decided;
  collect(books, decided.changes);
  decided.changes.insert(sent);
  decided.calls.push_back(std::move(sent));
  return decided;
}

base::Result<Decided, Refusal> decide(const Cancel& cancel, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, cancel.call.caller));
  if (payment.state == PaymentState::cancelled) return Decided{.reply = cancel.render(payment)};
  if (payment.state == PaymentState::succeeded) return std::unexpected(refund_required());
  if (payment.state == PaymentState::authorized &&
      !may(cancel.call.caller, Action::void_authorized))
    return std::unexpected(
        forbidden("Voiding an authorized payment needs the role admin or service."));
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  if (payment.state == PaymentState::processing || payment.pending_operation) {
    if (was_asked(cancel.asked, payment.id)) return std::unexpected(payment_in_progress(payment));
    return ask_about(payment.id);
  }
  auto books = open_books(loaded, std::move(moment));
  return is_open_at_gateway(payment) ? cancel_there(cancel, books) : cancel_here(cancel, books);
}

}  // namespace

base::Task<Answer> cancel_payment(Context& context, Call call, CancelPayment command,
                                  RenderPayment render) {
  Cancel cancel{context, call, render};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(cancel, loaded, std::move(moment));
  };
  const RenderCompleted render_accepted = [&](const Completed& completed) {
    return render(*completed.payment);
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) -> Answer {
    return render_completed(call, loaded, render_accepted);
  };
  const ports::Reads reads{.root = command.payment, .parts = {}};
  auto decided = co_await idempotently_with_query(context, call, reads, decide_once, render_left,
                                                  cancel.asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  auto answer =
      co_await perform(context, &call, std::move(decided->calls.front()), render_accepted);
  if (answer || answer.error().code != RefusalCode::gateway_refused) co_return answer;
  // The gateway would not cancel it: perhaps because it was paid meanwhile.
  const auto now = co_await context.store.load(reads);
  if (now.payment && now.payment->state == PaymentState::succeeded)
    co_return std::unexpected(refund_required());
  co_return answer;
}

}  // namespace cobro::app
