#include <fmt/format.h>

#include "app/calls/driver.h"
#include "app/payments/payments.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Refusal;
using domain::RefusalCode;

base::Result<domain::Money, Refusal> amount_to_capture(const CapturePayment& command,
                                                       const domain::Payment& payment) {
  if (!command.amount) return payment.amount;
  COBRO_TRY_INTO(auto amount, read_amount(*command.amount, payment.amount.currency(), "amount"));
  if (amount > payment.amount)
    return std::unexpected(
        Refusal{.code = RefusalCode::amount_exceeds_authorized,
                .message = fmt::format("{} was authorized; {} is more.", payment.amount.to_string(),
                                       amount.to_string())});
  return amount;
}

base::Result<Decided, Refusal> decide(const Context& context, const Call& call,
                                      const CapturePayment& command, const Asked& asked,
                                      const ports::Loaded& loaded, domain::Moment moment) {
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, call.caller));
  // The amount's form is checked before the state: 400 comes before 409.
  COBRO_TRY_INTO(const auto amount, amount_to_capture(command, payment));
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  if (payment.pending_operation) {
    if (was_asked(asked, payment.id)) return std::unexpected(payment_in_progress(payment));
    return ask_about(payment.id);
  }
  if (payment.state != domain::PaymentState::authorized) {
    if (!was_asked(asked, payment.id) && may_be_old(loaded, payment, moment.now))
      return ask_about(payment.id);
    if (was_not_told(asked, payment.id)) return std::unexpected(not_told());
    return std::unexpected(
        wrong_state(call, payment, domain::PaymentState::authorized, " to be captured"));
  }
  auto books = open_books(loaded, std::move(moment));
  COBRO_TRY_INTO(auto sent, make_call(context, books, ports::CaptureCommand{amount}));
  Decided decided;
  collect(books, decided.changes);
  decided.changes.insert(sent);
  decided.calls.push_back(std::move(sent));
  return decided;
}

}  // namespace

base::Task<Answer> capture_payment(Context& context, Call call, CapturePayment command,
                                   RenderPayment render) {
  if (!may(call.caller, Action::capture))
    co_return std::unexpected(forbidden("Capturing a payment needs the role admin or service."));
  Asked asked;
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(context, call, command, asked, loaded, std::move(moment));
  };
  const RenderCompleted render_accepted = [&](const Completed& completed) {
    return render(*completed.payment);
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) -> Answer {
    return render_completed(call, loaded, render_accepted);
  };
  ports::Reads reads{.root = command.payment, .parts = {}};
  auto decided = co_await idempotently_with_query(context, call, std::move(reads), decide_once,
                                                  render_left, asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  co_return co_await perform(context, &call, std::move(decided->calls.front()), render_accepted);
}

}  // namespace cobro::app
