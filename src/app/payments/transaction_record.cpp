#include <fmt/format.h>

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

base::Result<void, Refusal> record_charge(const Call& call, domain::Books& books,
                                          const RecordTransaction& command, domain::Money amount) {
  const auto& payment = books.payment();
  if (amount != payment.amount)
    return std::unexpected(
        invalid_field("amount", "not_the_whole",
                      fmt::format("a charge is the whole amount, {}", payment.amount.to_string())));
  if (payment.state != PaymentState::pending)
    return std::unexpected(wrong_state(call, payment, PaymentState::pending, " to be charged"));
  if (books.order() && books.order()->closing)
    return std::unexpected(
        Refusal{.code = RefusalCode::order_closing, .message = "The order is being cancelled."});
  COBRO_CHECK(books.charge(amount, command.gateway_transaction_id, "{}"));
  return {};
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

base::Result<void, Refusal> record(const Call& call, domain::Books& books,
                                   const RecordTransaction& command, domain::Money amount) {
  switch (command.type) {
    case TransactionType::charge:
      return record_charge(call, books, command, amount);
    case TransactionType::refund:
      return record_refund(call, books, command, amount);
    case TransactionType::void_:
      return record_void(call, books, amount);
    case TransactionType::dispute:
      return std::unexpected(
          invalid_field("transaction_type", "not_recordable", "must be charge, refund or void"));
  }
  return {};
}

base::Result<Decided, Refusal> decide(const Call& call, const RecordTransaction& command,
                                      const RenderTransaction& render_transaction,
                                      const ports::Loaded& loaded, domain::Moment moment) {
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, call.caller));
  COBRO_TRY_INTO(const auto amount,
                 read_amount(command.amount, payment.amount.currency(), "amount"));
  if (payment.gateway != domain::GatewayName::manual)
    return std::unexpected(invalid_state(
        fmt::format("The payment goes through {}; only manual payments are recorded by hand.",
                    to_string(payment.gateway))));
  if (command.processed_at && *command.processed_at > moment.now + kClockSkew)
    return std::unexpected(
        invalid_field("processed_at", "out_of_range", "must not be in the future"));
  auto books = open_books(loaded, std::move(moment));
  if (auto recorded = record(call, books, command, amount); !recorded)
    return std::unexpected(std::move(recorded).error());
  Decided decided;
  collect(books, decided.changes);
  auto& row = decided.changes.inserted<domain::Transaction>().front();
  if (command.processed_at) row.processed_at = command.processed_at;
  if (command.gateway_transaction_id) row.gateway_transaction_id = command.gateway_transaction_id;
  decided.reply = render_transaction(row, books.payment());
  return decided;
}

}  // namespace

base::Task<Answer> record_transaction(Context& context, Call call, RecordTransaction command,
                                      RenderTransaction render) {
  if (!may(call.caller, Action::record_transaction))
    co_return std::unexpected(
        forbidden("Recording a transaction needs the role admin or service."));
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(call, command, render, loaded, std::move(moment));
  };
  ports::Reads reads{.root = command.payment, .transaction_numbers = 1};
  auto decided =
      co_await idempotently(context, call, std::move(reads), decide_once, never_rendered);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

}  // namespace cobro::app
