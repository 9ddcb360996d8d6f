#include "app/attempts.h"
#include "app/closing.h"
#include "app/guards.h"
#include "app/ledger_books.h"
#include "app/narrow.h"
#include "app/reconciliations.h"

namespace cobro::app {

namespace {

using domain::Attempt;
using domain::AttemptStatus;
using domain::Books;
using domain::Operation;
using domain::PaymentState;
using domain::ReconciliationOutcome;
using domain::Refusal;

// What a person said, in the place of a gateway's answer.
constexpr std::string_view kByHand = R"({"resolved":"by hand"})";

domain::Decline said_to_have_failed() {
  return {.code = "reconciled_as_failed",
          .decline_code = std::nullopt,
          .message = "The payment did not go through."};
}

// The money is at the gateway: the payment keeps it where it can.
void book_capture(Books& books, domain::Money amount,
                  const std::optional<std::string>& transaction_id) {
  if (books.payment().overpayment || books.payment().captured.is_positive()) return;
  if (!books.charge(amount, transaction_id, std::string(kByHand)))
    books.overpay(amount, transaction_id, std::string(kByHand));
}

void confirm_succeeded(Books& books, const ResolveReconciliation& command) {
  if (books.payment().capture_method == domain::CaptureMethod::automatic)
    return book_capture(books, books.payment().amount, command.gateway_transaction_id);
  books.move(domain::PaymentEvent::authorized);
  if (command.gateway_transaction_id)
    books.note([&](domain::Payment& payment) {
      payment.gateway_charge_id = command.gateway_transaction_id;
    });
}

AttemptStatus book_success(Books& books, const Attempt& attempt,
                           const ResolveReconciliation& command) {
  switch (attempt.operation) {
    case Operation::create:
      books.note([&](domain::Payment& payment) {
        payment.gateway_payment_id = command.gateway_transaction_id;
      });
      break;
    case Operation::confirm:
      confirm_succeeded(books, command);
      break;
    case Operation::capture:
      book_capture(books, attempt.amount.value_or(books.payment().amount),
                   command.gateway_transaction_id);
      break;
    case Operation::cancel:
      books.cancel(true, "reconciled");
      break;
    case Operation::refund:
      if (command.gateway_transaction_id)
        books.note_refund(*attempt.refund_id, *command.gateway_transaction_id);
      books.end_refund(*attempt.refund_id, domain::RefundStatus::succeeded, std::nullopt,
                       std::string(kByHand));
      break;
  }
  return AttemptStatus::accepted;
}

AttemptStatus book_failure(Books& books, const Attempt& attempt) {
  if (attempt.operation != Operation::confirm) return AttemptStatus::not_executed;
  const bool declined = books.decline(said_to_have_failed(), std::nullopt, std::string(kByHand));
  return declined ? AttemptStatus::declined : AttemptStatus::not_executed;
}

void end(Books& books, Attempt attempt, AttemptStatus status, ports::Changes& changes) {
  attempt.in_review = false;  // its reconciliation is settled here, by name
  const bool declined = status == AttemptStatus::declined;
  end_attempt(books, attempt, status,
              declined ? std::optional(said_to_have_failed()) : std::nullopt, changes);
}

void resolve_attempt(Books& books, const Attempt& attempt, const ResolveReconciliation& command,
                     ports::Changes& changes) {
  const bool succeeded = command.outcome == ReconciliationOutcome::succeeded;
  const auto status =
      succeeded ? book_success(books, attempt, command) : book_failure(books, attempt);
  end(books, attempt, status, changes);
}

// What was open on a payment whose conflict is settled ends with it, refunds apart.
void end_open_attempts(Books& books, const ports::Loaded& loaded, bool succeeded,
                       ports::Changes& changes) {
  for (const auto& open : loaded.open_attempts) {
    if (open.payment_id != books.payment().id || open.operation == Operation::refund) continue;
    if (open.operation == Operation::create && !exists_at_gateway(books.payment())) continue;
    const bool done = succeeded && open.operation != Operation::cancel;
    const bool declined = !done && books.payment().state == PaymentState::failed &&
                          open.operation == Operation::confirm;
    end(books, open,
        done       ? AttemptStatus::accepted
        : declined ? AttemptStatus::declined
                   : AttemptStatus::not_executed,
        changes);
  }
}

base::Result<void, Refusal> resolve_conflict(Books& books, const ports::Loaded& loaded,
                                             const ResolveReconciliation& command,
                                             ports::Changes& changes) {
  const bool succeeded = command.outcome == ReconciliationOutcome::succeeded;
  if (!succeeded && books.payment().state == PaymentState::succeeded)
    return std::unexpected(
        invalid_state("The payment is completed; refund it if its money went back."));
  if (succeeded) {
    book_capture(books, books.payment().amount, command.gateway_transaction_id);
  } else if (books.payment().state != PaymentState::failed) {
    books.decline(said_to_have_failed(), std::nullopt, std::string(kByHand));
  }
  end_open_attempts(books, loaded, succeeded, changes);
  books.note([](domain::Payment& payment) { payment.conflicted = false; });
  return {};
}

domain::Reconciliation resolved(domain::Reconciliation row, const ResolveReconciliation& command,
                                const Call& call, base::Timestamp now) {
  row.status = domain::ReconciliationStatus::resolved;
  row.outcome = command.outcome;
  row.gateway_transaction_id = command.gateway_transaction_id;
  row.note = command.note;
  row.resolved_by = call.caller.sub;
  row.resolved_at = now;
  return row;
}

// What was made there is of use only to who knows its id.
base::Result<void, Refusal> check_object(const ResolveReconciliation& command,
                                         const ports::Loaded& loaded) {
  const bool made = command.outcome == ReconciliationOutcome::succeeded && loaded.attempt &&
                    loaded.attempt->operation == Operation::create;
  if (!made || command.gateway_transaction_id) return {};
  return std::unexpected(
      invalid_field("gateway_transaction_id", "required",
                    "is required: the id of the payment's object at the gateway"));
}

base::Result<Decided, Refusal> decide(const Call& call, const ResolveReconciliation& command,
                                      const WordReconciliation& word, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  if (!loaded.reconciliation || !visible_payment(loaded, call.caller))
    return std::unexpected(not_found("reconciliation"));
  if (loaded.reconciliation->status == domain::ReconciliationStatus::resolved)
    return std::unexpected(
        invalid_state("The reconciliation is resolved; it must be open to be resolved."));
  if (auto complete = check_object(command, loaded); !complete)
    return std::unexpected(std::move(complete).error());
  Decided decided;
  auto row = resolved(*loaded.reconciliation, command, call, moment.now);
  auto books = open_books(loaded, std::move(moment));
  if (row.kind == domain::ReconciliationKind::conflict) {
    if (auto fine = resolve_conflict(books, loaded, command, decided.changes); !fine)
      return std::unexpected(std::move(fine).error());
  } else if (loaded.attempt && loaded.attempt->status == AttemptStatus::open) {
    resolve_attempt(books, *loaded.attempt, command, decided.changes);
  }
  follow_closing(loaded, books);
  collect(books, decided.changes);
  decided.changes.update_reconciliations.push_back(row);
  row.version += 1;
  decided.reply = word(row, books.payment());
  return decided;
}

}  // namespace

base::Task<Answer> resolve_reconciliation(Context& context, Call call,
                                          ResolveReconciliation command, WordReconciliation word) {
  if (!may(call.caller, Action::settle_by_hand))
    co_return std::unexpected(forbidden("Settling by hand needs the role admin."));
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(call, command, word, loaded, std::move(moment));
  };
  const ports::Reads reads{
      .root = command.reconciliation, .record_key = {}, .webhook = {}, .transaction_numbers = 1};
  auto decided = co_await once(context, call, reads, decide_once, &never_settled);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

base::Task<base::Result<ports::Listed<domain::Reconciliation>, Refusal>> list_reconciliations(
    Context& context, Caller caller, ports::ReconciliationFilter filter, ports::Page page) {
  if (!may(caller, Action::settle_by_hand))
    co_return std::unexpected(forbidden("Reconciliations are shown to the role admin."));
  narrow_to_tenant(caller, filter);
  co_return co_await context.store.list_reconciliations(filter, page);
}

}  // namespace cobro::app
