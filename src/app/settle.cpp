#include <fmt/format.h>

#include "app/attempts.h"
#include "app/closing.h"
#include "app/guards.h"
#include "app/inquiry.h"
#include "app/ledger_books.h"
#include "app/own_record.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::Attempt;
using domain::AttemptStatus;
using domain::Refusal;
using domain::RefusalCode;
using ports::AnswerKind;
using ports::Changes;
using ports::Loaded;

// A gateway that contradicts itself or us settles nothing; a person will look.
bool settles(domain::Applied applied) {
  return applied == domain::Applied::changed || applied == domain::Applied::nothing_new;
}

void keep_open(Attempt attempt, Changes& changes) {
  attempt.unknown = true;
  attempt.every_send_not_executed = false;
  changes.update_attempts.push_back(std::move(attempt));
}

bool accept(const Loaded& loaded, domain::Books& books, const Attempt& attempt,
            const ports::GatewayAnswer& answer, Changes& changes) {
  if (answer.refund) {
    if (!settles(domain::apply(books, *answer.refund, &attempt))) return false;
    Attempt ended = attempt;
    end_attempt(books, ended, AttemptStatus::accepted, std::nullopt, changes);
    return true;
  }
  COBRO_CHECK(answer.payment.has_value());
  const auto applied = domain::apply(books, *answer.payment);
  if (!settles(applied)) return false;
  auto end = domain::ending(attempt, *loaded.payment, *answer.payment);
  // This answer is about this very call, so a refusal that it shows is this attempt's.
  if (!end && answer.payment->state == domain::RemoteState::declined) end = AttemptStatus::declined;
  if (!end) return false;
  Attempt ended = attempt;
  end_attempt(books, ended, *end, answer.payment->decline, changes);
  return true;
}

bool decline(domain::Books& books, const Attempt& attempt, const ports::GatewayAnswer& answer,
             Changes& changes) {
  const domain::Decline unexplained{"card_declined", std::nullopt, "The payment was declined."};
  const auto why = answer.decline.value_or(unexplained);
  if (attempt.operation == domain::Operation::confirm) {
    domain::PaymentNews news = answer.payment.value_or(domain::PaymentNews{});
    if (answer.payment && !books.payment().gateway_payment_id)
      books.note([&](domain::Payment& p) { p.gateway_payment_id = news.gateway_payment_id; });
    if (!books.decline(why, news.charge_id, news.redacted.empty() ? "{}" : news.redacted))
      return false;
  } else if (attempt.operation == domain::Operation::refund) {
    books.end_refund(*attempt.refund_id, domain::RefundStatus::failed, why.message, "{}");
  }
  Attempt ended = attempt;
  end_attempt(books, ended, AttemptStatus::declined, why, changes);
  return true;
}

bool withdraw(domain::Books& books, const Attempt& attempt, Changes& changes) {
  if (!attempt.every_send_not_executed) return false;
  Attempt ended = attempt;
  end_attempt(books, ended, AttemptStatus::not_executed, std::nullopt, changes);
  return true;
}

// What the answer changes; an attempt that somebody else ended meanwhile stays as it is.
Changes settle_changes(const Loaded& loaded, domain::Books& books,
                       const ports::GatewayAnswer& answer) {
  Changes changes;
  const auto& attempt = *loaded.attempt;
  bool ended = false;
  switch (answer.kind) {
    case AnswerKind::accepted:
      ended = accept(loaded, books, attempt, answer, changes);
      break;
    case AnswerKind::declined:
      ended = decline(books, attempt, answer, changes);
      break;
    case AnswerKind::not_executed:
      ended = withdraw(books, attempt, changes);
      break;
    case AnswerKind::unknown:
      break;
  }
  if (!ended) keep_open(attempt, changes);
  if (ended) follow_closing(loaded, books);
  collect(books, changes);
  return changes;
}

std::optional<domain::Refund> refund_of(const domain::Books& books, const Attempt& attempt) {
  for (const auto& refund : books.refunds())
    if (attempt.refund_id == refund.id) return refund;
  return std::nullopt;
}

