#include "domain/gateway_snapshots.h"

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
std::optional<std::string> contradiction(const Payment& payment, const GatewayPayment& snapshot) {
  if (is_other_object(payment, snapshot.gateway_payment_id))
    return fmt::format("the gateway has a second object of this payment, {}",
                       *snapshot.gateway_payment_id);
  if (snapshot.amount && *snapshot.amount != payment.amount)
    return says("an amount of", *snapshot.amount, payment.amount);
  return std::nullopt;
}

Applied act(Books& books, const GatewayPayment& snapshot) {
  const bool known =
      books.payment().state == PaymentState::requires_action &&
      (!snapshot.next_action || same(books.payment().next_action, *snapshot.next_action));
  if (known) return Applied::nothing_new;
  if (books.payment().state != PaymentState::requires_action &&
      !books.move(PaymentEvent::action_required))
    return Applied::nothing_new;
  books.note([&](Payment& payment) { payment.next_action = snapshot.next_action; });
  return Applied::changed;
}

// Less than the whole is captured only where somebody chooses how much.
bool may_have_captured(const Payment& payment, Money captured) {
  if (captured.currency() != payment.amount.currency() || !captured.is_positive()) return false;
  return payment.capture_method == CaptureMethod::manual ? captured <= payment.amount
                                                         : captured == payment.amount;
}

Applied capture(Books& books, const GatewayPayment& snapshot) {
  const Payment& payment = books.payment();
  if (!snapshot.amount || !snapshot.captured)
    return conflict(books, "the gateway says that it captured an amount we cannot read" +
                               (snapshot.unread_amount ? ": " + *snapshot.unread_amount : ""));
  if (payment.state == PaymentState::succeeded || payment.overpayment) {
    const auto known = payment.overpayment ? payment.overpayment->amount : payment.captured;
    if (known == *snapshot.captured) return Applied::nothing_new;
    return conflict(books, says("that it captured", *snapshot.captured, known));
  }
  if (!may_have_captured(payment, *snapshot.captured))
    return conflict(books, says("that it captured", *snapshot.captured, payment.amount));
  if (payment.state == PaymentState::cancelled) return Applied::after_end;
  return books.charge(*snapshot.captured, snapshot.charge_id, snapshot.redacted)
             ? Applied::changed
             : Applied::beyond_total;
}

Applied authorize(Books& books, const GatewayPayment& snapshot) {
  const auto state = books.payment().state;
  if (state == PaymentState::cancelled) return Applied::after_end;
  if (!next(state, PaymentEvent::authorized)) return Applied::nothing_new;
  if (!books.move(PaymentEvent::authorized)) return Applied::beyond_total;
  books.note([&](Payment& payment) {
    if (snapshot.charge_id) payment.gateway_charge_id = snapshot.charge_id;
    payment.decline.reset();
    payment.gateway_response = snapshot.redacted;
  });
  return Applied::changed;
}

Applied decline(Books& books, const GatewayPayment& snapshot) {
  const Payment& payment = books.payment();
  if (payment.pending_operation == Operation::confirm &&
      (!snapshot.charge_id || snapshot.charge_id == payment.gateway_charge_id))
    return Applied::nothing_new;
  const Decline unexplained{"card_declined", std::nullopt, "The payment was declined."};
  return books.decline(snapshot.decline.value_or(unexplained), snapshot.charge_id,
                       snapshot.redacted)
             ? Applied::changed
             : Applied::nothing_new;
}

// As good as waiting for its customer, until our confirmation is under way.
Applied approve(Books& books, bool known) {
  const bool confirming = known && books.payment().pending_operation == Operation::confirm;
  if (confirming || !books.move(PaymentEvent::action_required)) return Applied::nothing_new;
  return Applied::changed;
}

