#include <fmt/format.h>

#include "app/asking.h"
#include "app/attempts.h"
#include "app/guards.h"
#include "app/ledger_books.h"
#include "app/payments.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::PaymentState;
using domain::Refusal;
using domain::RefusalCode;

// One process call, bound together so that its decisions are plain functions.
struct Process {
  const Context& context;
  const Call& call;
  const ProcessPayment& command;
  const WordPayment& word;
  Asked asked = {};
};

Decided reply_with(StoredReply reply) {
  return {.changes = {}, .reply = std::move(reply), .attempts = {}, .inquire = {}};
}

// A manual payment is paid outside: the answer says so, and nothing changes.
Decided manual_reply(const Process& process, domain::Payment payment) {
  if (payment.state == PaymentState::pending)
    payment.next_action = domain::NextAction{"manual", std::nullopt, std::nullopt};
  return reply_with(process.word(payment));
}

base::Result<Decided, Refusal> confirm(const Process& process, const ports::Loaded& loaded,
                                       domain::Moment moment) {
  const auto& command = process.command;
  if (!command.payment_method)
    return std::unexpected(invalid_field("payment_method_id", "required",
                                         "is required: there is no saved default method"));
  if (loaded.order && loaded.order->status != domain::OrderStatus::pending)
    return std::unexpected(invalid_state(fmt::format(
        "The order is {}; it must be pending to take a payment.", word(loaded.order->status))));
  if (loaded.order && loaded.order->closing)
    return std::unexpected(
        Refusal{.code = RefusalCode::order_closing, .message = "The order is being cancelled."});
  if (loaded.payment->overpayment)
    return std::unexpected(
        invalid_state("The payment was paid when it could not be taken any more; that money is an "
                      "overpayment. Pay with another payment."));
  auto books = open_books(loaded, std::move(moment));
  COBRO_TRY_INTO(auto attempt,
                 make_attempt(process.context, books,
                              ports::ConfirmCommand{*command.payment_method, command.return_url}));
  if (!books.move(domain::PaymentEvent::confirmation_sent))
    return std::unexpected(order_amount_taken(loaded, &*loaded.payment));
  Decided decided;
  collect(books, decided.changes);
  decided.changes.insert_attempts.push_back(attempt);
  decided.attempts.push_back(std::move(attempt));
  return decided;
}

// While something is open at the gateway its word decides; without news, wait.
base::Result<Decided, Refusal> ask_or_wait(const Process& process, const domain::Payment& payment) {
  if (was_asked(process.asked, payment.id)) return std::unexpected(payment_in_progress(payment));
  return ask_about(payment.id);
}

// After a look said that the last try was declined, this call reports it rather than
// trying again: it may have come for the answer of that very try.
base::Result<Decided, Refusal> report_decline(const Process& process,
                                              const domain::Payment& payment) {
  const auto decline = payment.decline.value_or(domain::Decline{});
  return reply_with(process.call.word_refusal(
      {.code = RefusalCode::payment_declined,
       .message = decline.message.empty() ? "The payment was declined." : decline.message,
       .decline_code = decline.decline_code.value_or(decline.code)}));
}

base::Result<Decided, Refusal> decide(const Process& process, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, process.call.caller));
  const auto* gateway = process.context.gateways.find(payment.gateway);
  const bool remote = gateway != nullptr && gateway->capabilities().remote;
  const bool asked = was_asked(process.asked, payment.id);
  switch (payment.state) {
    case PaymentState::authorized:
    case PaymentState::succeeded:
      return reply_with(process.word(payment));
    case PaymentState::cancelled:
      return std::unexpected(
          wrong_state(process.call, payment, PaymentState::pending, " or failed"));
    case PaymentState::processing:
      if (payment.conflicted) return std::unexpected(payment_conflicted());
      return ask_or_wait(process, payment);
    case PaymentState::requires_action:
      if (payment.conflicted) return std::unexpected(payment_conflicted());
      if (asked || payment.pending_operation) return reply_with(process.word(payment));
      return ask_or_wait(process, payment);
    case PaymentState::failed:
    case PaymentState::pending:
      break;
  }
  if (!remote) return manual_reply(process, payment);
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  if (payment.pending_operation) return ask_or_wait(process, payment);
  if (asked && payment.state == PaymentState::failed) return report_decline(process, payment);
  return confirm(process, loaded, std::move(moment));
}

}  // namespace

base::Task<Answer> process_payment(Context& context, Call call, ProcessPayment command,
                                   WordPayment word) {
  Process process{context, call, command, word};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(process, loaded, std::move(moment));
  };
  const WordAccepted word_accepted = [&](const Settled& settled) { return word(settled.payment); };
  const WordSettled word_left = [&](const ports::Loaded& loaded) -> Answer {
    return word_settled(call,
                        {*loaded.payment, loaded.order, {}, *loaded.record_attempt, {}, false},
                        word_accepted);
  };
  const ports::Reads reads{
      .root = command.payment, .record_key = {}, .webhook = {}, .transaction_numbers = 1};
  auto decided = co_await once_asking(context, call, reads, decide_once, word_left, process.asked);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  if (decided->reply) co_return std::move(*decided->reply);
  co_return co_await perform(context, &call, std::move(decided->attempts.front()), word_accepted);
}

}  // namespace cobro::app
