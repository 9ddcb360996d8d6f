#include <fmt/format.h>

#include "app/calls/driver.h"
#include "app/payments/overpayments.h"
#include "app/payments/payment_query.h"
#include "app/payments/payments.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "app/pipeline/narrow.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::OverpaymentStatus;
using domain::Refusal;
using domain::RefusalCode;

struct OverpaymentCall {
  const Context& context;
  const Call& call;
  const RefundOverpayment& command;
  const RenderOverpayment& render;
  bool asked = false;
  bool was_refunded = false;  // as our row said before
  bool was_disputed = false;  // ″
};

Refusal in_progress(const domain::Overpayment& overpayment) {
  return {.code = RefusalCode::refund_in_progress,
          .message = fmt::format("{} of the overpayment is being refunded.",
                                 overpayment.refunding.to_string()),
          .retry_after_s = 1};
}

Refusal disputed(const domain::Payment& payment) {
  return {
      .code = RefusalCode::payment_disputed,
      .message = fmt::format("{} of the overpayment is withdrawn by a dispute; nothing of it is "
                             "left to be refunded.",
                             payment.disputed.to_string())};
}

base::Result<Decided, Refusal> start(const OverpaymentCall& refund, const ports::Loaded& loaded,
                                     domain::Moment moment) {
  auto books = open_books(loaded, std::move(moment));
  const auto& row = books.start_overpayment_refund(refund.command.reason, refund.call.caller.sub);
  COBRO_TRY_INTO(auto sent, make_call(refund.context, books,
                                      ports::RefundCommand{row.id, row.amount, row.reason}));
  Decided decided;
  decided.changes.insert(sent);
  decided.calls.push_back(std::move(sent));
  collect(books, decided.changes);
  return decided;
}

// While a refund of it has not ended, or a dispute holds it, the gateway is asked what became of
// that, once.
base::Result<Decided, Refusal> decide(OverpaymentCall& refund, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  if (!visible_payment(loaded, refund.call.caller) || !loaded.payment->overpayment)
    return std::unexpected(not_found("overpayment"));
  const auto& payment = *loaded.payment;
  switch (status_of(*payment.overpayment)) {
    case OverpaymentStatus::refunding:
      if (refund.asked) return std::unexpected(in_progress(*payment.overpayment));
      return Decided{.status_query = payment.id};
    case OverpaymentStatus::refunded:
      // It may have failed there after it had succeeded.
      refund.was_refunded = !refund.asked;
      if (refund.was_refunded) return Decided{.status_query = payment.id};
      return std::unexpected(invalid_state("The overpayment is refunded; it must be open."));
    case OverpaymentStatus::open:
      break;
  }
  if (!overpaid(payment).is_positive()) {
    if (refund.asked) return std::unexpected(disputed(payment));
    refund.was_disputed = true;
    return Decided{.status_query = payment.id};
  }
  // The outcome of an earlier refund was just learned: to try again is the caller's decision.
  if (refund.asked && !refund.was_refunded && !refund.was_disputed)
    return std::unexpected(in_progress(*payment.overpayment));
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  return start(refund, loaded, std::move(moment));
}

// Gives a refusal when nothing may be concluded.
base::Task<std::optional<Refusal>> look_up(Context& context, const OverpaymentCall& refund,
                                           domain::PaymentId payment) {
  const auto refunds = co_await query_refunds(context, payment);
  if (!refunds) co_return refunds.error();
  if (!refund.was_disputed) co_return std::nullopt;
  const auto disputes = co_await query_disputes(context, payment);
  if (!disputes) co_return disputes.error();
  if (*disputes == Query::no_answer) co_return not_told();
  co_return std::nullopt;
}

}  // namespace

base::Task<Answer> refund_overpayment(Context& context, Call call, RefundOverpayment command,
                                      RenderOverpayment render) {
  if (!may(call.caller, Action::resolve_by_hand))
    co_return std::unexpected(forbidden("Refunding an overpayment needs the role admin."));
  OverpaymentCall refund{context, call, command, render};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(refund, loaded, std::move(moment));
  };
  const RenderCompleted render_accepted = [&](const Completed& completed) {
    return render(*completed.payment);
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) -> Answer {
    return render_completed(call, loaded, render_accepted);
  };
  const ports::Reads reads{
      .root = command.overpayment, .parts = {.refunds = true}, .transaction_numbers = 1};
  while (true) {
    auto decided = co_await idempotently(context, call, reads, decide_once, render_left);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (decided->status_query) {
      if (auto refusal = co_await look_up(context, refund, *decided->status_query))
        co_return std::unexpected(std::move(*refusal));
      refund.asked = true;
      continue;
    }
    co_return co_await perform(context, &call, std::move(decided->calls.front()), render_accepted);
  }
}

base::Task<base::Result<ports::Listed<domain::Payment>, Refusal>> list_overpayments(
    Context& context, Caller caller, ListOverpayments command, ports::Page page) {
  narrow(caller, command.filter);
  if (command.payment) {
    auto found = co_await get_payment(context, caller, *command.payment);
    if (!found) co_return std::unexpected(std::move(found).error());
    command.filter.payment_id = found->id;
  }
  co_return co_await context.store.list_overpayments(command.filter, page);
}

}  // namespace cobro::app