Applied follow_state(Books& books, const GatewayPayment& snapshot, bool known) {
  switch (snapshot.state) {
    case RemoteState::unconfirmed:
    case RemoteState::unrecognized:
      return Applied::nothing_new;
    case RemoteState::approved:  // what follows from it needs a call
      return approve(books, known);
    case RemoteState::requires_action:
      return act(books, snapshot);
    case RemoteState::processing:
      return books.move(PaymentEvent::confirmed) ? Applied::changed : Applied::nothing_new;
    case RemoteState::authorized:
      return authorize(books, snapshot);
    case RemoteState::succeeded:
      return capture(books, snapshot);
    case RemoteState::declined:
      return decline(books, snapshot);
    case RemoteState::cancelled:
      return books.cancel(true, "cancelled_at_gateway") ? Applied::changed : Applied::nothing_new;
  }
  return Applied::nothing_new;
}

bool is_new(const std::optional<std::string>& told, const std::optional<std::string>& known) {
  return told && told != known;
}

// What the gateway calls it.
bool learn(Books& books, const GatewayPayment& snapshot) {
  const auto& known = books.payment();
  if (!is_new(snapshot.gateway_payment_id, known.gateway_payment_id) &&
      !is_new(snapshot.gateway_checkout_id, known.gateway_checkout_id) &&
      !is_new(snapshot.client_secret, known.client_secret))
    return false;
  books.note([&](Payment& payment) {
    if (snapshot.gateway_payment_id) payment.gateway_payment_id = snapshot.gateway_payment_id;
    if (snapshot.gateway_checkout_id) payment.gateway_checkout_id = snapshot.gateway_checkout_id;
    if (snapshot.client_secret) payment.client_secret = snapshot.client_secret;
  });
  return true;
}

const Refund* find_refund(const Books& books, const GatewayRefund& snapshot,
                          const GatewayCall* call) {
  for (const auto& refund : books.refunds()) {
    if (refund.gateway_refund_id == snapshot.gateway_refund_id) return &refund;
    if (call && call->refund_id == refund.id && !refund.gateway_refund_id) return &refund;
  }
  return nullptr;
}

std::string outside_reason(const GatewayRefund& snapshot) {
  return snapshot.reason.value_or("refunded at the gateway");
}

Applied book(Books& books, RefundId id, const GatewayRefund& snapshot) {
  books.note_refund(id, snapshot.gateway_refund_id);
  if (*snapshot.status != RefundStatus::pending)
    books.end_refund(id, *snapshot.status, snapshot.failure_reason, snapshot.redacted);
  return Applied::changed;
}

Applied book_outside_refund_of_overpayment(Books& books, const GatewayRefund& snapshot) {
  const bool moves_money = *snapshot.status != RefundStatus::failed;
  if (moves_money && *snapshot.amount > refundable(*books.payment().overpayment))
    return Applied::beyond_total;
  const auto& refund =
      books.start_overpayment_refund(*snapshot.amount, outside_reason(snapshot), "gateway");
  return book(books, refund.id, snapshot);
}

// It cannot be booked, and is not dropped.
Applied report_unread(Books& books, const GatewayRefund& snapshot) {
  books.report_unread(
      snapshot.gateway_refund_id,
      fmt::format("the gateway has a refund {} of this payment, of an amount that we cannot read: "
                  "{}; it is not in our books",
                  snapshot.gateway_refund_id, snapshot.unread_amount.value_or("not told")));
  return Applied::conflicted;
}

