#include "domain/news.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace cobro::domain {

namespace {

bool same(const std::optional<NextAction>& a, const NextAction& b) {
  return a && a->type == b.type && a->url == b.url && a->client_secret == b.client_secret;
}

Applied conflict(Books& books, std::string detail) {
  books.conflict(std::move(detail));
  return Applied::conflicted;
}

std::string says(std::string_view what, Money theirs, Money ours) {
  return fmt::format("the gateway says {} {}, our record {}", what, theirs.to_string(),
                     ours.to_string());
}

bool is_other_object(const Payment& payment, const std::optional<std::string>& gateway_id) {
  return payment.gateway_payment_id && gateway_id && *payment.gateway_payment_id != *gateway_id;
}

// Another object than the one we know, or another amount than we asked for.
std::optional<std::string> contradiction(const Payment& payment, const PaymentNews& news) {
  if (is_other_object(payment, news.gateway_payment_id))
    return fmt::format("the gateway has a second object of this payment, {}",
                       *news.gateway_payment_id);
  if (news.amount && *news.amount != payment.amount)
    return says("an amount of", *news.amount, payment.amount);
  return std::nullopt;
}

Applied act(Books& books, const PaymentNews& news) {
  const bool known = books.payment().state == PaymentState::requires_action &&
                     (!news.next_action || same(books.payment().next_action, *news.next_action));
  if (known) return Applied::nothing_new;
  if (books.payment().state != PaymentState::requires_action &&
      !books.move(PaymentEvent::action_required))
    return Applied::nothing_new;
  books.note([&](Payment& payment) { payment.next_action = news.next_action; });
  return Applied::changed;
}

Applied capture(Books& books, const PaymentNews& news) {
  const Payment& payment = books.payment();
  if (!news.amount || !news.captured)
    return conflict(books, "the gateway says that it captured an amount we cannot read");
  if (payment.state == PaymentState::succeeded || payment.overpayment) {
    const auto known = payment.overpayment ? payment.overpayment->amount : payment.captured;
    if (known == *news.captured) return Applied::nothing_new;
    return conflict(books, says("that it captured", *news.captured, known));
  }
  if (news.captured->currency() != payment.amount.currency() || !news.captured->is_positive() ||
      *news.captured > payment.amount)
    return conflict(books, says("that it captured", *news.captured, payment.amount));
  if (payment.state == PaymentState::cancelled) return Applied::after_end;
  return books.charge(*news.captured, news.charge_id, news.redacted) ? Applied::changed
                                                                     : Applied::no_room;
}

Applied authorize(Books& books, const PaymentNews& news) {
  const auto state = books.payment().state;
  if (state == PaymentState::cancelled) return Applied::after_end;
  if (!next(state, PaymentEvent::authorized)) return Applied::nothing_new;
  if (!books.move(PaymentEvent::authorized)) return Applied::no_room;
  books.note([&](Payment& payment) {
    if (news.charge_id) payment.gateway_charge_id = news.charge_id;
    payment.decline.reset();
    payment.gateway_response = news.redacted;
  });
  return Applied::changed;
}

Applied decline(Books& books, const PaymentNews& news) {
  const Payment& payment = books.payment();
  if (payment.pending_operation == Operation::confirm &&
      (!news.charge_id || news.charge_id == payment.gateway_charge_id))
    return Applied::nothing_new;
  const Decline unexplained{"card_declined", std::nullopt, "The payment was declined."};
  return books.decline(news.decline.value_or(unexplained), news.charge_id, news.redacted)
             ? Applied::changed
             : Applied::nothing_new;
}

// As good as waiting for its customer, until our confirmation is under way.
Applied approve(Books& books, bool known) {
  const bool confirming = known && books.payment().pending_operation == Operation::confirm;
  if (confirming || !books.move(PaymentEvent::action_required)) return Applied::nothing_new;
  return Applied::changed;
}

Applied follow_state(Books& books, const PaymentNews& news, bool known) {
  switch (news.state) {
    case RemoteState::unconfirmed:
    case RemoteState::unrecognized:
      return Applied::nothing_new;
    case RemoteState::approved:  // what follows from it needs a call
      return approve(books, known);
    case RemoteState::requires_action:
      return act(books, news);
    case RemoteState::processing:
      return books.move(PaymentEvent::confirmed) ? Applied::changed : Applied::nothing_new;
    case RemoteState::authorized:
      return authorize(books, news);
    case RemoteState::succeeded:
      return capture(books, news);
    case RemoteState::declined:
      return decline(books, news);
    case RemoteState::cancelled:
      return books.cancel(true, "cancelled_at_gateway") ? Applied::changed : Applied::nothing_new;
  }
  return Applied::nothing_new;
}

bool is_new(const std::optional<std::string>& told, const std::optional<std::string>& known) {
  return told && told != known;
}

// What the gateway calls it.
bool learn(Books& books, const PaymentNews& news) {
  const auto& known = books.payment();
  if (!is_new(news.gateway_payment_id, known.gateway_payment_id) &&
      !is_new(news.gateway_checkout_id, known.gateway_checkout_id) &&
      !is_new(news.client_secret, known.client_secret))
    return false;
  books.note([&](Payment& payment) {
    if (news.gateway_payment_id) payment.gateway_payment_id = news.gateway_payment_id;
    if (news.gateway_checkout_id) payment.gateway_checkout_id = news.gateway_checkout_id;
    if (news.client_secret) payment.client_secret = news.client_secret;
  });
  return true;
}

const Refund* find_refund(const Books& books, const RefundNews& news, const GatewayCall* call) {
  for (const auto& refund : books.refunds()) {
    if (refund.gateway_refund_id == news.gateway_refund_id) return &refund;
    if (call && call->refund_id == refund.id && !refund.gateway_refund_id) return &refund;
  }
  return nullptr;
}

std::string outside_reason(const RefundNews& news) {
  return news.reason.value_or("refunded at the gateway");
}

Applied book(Books& books, RefundId id, const RefundNews& news) {
  books.note_refund(id, news.gateway_refund_id);
  if (*news.status != RefundStatus::pending)
    books.end_refund(id, *news.status, news.failure_reason, news.redacted);
  return Applied::changed;
}

Applied book_outside_refund_of_overpayment(Books& books, const RefundNews& news) {
  const bool moves_money = *news.status != RefundStatus::failed;
  if (moves_money && *news.amount > refundable(*books.payment().overpayment))
    return Applied::no_room;
  const auto& refund =
      books.start_overpayment_refund(*news.amount, outside_reason(news), "gateway");
  return book(books, refund.id, news);
}

// A refund that no row of ours waits for: made in the gateway's dashboard, or one of ours that
// was given up and is there after all. One that has failed needs no room; it is kept, so that
// older news of its success find it.
Applied book_outside_refund(Books& books, const RefundNews& news) {
  if (!news.status || !news.amount || !news.amount->is_positive()) return Applied::nothing_new;
  const bool moves_money = *news.status != RefundStatus::failed;
  const Payment& payment = books.payment();
  if (news.amount->currency() != payment.amount.currency())
    return moves_money
               ? conflict(books, says("of a refund an amount of", *news.amount, payment.captured))
               : Applied::nothing_new;
  if (payment.overpayment) return book_outside_refund_of_overpayment(books, news);
  // The release of an authorization shows as a refund in some listings; it moved nothing.
  if (payment.state == PaymentState::cancelled) return Applied::nothing_new;
  if (payment.state != PaymentState::succeeded ||
      (moves_money && *news.amount > refundable(payment)))
    return Applied::no_room;
  return book(books, books.start_refund(*news.amount, outside_reason(news), "gateway").id, news);
}

}  // namespace

