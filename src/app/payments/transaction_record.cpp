#include <fmt/format.h>

#include "app/calls/driver.h"
#include "app/payments/one_payer.h"
#include "app/payments/transactions.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "base/check.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::PaymentState;
using domain::Refusal;
using domain::RefusalCode;
using domain::TransactionType;

constexpr base::Duration kClockSkew = std::chrono::minutes(5);
constexpr std::string_view kOutside = "recorded outside";

// One entry, bound together so that its decisions are plain functions.
struct Recording {
  const Context& context;
  const Call& call;
  const RecordTransaction& command;
  const RenderTransaction& render;
  Asked asked = {};
  std::optional<Refusal> kept_open = {};  // why a gateway would not cancel what is open there
};

base::Result<void, Refusal> check_charge(const Recording& recording, const ports::Loaded& loaded,
                                         domain::Money amount) {
  const auto& payment = *loaded.payment;
  if (amount != payment.amount)
    return std::unexpected(
        invalid_field("amount", "not_the_whole",
                      fmt::format("a charge is the whole amount, {}", payment.amount.to_string())));
  if (payment.state != PaymentState::pending)
    return std::unexpected(
        wrong_state(recording.call, payment, PaymentState::pending, " to be charged"));
  if (loaded.order && loaded.order->closing)
    return std::unexpected(
        Refusal{.code = RefusalCode::order_closing, .message = "The order is being cancelled."});
  return {};
}

// What is to be done at gateways before the charge is booked. Nothing: it can be booked.
base::Result<std::optional<Decided>, Refusal> prepare_charge(const Recording& recording,
                                                             const ports::Loaded& loaded,
                                                             domain::Money amount,
                                                             domain::Moment& moment) {
  if (auto fine = check_charge(recording, loaded, amount); !fine)
    return std::unexpected(std::move(fine).error());
  COBRO_TRY_INTO(auto first, end_other_payers(recording.context, loaded, recording.asked, moment));
  if (first && !first->calls.empty() && recording.kept_open)
    return std::unexpected(*recording.kept_open);
  return first;
}

base::Result<void, Refusal> record_refund(const Call& call, domain::Books& books,
                                          const RecordTransaction& command, domain::Money amount) {
  const auto& payment = books.payment();
  if (payment.state != PaymentState::succeeded)
    return std::unexpected(wrong_state(call, payment, PaymentState::succeeded, " to be refunded"));
  if (amount > refundable(payment))
    return std::unexpected(
        Refusal{.code = RefusalCode::refund_exceeds_remaining,
                .message = fmt::format("{} is left to refund.", refundable(payment).to_string())});
  for (const auto& other : books.refunds())
    if (command.gateway_transaction_id && other.gateway_refund_id == command.gateway_transaction_id)
      return std::unexpected(invalid_state(fmt::format(
          "A refund {} of this payment is recorded already.", *other.gateway_refund_id)));
  const auto id = books.start_refund(amount, std::string(kOutside), call.caller.sub).id;
  if (command.gateway_transaction_id) books.note_refund(id, *command.gateway_transaction_id);
  books.end_refund(id, domain::RefundStatus::succeeded, std::nullopt, "{}");
  return {};
}

base::Result<void, Refusal> record_void(const Call& call, domain::Books& books,
                                        domain::Money amount) {
  const auto& payment = books.payment();
  if (amount != payment.amount)
    return std::unexpected(
        invalid_field("amount", "not_the_whole",
                      fmt::format("a void is the whole amount, {}", payment.amount.to_string())));
  const auto refusal = wrong_state(call, payment, PaymentState::pending, " to be voided");
  if (!books.cancel(true, std::string(kOutside))) return std::unexpected(refusal);
  return {};
}

base::Result<void, Refusal> record(const Recording& recording, domain::Books& books,
                                   domain::Money amount) {
  const auto& command = recording.command;
  switch (command.type) {
    case TransactionType::charge:
      COBRO_CHECK(books.charge(amount, command.gateway_transaction_id, "{}"));
      return {};
    case TransactionType::refund:
      return record_refund(recording.call, books, command, amount);
    case TransactionType::void_:
      return record_void(recording.call, books, amount);
    case TransactionType::dispute:
      return std::unexpected(
          invalid_field("transaction_type", "not_recordable", "must be charge, refund or void"));
  }
  return {};
}

base::Result<Decided, Refusal> decide(const Recording& recording, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  const auto& command = recording.command;
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, recording.call.caller));
  COBRO_TRY_INTO(const auto amount,
                 read_amount(command.amount, payment.amount.currency(), "amount"));
  if (payment.gateway != domain::GatewayName::manual)
    return std::unexpected(invalid_state(
        fmt::format("The payment goes through {}; only manual payments are recorded by hand.",
                    to_string(payment.gateway))));
  if (command.processed_at && *command.processed_at > moment.now + kClockSkew)
    return std::unexpected(
        invalid_field("processed_at", "out_of_range", "must not be in the future"));
  if (command.type == TransactionType::charge) {
    COBRO_TRY_INTO(auto first, prepare_charge(recording, loaded, amount, moment));
    if (first) return std::move(*first);
  }
  auto books = open_books(loaded, std::move(moment));
  if (auto recorded = record(recording, books, amount); !recorded)
    return std::unexpected(std::move(recorded).error());
  Decided decided;
  collect(books, decided.changes);
  auto& row = decided.changes.inserted<domain::Transaction>().front();
  if (command.processed_at) row.processed_at = command.processed_at;
  if (command.gateway_transaction_id) row.gateway_transaction_id = command.gateway_transaction_id;
  decided.reply = recording.render(row, books.payment());
  return decided;
}

Refusal not_ended_yet() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "The gateway did not say whether it cancelled another payment of this order; nothing "
              "was booked. That will be resolved; record the charge again then."};
}

// Whatever becomes of one, the others are sent too. Gives whether it is known of all.
base::Task<bool> perform_all(Context& context, Recording& recording,
                             std::vector<domain::GatewayCall> calls) {
  bool all_known = true;
  for (auto& cancelling : calls) {
    cancelling.record_key.reset();  // the record is closed once, with the charge
    auto ended = co_await perform_first(context, recording.call.caller, std::move(cancelling));
    if (ended) continue;
    if (ended.error().code == RefusalCode::outcome_unknown)
      all_known = false;
    else if (!recording.kept_open)
      recording.kept_open = std::move(ended).error();
  }
  co_return all_known;
}

// A record whose gateway calls ended without their caller: nothing is booked yet, and it is decided
// again.
Answer not_booked_yet(const ports::Loaded&) {
  return std::unexpected(not_ended_yet());
}

}  // namespace

base::Task<Answer> record_transaction(Context& context, Call call, RecordTransaction command,
                                      RenderTransaction render) {
  if (!may(call.caller, Action::record_transaction))
    co_return std::unexpected(
        forbidden("Recording a transaction needs the role admin or service."));
  auto own = within_one_deadline(context);
  Recording recording{own, call, command, render};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(recording, loaded, std::move(moment));
  };
  const ports::Reads reads{
      .root = command.payment, .parts = {.siblings = true}, .transaction_numbers = 1};
  while (true) {
    auto decided = co_await idempotently_with_query(own, call, reads, decide_once, &not_booked_yet,
                                                    recording.asked);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!co_await perform_all(own, recording, std::move(decided->calls)))
      co_return std::unexpected(not_ended_yet());
  }
}

}  // namespace cobro::app
