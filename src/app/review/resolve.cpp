#include "app/calls/driver.h"
#include "app/payments/closing.h"
#include "app/payments/payment_snapshot.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "app/pipeline/narrow.h"
#include "app/review/review_resolve.h"
#include "app/review/reviews.h"

namespace cobro::app {

namespace {

using domain::Books;
using domain::CallStatus;
using domain::GatewayCall;
using domain::Operation;
using domain::PaymentState;
using domain::Refusal;
using domain::ReviewOutcome;

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

void confirm_succeeded(Books& books, const ResolveReview& command) {
  if (books.payment().capture_method == domain::CaptureMethod::automatic)
    return book_capture(books, books.payment().amount, command.gateway_transaction_id);
  books.move(domain::PaymentEvent::authorized);
  if (command.gateway_transaction_id)
    books.note([&](domain::Payment& payment) {
      payment.gateway_charge_id = command.gateway_transaction_id;
    });
}

CallStatus book_success(Books& books, const GatewayCall& call, const ResolveReview& command) {
  switch (call.operation) {
    case Operation::create:
      books.note([&](domain::Payment& payment) {
        payment.gateway_payment_id = command.gateway_transaction_id;
      });
      break;
    case Operation::confirm:
      confirm_succeeded(books, command);
      break;
    case Operation::capture:
      book_capture(books, call.amount.value_or(books.payment().amount),
                   command.gateway_transaction_id);
      break;
    case Operation::cancel:
      books.cancel(true, "reconciled");
      break;
    case Operation::refund:
      if (command.gateway_transaction_id)
        books.note_refund(*call.refund_id, *command.gateway_transaction_id);
      books.end_refund(*call.refund_id, domain::RefundStatus::succeeded, std::nullopt,
                       std::string(kByHand));
      break;
    case Operation::create_customer:
    case Operation::attach_method:
    case Operation::detach_method:
    case Operation::create_subscription:
    case Operation::end_at_period_end:
    case Operation::end_now:
    case Operation::resume:
    case Operation::change_plan:
    case Operation::set_method:
    case Operation::pay_invoice:
      break;  // about no payment
  }
  return CallStatus::accepted;
}

CallStatus book_failure(Books& books, const GatewayCall& call) {
  if (call.operation != Operation::confirm) return CallStatus::not_executed;
  const bool declined = books.decline(said_to_have_failed(), std::nullopt, std::string(kByHand));
  return declined ? CallStatus::declined : CallStatus::not_executed;
}

void end(Books& books, GatewayCall call, CallStatus status, ports::Changes& changes) {
  call.in_review = false;  // its review is resolved here, by name
  const bool declined = status == CallStatus::declined;
  end_payment_call(books, call, status,
                   declined ? std::optional(said_to_have_failed()) : std::nullopt, changes);
}

void resolve_call(Books& books, const GatewayCall& call, const ResolveReview& command,
                  ports::Changes& changes) {
  const bool succeeded = command.outcome == ReviewOutcome::succeeded;
  const auto status = succeeded ? book_success(books, call, command) : book_failure(books, call);
  end(books, call, status, changes);
}

// What was open on a payment whose conflict is resolved ends with it, refunds apart.
void end_open_calls(Books& books, const ports::Loaded& loaded, bool succeeded,
                    ports::Changes& changes) {
  for (const auto& open : loaded.open_calls) {
    if (open.payment_id() != books.payment().id || open.operation == Operation::refund) continue;
    if (open.operation == Operation::create && !exists_at_gateway(books.payment())) continue;
    const bool done = succeeded && open.operation != Operation::cancel;
    const bool declined = !done && books.payment().state == PaymentState::failed &&
                          open.operation == Operation::confirm;
    end(books, open,
        done       ? CallStatus::accepted
        : declined ? CallStatus::declined
                   : CallStatus::not_executed,
        changes);
  }
}

base::Result<void, Refusal> resolve_conflict(Books& books, const ports::Loaded& loaded,
                                             const ResolveReview& command,
                                             ports::Changes& changes) {
  const bool succeeded = command.outcome == ReviewOutcome::succeeded;
  if (!succeeded && books.payment().state == PaymentState::succeeded)
    return std::unexpected(
        invalid_state("The payment is completed; refund it if its money went back."));
  if (succeeded) {
    book_capture(books, books.payment().amount, command.gateway_transaction_id);
  } else if (books.payment().state != PaymentState::failed) {
    books.decline(said_to_have_failed(), std::nullopt, std::string(kByHand));
  }
  end_open_calls(books, loaded, succeeded, changes);
  books.note([](domain::Payment& payment) { payment.conflicted = false; });
  return {};
}

domain::Review resolved(domain::Review row, const ResolveReview& command, const Call& call,
                        base::Timestamp now) {
  row.status = domain::ReviewStatus::resolved;
  row.outcome = command.outcome;
  row.gateway_transaction_id = command.gateway_transaction_id;
  row.note = command.note;
  row.resolved_by = call.caller.sub;
  row.resolved_at = now;
  return row;
}

// What was made there is of use only to who knows its id.
base::Result<void, Refusal> check_object(const ResolveReview& command,
                                         const ports::Loaded& loaded) {
  const bool made = command.outcome == ReviewOutcome::succeeded && loaded.call &&
                    loaded.call->operation == Operation::create;
  if (!made || command.gateway_transaction_id) return {};
  return std::unexpected(
      invalid_field("gateway_transaction_id", "required",
                    "is required: the id of the payment's object at the gateway"));
}

base::Result<Decided, Refusal> decide(const Call& call, const ResolveReview& command,
                                      const RenderReview& render, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  const auto& review = loaded.review;
  if (!review || !may_see(call.caller, review->user_id.value_or(""), review->tenant_id))
    return std::unexpected(not_found("reconciliation"));
  if (loaded.review->status == domain::ReviewStatus::resolved)
    return std::unexpected(
        invalid_state("The reconciliation is resolved; it must be open to be resolved."));
  if (auto complete = check_object(command, loaded); !complete)
    return std::unexpected(std::move(complete).error());
  Decided decided;
  auto row = resolved(*loaded.review, command, call, moment.now);
  if (!loaded.payment) {
    if (auto done = resolve_other(loaded, std::move(moment), command, decided.changes); !done)
      return std::unexpected(std::move(done).error());
    decided.changes.update(row);
    row.version += 1;
    decided.reply = render(row, nullptr);
    return decided;
  }
  auto books = open_books(loaded, std::move(moment));
  if (row.kind == domain::ReviewKind::conflict) {
    if (auto fine = resolve_conflict(books, loaded, command, decided.changes); !fine)
      return std::unexpected(std::move(fine).error());
  } else if (loaded.call && loaded.call->status == CallStatus::open) {
    resolve_call(books, *loaded.call, command, decided.changes);
  }
  follow_closing(loaded, books);
  collect(books, decided.changes);
  decided.changes.update(row);
  row.version += 1;
  decided.reply = render(row, &books.payment());
  return decided;
}

}  // namespace

base::Task<Answer> resolve_review(Context& context, Call call, ResolveReview command,
                                  RenderReview render) {
  if (!may(call.caller, Action::resolve_by_hand))
    co_return std::unexpected(forbidden("Settling by hand needs the role admin."));
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(call, command, render, loaded, std::move(moment));
  };
  ports::Reads reads{.root = command.review, .transaction_numbers = 1};
  const auto about = co_await context.store.load(reads);
  if (about.call && !about.payment) reads.call = ports::ref_of(*about.call);
  auto decided = co_await idempotently(context, call, reads, decide_once, &never_rendered);
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return std::move(*decided->reply);
}

base::Task<base::Result<ports::Listed<domain::Review>, Refusal>> list_reviews(
    Context& context, Caller caller, ports::ReviewFilter filter, ports::Page page) {
  if (!may(caller, Action::resolve_by_hand))
    co_return std::unexpected(forbidden("Reconciliations are shown to the role admin."));
  narrow_to_tenant(caller, filter);
  co_return co_await context.store.list_reviews(filter, page);
}

}  // namespace cobro::app