Applied apply(Books& books, const PaymentNews& news) {
  if (auto detail = contradiction(books.payment(), news))
    return conflict(books, std::move(*detail));
  const bool known = books.payment().gateway_payment_id.has_value();
  const bool learned = learn(books, news);
  const auto applied = follow_state(books, news, known);
  return learned && applied == Applied::nothing_new ? Applied::changed : applied;
}

Applied apply_late(Books& books, const PaymentNews& news) {
  if (news.state != RemoteState::succeeded || books.payment().overpayment)
    return Applied::nothing_new;
  books.overpay(*news.captured, news.charge_id, news.redacted);
  return Applied::changed;
}

Applied apply(Books& books, const RefundNews& news, const GatewayCall* call) {
  if (is_other_object(books.payment(), news.gateway_payment_id))
    return conflict(books, fmt::format("the gateway refunded another object, {}, for this payment",
                                       *news.gateway_payment_id));
  const Refund* refund = find_refund(books, news, call);
  if (refund == nullptr) return book_outside_refund(books, news);
  if (news.amount && *news.amount != refund->amount)
    return conflict(books, says("of the refund an amount of", *news.amount, refund->amount));
  const auto id = refund->id;
  const bool learned = !refund->gateway_refund_id;
  if (learned) books.note_refund(id, news.gateway_refund_id);
  const bool ended =
      news.status && books.end_refund(id, *news.status, news.failure_reason, news.redacted);
  return learned || ended ? Applied::changed : Applied::nothing_new;
}