// A refund that no row of ours waits for: made in the gateway's dashboard, or one of ours that
// was given up and is there after all. One that has failed holds nothing; it is kept, so that
// an older snapshot of its success finds it.
Applied book_outside_refund(Books& books, const GatewayRefund& snapshot) {
  if (!snapshot.status) return Applied::nothing_new;
  const bool moves_money = *snapshot.status != RefundStatus::failed;
  const Payment& payment = books.payment();
  const bool has_money = payment.state != PaymentState::cancelled || payment.overpayment;
  if (!snapshot.amount && moves_money && has_money) return report_unread(books, snapshot);
  if (!snapshot.amount || !snapshot.amount->is_positive()) return Applied::nothing_new;
  if (snapshot.amount->currency() != payment.amount.currency())
    return moves_money ? conflict(books, says("of a refund an amount of", *snapshot.amount,
                                              payment.captured))
                       : Applied::nothing_new;
  if (payment.overpayment) return book_outside_refund_of_overpayment(books, snapshot);
  // The release of an authorization shows as a refund in some listings; it moved nothing.
  if (payment.state == PaymentState::cancelled) return Applied::nothing_new;
  if (payment.state != PaymentState::succeeded ||
      (moves_money && *snapshot.amount > refundable(payment)))
    return Applied::beyond_total;
  return book(books, books.start_refund(*snapshot.amount, outside_reason(snapshot), "gateway").id,
              snapshot);
}

}  // namespace

Applied apply(Books& books, const GatewayPayment& snapshot) {
  if (auto detail = contradiction(books.payment(), snapshot))
    return conflict(books, std::move(*detail));
  const bool known = books.payment().gateway_payment_id.has_value();
  const bool learned = learn(books, snapshot);
  const auto applied = follow_state(books, snapshot, known);
  return learned && applied == Applied::nothing_new ? Applied::changed : applied;
}

Applied apply_late(Books& books, const GatewayPayment& snapshot) {
  if (snapshot.state != RemoteState::succeeded || books.payment().overpayment)
    return Applied::nothing_new;
  books.overpay(*snapshot.captured, snapshot.charge_id, snapshot.redacted);
  return Applied::changed;
}

Applied apply(Books& books, const GatewayRefund& snapshot, const GatewayCall* call) {
  if (is_other_object(books.payment(), snapshot.gateway_payment_id))
    return conflict(books, fmt::format("the gateway refunded another object, {}, for this payment",
                                       *snapshot.gateway_payment_id));
  const Refund* refund = find_refund(books, snapshot, call);
  if (refund == nullptr) return book_outside_refund(books, snapshot);
  if (snapshot.amount && *snapshot.amount != refund->amount)
    return conflict(books, says("of the refund an amount of", *snapshot.amount, refund->amount));
  const auto id = refund->id;
  const bool learned = !refund->gateway_refund_id;
  if (learned) books.note_refund(id, snapshot.gateway_refund_id);
  const bool ended =
      snapshot.status &&
      books.end_refund(id, *snapshot.status, snapshot.failure_reason, snapshot.redacted);
  return learned || ended ? Applied::changed : Applied::nothing_new;
}

