#include "app/attempts.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/closing.h"
#include "app/ledger_books.h"
#include "base/check.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Attempt;
using domain::AttemptStatus;
using domain::Operation;
using domain::Refusal;
using domain::RefusalCode;
using ports::AnswerKind;

Operation operation_of(const ports::GatewayCommand& command) {
  struct Visitor {
    Operation operator()(const ports::CreateCommand&) const { return Operation::create; }
    Operation operator()(const ports::ConfirmCommand&) const { return Operation::confirm; }
    Operation operator()(const ports::CaptureCommand&) const { return Operation::capture; }
    Operation operator()(const ports::CancelCommand&) const { return Operation::cancel; }
    Operation operator()(const ports::RefundCommand&) const { return Operation::refund; }
  };
  return std::visit(Visitor{}, command);
}

std::optional<domain::Money> amount_of(const ports::GatewayCommand& command,
                                       const domain::Payment& payment) {
  if (const auto* capture = std::get_if<ports::CaptureCommand>(&command)) return capture->amount;
  if (const auto* refund = std::get_if<ports::RefundCommand>(&command)) return refund->amount;
  if (std::holds_alternative<ports::ConfirmCommand>(command)) return payment.amount;
  return std::nullopt;
}

}  // namespace

base::Result<Attempt, Refusal> make_attempt(const Context& context, domain::Books& books,
                                            const ports::GatewayCommand& command) {
  const auto& payment = books.payment();
  const auto* gateway = context.gateways.find(payment.gateway);
  if (gateway == nullptr || !gateway->capabilities().remote)
    return std::unexpected(Refusal{.code = RefusalCode::gateway_not_available,
                                   .message = "This gateway is not available."});
  const auto id = books.ids().next<domain::AttemptId>();
  const auto operation = operation_of(command);
  COBRO_TRY_INTO(auto request, gateway->build(command, payment, id));
  const auto* refund = std::get_if<ports::RefundCommand>(&command);
  const auto now = books.now();
  const auto deadline = now + context.settings.gateway_timeout;
  Attempt attempt{
      .id = id,
      .payment_id = payment.id,
      .refund_id = refund ? std::optional(refund->refund_id) : std::nullopt,
      .operation = operation,
      .gateway = payment.gateway,
      .gateway_key = fmt::format("cobro-{}-{}-{}-{}", context.store.deployment(),
                                 payment.id.to_string(), word(operation), payment.attempts + 1),
      .request = std::move(request),
      .amount = amount_of(command, payment),
      .state_before = payment.state,
      .sends = 1,
      .first_sent_at = now,
      .deadline = deadline,
      .next_check_at = deadline + kRecoveryGrace,
      .decline = {},
      .record_key = {},
      .created_at = now,
      .closed_at = {}};
  books.note([&](domain::Payment& row) {
    row.attempts += 1;
    if (operation != Operation::refund) row.pending_operation = operation;
  });
  return attempt;
}

base::Task<ports::GatewayAnswer> send(Context& context, Attempt attempt) {
  const auto* gateway = context.gateways.find(attempt.gateway);
  COBRO_CHECK(gateway != nullptr);
  const auto left = attempt.deadline - context.clock.now();
  ports::GatewayAnswer answer;
  if (left <= base::Duration::zero()) {
    answer.message = "the deadline passed before the request was sent";
    co_return answer;
  }
  auto response =
      co_await context.http.send(gateway->to_http(attempt.request, attempt.gateway_key, left));
  if (response) {
    answer = gateway->parse(attempt.operation, *response);
    answer.heard = answer.kind == AnswerKind::unknown && response->status < 500;
    if (answer.heard) answer.payment.reset();  // what was read on the way is no proof
  } else {
    answer.message = std::move(response.error().message);
  }
  if (answer.kind == AnswerKind::unknown)
    context.log.write(ports::LogLevel::warning, "a gateway's answer settles nothing",
                      {{"attempt", attempt.gateway_key}, {"reason", answer.message}});
  if (answer.kind == AnswerKind::not_executed)
    context.log.write(ports::LogLevel::warning, "a gateway refused a request",
                      {{"attempt", attempt.gateway_key}, {"reason", answer.message}});
  co_return answer;
}

namespace {

// A payment that was to be made at the gateway, and is not there: nothing will ever come of it.
void follow_create(domain::Books& books, const Attempt& attempt) {
  const bool made = attempt.status == AttemptStatus::accepted || exists_at_gateway(books.payment());
  if (attempt.operation == Operation::create && !made &&
      books.payment().state == domain::PaymentState::pending)
    books.cancel(false, "not_created");
}

}  // namespace

void end_attempt(domain::Books& books, Attempt& attempt, AttemptStatus status,
                 std::optional<domain::Decline> decline, ports::Changes& changes) {
  close_attempt(books, attempt, status, std::move(decline));
  follow_create(books, attempt);
  changes.update_attempts.push_back(attempt);
  if (attempt.in_review)
    changes.settle_reconciliations.push_back({attempt.id,
                                              status == AttemptStatus::accepted
                                                  ? domain::ReconciliationOutcome::succeeded
                                                  : domain::ReconciliationOutcome::failed,
                                              books.now()});
  if (!attempt.record_key) return;
  if (status == AttemptStatus::not_executed) {
    changes.release_records.push_back(*attempt.record_key);
  } else {
    changes.settle_records.push_back({*attempt.record_key, books.now() + kRecordLife});
  }
}