namespace {

bool is_closed(DisputeStatus status) {
  return status != DisputeStatus::needs_response && status != DisputeStatus::under_review;
}

// What is gone now, by what the gateway counts in the payment's currency; where it counts in
// another, all of the dispute or nothing. Nothing when we cannot tell.
std::optional<Money> withdrawn_by(const DisputeNews& news, std::optional<Money> amount,
                                  Currency currency) {
  if (news.withdrawn_amount && news.withdrawn_amount->currency() == currency &&
      !news.withdrawn_amount->is_negative())
    return news.withdrawn_amount;
  return news.withdrawn ? amount : std::optional(Money::zero(currency));
}

// Takes and gives back until so much is gone. What changed in part is given back and taken anew:
// a transaction's amount stays.
bool move_money(Books& books, Dispute& row, Money withdrawn) {
  if (row.withdrawn_amount == withdrawn && (row.withdrawn || row.movements < 2)) return false;
  // It came and went before we heard of it.
  const bool unseen = !row.withdrawn && withdrawn.is_zero();
  if (unseen && row.amount.is_positive()) books.withdraw(row, row.amount);
  if (row.withdrawn_amount.is_positive()) books.reinstate(row);
  if (withdrawn.is_positive()) books.withdraw(row, withdrawn);
  return true;
}

Dispute new_dispute(Books& books, const DisputeNews& news, Money amount) {
  return {.id = books.ids().next<DisputeId>(),
          .payment_id = books.payment().id,
          .gateway = books.payment().gateway,
          .gateway_dispute_id = news.gateway_dispute_id,
          .stage = news.stage,
          .status = news.status.value_or(DisputeStatus::needs_response),
          .amount = amount,
          .reason = news.reason,
          .evidence_due_by = news.evidence_due_by,
          .created_at = books.now(),
          .updated_at = books.now()};
}

// Takes over what the news say of the same point or a later one.
bool follow(Dispute& row, const DisputeNews& news, base::Timestamp now) {
  if (!news.status || progress(news.stage, *news.status) < progress(row.stage, row.status))
    return false;
  const auto before = row;
  row.stage = news.stage;
  row.status = *news.status;
  if (!news.reason.empty()) row.reason = news.reason;
  if (news.evidence_due_by) row.evidence_due_by = news.evidence_due_by;
  const bool closed = is_closed(row.status);
  if (closed && !row.closed_at) row.closed_at = now;
  if (!closed) row.closed_at.reset();
  return before.stage != row.stage || before.status != row.status || before.reason != row.reason ||
         before.evidence_due_by != row.evidence_due_by;
}

}  // namespace