Refusal not_executed_refusal(const Settled& settled) {
  if (settled.busy)
    return {.code = RefusalCode::gateway_busy,
            .message = "The payment gateway is busy; nothing was charged. Try again shortly.",
            .retry_after_s = 2};
  if (settled.bad_payment_method)
    return invalid_field("payment_method_id", "not_accepted",
                         "is not one that the payment gateway knows or takes");
  // Its words end at the colon: "Stripe answered 400 resource_missing". What follows is the
  // gateway's own text, which is logged and not passed on.
  const auto brief = settled.message.substr(0, settled.message.find(':'));
  return {.code = RefusalCode::gateway_refused,
          .message = fmt::format("The payment gateway refused the request{}; nothing moved.",
                                 brief.empty() ? "" : " (" + brief + ")")};
}

Refusal outcome_unknown() {
  return {.code = RefusalCode::outcome_unknown,
          .message =
              "The gateway did not say what became of this; it will be resolved. Repeat "
              "the request with the same Idempotency-Key to learn the outcome."};
}

Refusal declined_refusal(const Settled& settled) {
  const auto decline = settled.attempt.decline.value_or(domain::Decline{});
  return {.code = RefusalCode::payment_declined,
          .message = decline.message.empty() ? "The payment was declined." : decline.message,
          .decline_code = decline.decline_code.value_or(decline.code)};
}

}  // namespace

Answer word_settled(const Call& call, const Settled& settled, const WordAccepted& word) {
  switch (settled.attempt.status) {
    case AttemptStatus::accepted:
      return word(settled);
    case AttemptStatus::declined:
      return call.word_refusal(declined_refusal(settled));
    case AttemptStatus::not_executed:
      return std::unexpected(not_executed_refusal(settled));
    case AttemptStatus::open:
      break;
  }
  return std::unexpected(outcome_unknown());
}

base::Task<Answer> settle(Context& context, const Call* call, Attempt attempt,
                          ports::GatewayAnswer answer, WordAccepted word) {
  ports::Reads reads{.root = attempt.id,
                     .record_key = attempt.record_key,
                     .webhook = {},
                     .transaction_numbers = 1};
  std::optional<Answer> result;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    COBRO_CHECK(loaded.attempt.has_value());
    auto books = open_books(loaded, std::move(moment));
    const bool open = loaded.attempt->status == AttemptStatus::open;
    Changes changes = open ? settle_changes(loaded, books, answer) : Changes{};
    const auto& now_attempt =
        changes.update_attempts.empty() ? *loaded.attempt : changes.update_attempts.front();
    if (call == nullptr) return changes;
    if (auto reply = answered_meanwhile(own_record(loaded, now_attempt))) {
      result = std::move(*reply);
      return changes;
    }
    result =
        word_settled(*call,
                     Settled{books.payment(), books.order(), refund_of(books, now_attempt),
                             now_attempt, answer.message, answer.busy, answer.bad_payment_method},
                     word);
    if (*result) close_record(own_record(loaded, now_attempt), **result, books.now(), changes);
    return changes;
  };
  auto committed = co_await commit(context, std::move(reads), decide);
  // The call was made; what it did is not lost (the attempt stays open), but not known here.
  if (!committed && committed.error().code == RefusalCode::unavailable)
    co_return std::unexpected(outcome_unknown());
  if (!committed) co_return std::unexpected(std::move(committed).error());
  if (!result) co_return StoredReply{};
  co_return std::move(*result);
}

namespace {

base::Task<Answer> send_and_settle(Context& context, const Call* call, Attempt attempt,
                                   WordAccepted word) {
  auto answer = co_await send(context, attempt);
  const bool heard = answer.heard;
  auto settled = co_await settle(context, call, attempt, answer, word);
  if (!heard) co_return settled;
  auto asked = attempt.operation == domain::Operation::refund
                   ? co_await inquire_refunds(context, attempt.payment_id)
                   : co_await inquire(context, attempt.payment_id);
  // Nothing new to us may be news to this attempt: a webhook can have ended it meanwhile.
  if (!asked || (*asked != Inquiry::news && *asked != Inquiry::nothing_new)) co_return settled;
  co_return co_await settle(context, call, std::move(attempt), std::move(answer), word);
}

}  // namespace

base::Task<Answer> perform(Context& context, const Call* call, Attempt attempt, WordAccepted word) {
  const auto key = attempt.gateway_key;
  std::string failure;
  try {
    co_return co_await send_and_settle(context, call, std::move(attempt), std::move(word));
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::error, "an attempt was sent and could not be settled",
                    {{"attempt", key}, {"reason", failure}});
  co_return std::unexpected(outcome_unknown());
}

}  // namespace cobro::app
