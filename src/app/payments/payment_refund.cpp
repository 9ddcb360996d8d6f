#include <fmt/format.h>

#include "app/calls/driver.h"
#include "app/payments/payment_query.h"
#include "app/payments/payments.h"
#include "app/payments/status_query.h"
#include "app/pipeline/guards.h"
#include "app/pipeline/ledger_books.h"
#include "base/check.h"
#include "domain/words.h"

namespace cobro::app {

namespace {

using domain::Refund;
using domain::RefundStatus;
using domain::Refusal;
using domain::RefusalCode;

struct RefundCall {
  const Context& context;
  const Call& call;
  const RefundPayment& command;
  const RenderRefund& render;
  Asked asked = {};          // about the payment itself
  bool asked_moved = false;  // about its refunds and disputes
  // What the gateway is to be asked about now.
  enum class About { payment, unknown_refund, moved } about = About::payment;
};

bool self_service(const Context& context) {
  return context.settings.refund_self_service_days > 0;
}

base::Result<void, Refusal> check_right(const RefundCall& refund, const domain::Payment& payment,
                                        base::Timestamp now) {
  if (may(refund.call.caller, Action::refund)) return {};
  const auto days = refund.context.settings.refund_self_service_days;
  if (now - payment.created_at <= std::chrono::hours(24) * days) return {};
  return std::unexpected(forbidden(
      fmt::format("A payment may be refunded by its owner for {} days; after that it needs the "
                  "role admin or service.",
                  days)));
}

Refusal in_progress(std::string message) {
  return {.code = RefusalCode::refund_in_progress, .message = std::move(message)};
}

// The call of a refund whose outcome is not known: answered unknown, or out of time.
bool is_unknown(const ports::Loaded& loaded, const Refund& refund, base::Timestamp now) {
  for (const auto& open : loaded.open_calls)
    if (open.refund_id == refund.id) return open.unknown || open.deadline <= now;
  return false;
}

base::Result<void, Refusal> check_others(const RefundCall& refund, const ports::Loaded& loaded,
                                         domain::Money amount) {
  for (const auto& other : loaded.refunds) {
    const bool same = other.amount == amount && other.reason == refund.command.reason;
    if (other.status == RefundStatus::pending && same)
      return std::unexpected(in_progress(
          fmt::format("Refund {} of the same amount for the same reason is still pending.",
                      other.id.to_string())));
  }
  return {};
}

// What may be refunded while disputes hold what they withdrew.
domain::Money left_of(const domain::Payment& payment) {
  return std::max(domain::Money::zero(payment.amount.currency()),
                  refundable(payment) - payment.disputed);
}

base::Result<domain::Money, Refusal> amount_to_refund(const RefundCall& refund,
                                                      const domain::Payment& payment) {
  if (refund.command.amount)
    return read_amount(*refund.command.amount, payment.amount.currency(), "amount");
  return left_of(payment);
}

Refusal disputed(const domain::Payment& payment) {
  return {.code = RefusalCode::payment_disputed,
          .message = fmt::format("{} can be refunded: {} of the payment is withdrawn by a dispute.",
                                 left_of(payment).to_string(), payment.disputed.to_string())};
}

base::Result<void, Refusal> check_amount(const domain::Payment& payment, domain::Money amount) {
  if (amount.is_positive() && amount <= left_of(payment)) return {};
  const bool but_for_dispute = payment.disputed.is_positive() &&
                               refundable(payment).is_positive() && amount <= refundable(payment);
  if (but_for_dispute) return std::unexpected(disputed(payment));
  return std::unexpected(
      Refusal{.code = RefusalCode::refund_exceeds_remaining,
              .message = fmt::format(
                  "{} can be refunded: {} was captured, {} is refunded and {} is being refunded.",
                  refundable(payment).to_string(), payment.captured.to_string(),
                  payment.refunded.to_string(), payment.refunding.to_string())});
}

// Whether an earlier refund must be asked about before anything else.
const Refund* unknown_refund(const ports::Loaded& loaded, base::Timestamp now) {
  for (const auto& other : loaded.refunds)
    if (other.status == RefundStatus::pending && is_unknown(loaded, other, now)) return &other;
  return nullptr;
}

base::Result<Decided, Refusal> start(const RefundCall& refund, const ports::Loaded& loaded,
                                     domain::Moment moment, domain::Money amount) {
  const auto* gateway = refund.context.gateways.find(loaded.payment->gateway);
  auto books = open_books(loaded, std::move(moment));
  const auto id = books.start_refund(amount, refund.command.reason, refund.call.caller.sub).id;
  Decided decided;
  if (gateway != nullptr && !gateway->capabilities().remote) {
    books.end_refund(id, RefundStatus::succeeded, std::nullopt, "{}");
    decided.reply = refund.render(books.refunds().back(), books.payment());
  } else {
    COBRO_TRY_INTO(auto sent, make_call(refund.context, books,
                                        ports::RefundCommand{id, amount, refund.command.reason}));
    decided.changes.insert(sent);
    decided.calls.push_back(std::move(sent));
  }
  collect(books, decided.changes);
  return decided;
}

Decided ask(RefundCall& refund, const domain::Payment& payment, RefundCall::About about) {
  refund.about = about;
  return {.status_query = payment.id};
}

// Whether a refusal stands on what we believe of refunds and disputes that are the gateway's now,
// which may have ended there; not on a refund that is being sent.
bool refunds_may_be_old(const RefundCall& refund, const ports::Loaded& loaded) {
  if (refund.asked_moved) return false;
  for (const auto& open : loaded.open_calls)
    if (open.refund_id) return false;
  return true;
}

base::Result<Decided, Refusal> decide(RefundCall& refund, const ports::Loaded& loaded,
                                      domain::Moment moment) {
  COBRO_TRY_INTO(const auto payment, visible_payment(loaded, refund.call.caller));
  if (auto right = check_right(refund, payment, moment.now); !right)
    return std::unexpected(std::move(right).error());
  COBRO_TRY_INTO(const auto amount, amount_to_refund(refund, payment));
  if (payment.conflicted) return std::unexpected(payment_conflicted());
  if (payment.pending_operation && payment.state != domain::PaymentState::succeeded) {
    if (was_asked(refund.asked, payment.id)) return std::unexpected(payment_in_progress(payment));
    return ask(refund, payment, RefundCall::About::payment);
  }
  if (payment.state != domain::PaymentState::succeeded) {
    if (!was_asked(refund.asked, payment.id) && may_be_old(loaded, payment, moment.now))
      return ask(refund, payment, RefundCall::About::payment);
    if (was_not_told(refund.asked, payment.id)) return std::unexpected(not_told());
    return std::unexpected(
        wrong_state(refund.call, payment, domain::PaymentState::succeeded, " to be refunded"));
  }
  if (unknown_refund(loaded, moment.now) != nullptr)
    return ask(refund, payment, RefundCall::About::unknown_refund);
  auto fits = check_others(refund, loaded, amount);
  if (fits) fits = check_amount(payment, amount);
  if (!fits && refunds_may_be_old(refund, loaded))
    return ask(refund, payment, RefundCall::About::moved);
  if (!fits) return std::unexpected(std::move(fits).error());
  if (refund.command.permit)
    if (auto permitted = refund.command.permit(loaded); !permitted)
      return std::unexpected(std::move(permitted).error());
  return start(refund, loaded, std::move(moment), amount);
}

// An earlier refund was unknown: the gateway has been asked, and this call only reports.
base::Task<Answer> report(Context& context, domain::PaymentId payment) {
  auto asked = co_await query_refunds(context, payment);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  const auto loaded =
      co_await context.store.load({.root = ports::PaymentRef{payment}, .parts = {.refunds = true}});
  std::string found = "An earlier refund of this payment was unknown; the gateway was asked: ";
  for (const auto& refund : loaded.refunds)
    found += fmt::format("refund {} of {} is {}; ", refund.id.to_string(),
                         refund.amount.to_string(), to_string(refund.status));
  found += "nothing was refunded by this request.";
  co_return std::unexpected(in_progress(std::move(found)));
}

// Looks up the refunds and disputes that our rows would refuse for. Gives a refusal when nothing
// may be concluded.
base::Task<std::optional<Refusal>> look_up_moved(Context& context, domain::PaymentId payment) {
  const auto refunds = co_await query_refunds(context, payment);
  if (!refunds) co_return refunds.error();
  const auto disputes = co_await query_disputes(context, payment);
  if (!disputes) co_return disputes.error();
  if (*refunds != Query::no_answer && *disputes != Query::no_answer) co_return std::nullopt;
  co_return Refusal{.code = RefusalCode::gateway_busy,
                    .message =
                        "The payment gateway did not say what became of earlier refunds "
                        "and disputes; try again shortly.",
                    .retry_after_s = 2};
}

}  // namespace

base::Task<Answer> refund_payment(Context& context, Call call, RefundPayment command,
                                  RenderRefund render) {
  if (!may(call.caller, Action::refund) && !self_service(context))
    co_return std::unexpected(forbidden("Refunding a payment needs the role admin or service."));
  RefundCall refund{context, call, command, render};
  const Decide decide_once = [&](const ports::Loaded& loaded, domain::Moment moment) {
    return decide(refund, loaded, std::move(moment));
  };
  const RenderCompleted render_accepted = [&](const Completed& completed) {
    return render(*completed.refund, *completed.payment);
  };
  const RenderLoaded render_left = [&](const ports::Loaded& loaded) -> Answer {
    return render_completed(call, loaded, render_accepted);
  };
  const ports::Reads reads{.root = command.payment,
                           .parts = {.refunds = true},
                           .subscription = command.beside,
                           .transaction_numbers = 1};
  while (true) {
    auto decided = co_await idempotently(context, call, reads, decide_once, render_left);
    if (!decided) co_return std::unexpected(std::move(decided).error());
    if (decided->reply) co_return std::move(*decided->reply);
    if (!decided->status_query)
      co_return co_await perform(context, &call, std::move(decided->calls.front()),
                                 render_accepted);
    if (refund.about == RefundCall::About::unknown_refund)
      co_return co_await report(context, *decided->status_query);
    if (refund.about == RefundCall::About::moved) {
      if (auto refusal = co_await look_up_moved(context, *decided->status_query))
        co_return std::unexpected(std::move(*refusal));
      refund.asked_moved = true;
      continue;
    }
    auto asked = co_await query_payment(context, *decided->status_query);
    if (!asked) co_return std::unexpected(std::move(asked).error());
    refund.asked.push_back({*decided->status_query, *asked});
  }
}

}  // namespace cobro::app