namespace {

// A payment of the same debt for which nothing exists at a gateway: it can give way.
bool can_give_way(const domain::Payment& other, const domain::Books& books) {
  return other.id != books.payment().id && other.state == domain::PaymentState::pending &&
         !exists_at_gateway(other) && !other.pending_operation;
}

bool is_payable(const domain::Books& books) {
  return books.order() && books.order()->status == domain::OrderStatus::pending;
}

// Money moved that has no room: cancels what can give way, in the same decision.
bool make_room(const ports::Loaded& loaded, domain::Books& books, ports::Changes& changes) {
  bool made = false;
  for (const auto& other : loaded.order_payments) {
    if (!can_give_way(other, books)) continue;
    domain::Books theirs({books.now(), books.ids(), {}}, other, books.order(), {}, {});
    theirs.cancel(false, "gave_way");
    changes.update_payments.push_back(theirs.payment());
    for (const auto& event : theirs.result().events) changes.insert_events.push_back(event);
    books.ids() = theirs.ids();
    books.take_order(*theirs.order());
    made = true;
  }
  return made;
}

bool has_no_place(domain::Applied applied) {
  return applied == domain::Applied::no_room || applied == domain::Applied::after_end;
}

// The overpayment goes back without being asked for. Where that cannot be asked of the
// gateway it stays open, for a person.
void send_back(const Context& context, domain::Books& books, ports::Changes& changes) {
  const auto gateway = context.gateways.find(books.payment().gateway);
  if (gateway == nullptr || !gateway->capabilities().remote) return;
  const auto& refund = books.start_overpayment_refund("overpayment", "system");
  auto attempt =
      make_attempt(context, books, ports::RefundCommand{refund.id, refund.amount, refund.reason});
  if (attempt) {
    changes.insert_attempts.push_back(std::move(*attempt));
  } else {
    books.end_refund(refund.id, domain::RefundStatus::failed, attempt.error().message, "{}");
  }
}

// Money of the customer is held that nobody can capture any more.
domain::Applied release_hold(const Context& context, domain::Books& books,
                             ports::Changes& changes) {
  if (books.payment().pending_operation) return domain::Applied::nothing_new;
  auto attempt = make_attempt(context, books, ports::CancelCommand{});
  if (!attempt) return domain::Applied::no_room;
  changes.insert_attempts.push_back(std::move(*attempt));
  return domain::Applied::changed;
}

domain::Applied apply_late(const Context& context, domain::Books& books,
                           const domain::PaymentNews& news, ports::Changes& changes) {
  if (news.state == domain::RemoteState::authorized) return release_hold(context, books, changes);
  const auto applied = domain::apply_late(books, news);
  if (books.payment().overpayment && context.settings.refund_overpayments)
    send_back(context, books, changes);
  return applied;
}

// A refusal may be of another card, confirmed without us, while a send of ours can still
// arrive. Not when the send has made the object.
bool is_premature(const ports::Loaded& loaded, const domain::Books& books,
                  const domain::PaymentNews& news) {
  if (news.state != domain::RemoteState::declined) return false;
  return std::any_of(
      loaded.open_attempts.begin(), loaded.open_attempts.end(), [&](const Attempt& open) {
        return open.payment_id == books.payment().id && open.operation == Operation::confirm &&
               news.our_attempt != open.id && books.now() < open.deadline + kRecoveryGrace;
      });
}

}  // namespace

domain::Applied apply_payment_news(const Context& context, const ports::Loaded& loaded,
                                   domain::Books& books, const domain::PaymentNews& news,
                                   ports::Changes& changes) {
  if (is_premature(loaded, books, news)) return domain::Applied::nothing_new;
  const auto before = books.payment();
  auto applied = domain::apply(books, news);
  const bool moved =
      news.state == domain::RemoteState::succeeded || news.state == domain::RemoteState::authorized;
  if (applied == domain::Applied::no_room && moved && is_payable(books) &&
      make_room(loaded, books, changes))
    applied = domain::apply(books, news);
  if (has_no_place(applied) && moved) applied = apply_late(context, books, news, changes);
  if (applied == domain::Applied::conflicted || applied == domain::Applied::no_room) return applied;
  for (const auto& open : loaded.open_attempts) {
    if (open.payment_id != before.id) continue;
    const auto end = domain::ending(open, before, news);
    if (!end) continue;
    Attempt attempt = open;
    end_attempt(books, attempt, *end, news.decline, changes);
  }
  follow_closing(loaded, books);
  return applied;
}

int numbers_for_news(const Context& context) {
  return context.settings.refund_overpayments ? 2 : 1;
}

domain::Applied apply_refund_news(const ports::Loaded& loaded, domain::Books& books,
                                  const domain::RefundNews& news, ports::Changes& changes) {
  const Attempt* owner = nullptr;
  for (const auto& open : loaded.open_attempts)
    if (news.our_attempt == open.id) owner = &open;
  const auto applied = domain::apply(books, news, owner);
  const bool settles = owner != nullptr && applied != domain::Applied::conflicted &&
                       applied != domain::Applied::no_room;
  if (settles) {
    Attempt attempt = *owner;
    end_attempt(books, attempt, AttemptStatus::accepted, std::nullopt, changes);
  }
  return applied;
}

}  // namespace cobro::app