Applied apply(Books& books, const DisputeNews& news, const std::optional<Dispute>& known) {
  const Payment& payment = books.payment();
  const auto currency = payment.amount.currency();
  if (payment.state != PaymentState::succeeded) return Applied::no_room;
  if (known && known->payment_id != payment.id)
    return conflict(books, fmt::format("the gateway says that dispute {} of another payment is of "
                                       "this one",
                                       news.gateway_dispute_id));
  std::optional<Money> amount = news.amount;
  if (amount && (amount->currency() != currency || amount->is_negative())) amount.reset();
  if (known) amount = known->amount;
  const bool tells_of_money = news.movements > 0 && (!known || news.movements >= known->movements);
  const auto gone = withdrawn_by(news, amount, currency);
  if (tells_of_money && !gone)
    return conflict(books, fmt::format("the gateway says that dispute {} took an amount we cannot "
                                       "read",
                                       news.gateway_dispute_id));
  if (!amount && tells_of_money) amount = gone;
  if (!amount) return Applied::nothing_new;
  Dispute row = known ? *known : new_dispute(books, news, *amount);
  bool changed = follow(row, news, books.now()) || !known;
  if (tells_of_money) {
    changed = changed || row.movements != news.movements;
    row.movements = news.movements;
    changed = move_money(books, row, *gone) || changed;
  }
  if (!changed) return Applied::nothing_new;
  books.keep_dispute(std::move(row), !known);
  return Applied::changed;
}

namespace {

std::optional<CallStatus> confirm_ending(const Payment& before, const PaymentNews& news) {
  switch (news.state) {
    case RemoteState::requires_action:
    case RemoteState::processing:
    case RemoteState::authorized:
    case RemoteState::succeeded:
      return CallStatus::accepted;
    case RemoteState::cancelled:
      return CallStatus::not_executed;
    // The refusal that the object shows may be an earlier one; a charge that we have not
    // seen is this call's.
    case RemoteState::declined:
      if (news.charge_id && news.charge_id != before.gateway_charge_id) return CallStatus::declined;
      return std::nullopt;
    // Of the confirmation that made it; one that is to take what was approved is not done yet.
    case RemoteState::approved:
      if (!before.gateway_payment_id) return CallStatus::accepted;
      return std::nullopt;
    case RemoteState::unconfirmed:
    case RemoteState::unrecognized:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<CallStatus> ending(const GatewayCall& call, const Payment& before,
                                 const PaymentNews& news) {
  const bool succeeded = news.state == RemoteState::succeeded;
  const bool cancelled = news.state == RemoteState::cancelled;
  switch (call.operation) {
    // Whatever became of it since, it is there.
    case Operation::create:
      return news.state == RemoteState::unrecognized ? std::nullopt
                                                     : std::optional(CallStatus::accepted);
    case Operation::confirm:
      return confirm_ending(before, news);
    // It is captured once: another amount than ours was somebody else's.
    case Operation::capture:
      if (succeeded && call.amount && news.captured && *news.captured != *call.amount)
        return CallStatus::not_executed;
      if (succeeded) return CallStatus::accepted;
      return cancelled ? std::optional(CallStatus::not_executed) : std::nullopt;
    case Operation::cancel:
      if (cancelled) return CallStatus::accepted;
      return succeeded ? std::optional(CallStatus::not_executed) : std::nullopt;
    case Operation::refund:
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
      return std::nullopt;
  }
  return std::nullopt;
}

void close_call(Books& books, GatewayCall& call, CallStatus status,
                std::optional<Decline> decline) {
  COBRO_CHECK(call.status == CallStatus::open && status != CallStatus::open);
  call.status = status;
  call.decline = std::move(decline);
  call.closed_at = books.now();
  const bool undone = status == CallStatus::not_executed;
  if (call.operation == Operation::refund) {
    if (undone) books.end_refund(*call.refund_id, RefundStatus::failed, "not_executed", "{}");
    return;
  }
  books.note([](Payment& payment) { payment.pending_operation.reset(); });
  if (undone && call.operation == Operation::confirm)
    books.move(call.state_before == PaymentState::failed
                   ? PaymentEvent::confirmation_withdrawn_after_failure
                   : PaymentEvent::confirmation_withdrawn);
}

}  // namespace cobro::domain