namespace {

// What is gone now, by what the gateway counts in the payment's currency; where it counts in
// another, all of the dispute or nothing. Nothing when we cannot tell.
std::optional<Money> withdrawn_by(const GatewayDispute& snapshot, std::optional<Money> amount,
                                  Currency currency) {
  if (snapshot.withdrawn_amount && snapshot.withdrawn_amount->currency() == currency &&
      !snapshot.withdrawn_amount->is_negative())
    return snapshot.withdrawn_amount;
  return snapshot.withdrawn ? amount : std::optional(Money::zero(currency));
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

Dispute new_dispute(Books& books, const GatewayDispute& snapshot, Money amount) {
  return {.id = books.ids().next<DisputeId>(),
          .payment_id = books.payment().id,
          .gateway = books.payment().gateway,
          .gateway_dispute_id = snapshot.gateway_dispute_id,
          .stage = snapshot.stage,
          .status = snapshot.status.value_or(DisputeStatus::needs_response),
          .amount = amount,
          .reason = snapshot.reason,
          .evidence_due_by = snapshot.evidence_due_by,
          .created_at = books.now(),
          .updated_at = books.now()};
}

// Whether what is known is of a later point. Fewer movements of the money tell that as an earlier
// status does, and of two closed ones they alone do. A snapshot that tells of no movement where
// some are known is newer only when it has come further.
bool is_older(const GatewayDispute& snapshot, const Dispute& row) {
  const auto come = progress(snapshot.stage, *snapshot.status);
  const auto known = progress(row.stage, row.status);
  if (snapshot.movements == 0 && row.movements > 0) return come <= known;
  return snapshot.movements < row.movements || come < known;
}

// Takes over what a snapshot of the same point or a later one says.
bool follow(Dispute& row, const GatewayDispute& snapshot, base::Timestamp now) {
  if (!snapshot.status || is_older(snapshot, row)) return false;
  const auto before = row;
  row.stage = snapshot.stage;
  row.status = *snapshot.status;
  if (!snapshot.reason.empty()) row.reason = snapshot.reason;
  if (snapshot.evidence_due_by) row.evidence_due_by = snapshot.evidence_due_by;
  const bool closed = is_closed(row.status);
  if (closed && !row.closed_at) row.closed_at = now;
  if (!closed) row.closed_at.reset();
  return before.stage != row.stage || before.status != row.status || before.reason != row.reason ||
         before.evidence_due_by != row.evidence_due_by;
}

}  // namespace

Applied apply(Books& books, const GatewayDispute& snapshot, const std::optional<Dispute>& known) {
  const Payment& payment = books.payment();
  const auto currency = payment.amount.currency();
  if (payment.state != PaymentState::succeeded && !payment.overpayment)
    return Applied::beyond_total;
  if (known && known->payment_id != payment.id)
    return conflict(books, fmt::format("the gateway says that dispute {} of another payment is of "
                                       "this one",
                                       snapshot.gateway_dispute_id));
  std::optional<Money> amount = snapshot.amount;
  if (amount && (amount->currency() != currency || amount->is_negative())) amount.reset();
  if (known) amount = known->amount;
  const bool tells_of_money =
      snapshot.movements > 0 && (!known || snapshot.movements >= known->movements);
  const auto gone = withdrawn_by(snapshot, amount, currency);
  if (tells_of_money && !gone)
    return conflict(books, fmt::format("the gateway says that dispute {} took an amount we cannot "
                                       "read",
                                       snapshot.gateway_dispute_id));
  if (!amount && tells_of_money) amount = gone;
  if (!amount && !snapshot.amount)
    return conflict(books, fmt::format("the gateway says that dispute {} is of an amount we cannot "
                                       "read",
                                       snapshot.gateway_dispute_id));
  if (!amount) return Applied::nothing_new;
  Dispute row = known ? *known : new_dispute(books, snapshot, *amount);
  bool changed = follow(row, snapshot, books.now()) || !known;
  if (tells_of_money) {
    changed = changed || row.movements != snapshot.movements;
    row.movements = snapshot.movements;
    changed = move_money(books, row, *gone) || changed;
  }
  if (!changed) return Applied::nothing_new;
  books.keep_dispute(std::move(row), !known);
  return Applied::changed;
}

namespace {

std::optional<CallStatus> confirm_ending(const Payment& before, const GatewayPayment& snapshot) {
  switch (snapshot.state) {
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
      if (snapshot.charge_id && snapshot.charge_id != before.gateway_charge_id)
        return CallStatus::declined;
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
                                 const GatewayPayment& snapshot) {
  const bool succeeded = snapshot.state == RemoteState::succeeded;
  const bool cancelled = snapshot.state == RemoteState::cancelled;
  switch (call.operation) {
    // Whatever became of it since, it is there.
    case Operation::create:
      return snapshot.state == RemoteState::unrecognized ? std::nullopt
                                                         : std::optional(CallStatus::accepted);
    case Operation::confirm:
      return confirm_ending(before, snapshot);
    // It is captured once: another amount than ours was somebody else's.
    case Operation::capture:
      if (succeeded && call.amount && snapshot.captured && *snapshot.captured != *call.amount)
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
