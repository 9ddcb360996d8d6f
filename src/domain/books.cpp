#include "domain/books.h"

#include <algorithm>

#include "base/check.h"
#include "domain/order_states.h"
#include "domain/words.h"

namespace cobro::domain {

namespace {

EventPayload payment_payload(const Payment& payment, const Money& amount) {
  EventPayload payload;
  const auto order = payment.order_id ? std::optional(payment.order_id->to_string()) : std::nullopt;
  payload.add_or_null("orderId", order)
      .add("paymentId", payment.id.to_string())
      .add("userId", payment.user_id)
      .add("amount", amount)
      .add("currency", amount.currency().code())
      .add("gateway", to_string(payment.gateway));
  return payload;
}

template <class Row, class IdType>
Row* find_row(std::vector<Row>& rows, IdType id) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

// Why a payment cannot keep money that was captured for it.
OverpaymentReason late_reason(const Payment& payment, const std::optional<Order>& order) {
  if (payment.state == PaymentState::cancelled) return OverpaymentReason::payment_cancelled;
  return order && order->status == OrderStatus::pending ? OverpaymentReason::order_full
                                                        : OverpaymentReason::order_closed;
}

// Keeps the latest form of a changed row, once.
template <class Row>
void keep(std::vector<Row>& changed, const Row& row) {
  if (Row* known = find_row(changed, row.id)) {
    *known = row;
  } else {
    changed.push_back(row);
  }
}

}  // namespace

Event order_event(Order& order, std::string type, std::optional<std::string> reason,
                  base::Timestamp now, IdSource& ids) {
  EventPayload payload;
  payload.add("orderId", order.id.to_string())
      .add("userId", order.user_id)
      .add("status", to_string(order.status))
      .add("amount", order.total)
      .add("currency", order.total.currency().code());
  if (reason) payload.add("reason", *reason);
  order.event_sequence += 1;
  order.updated_at = now;
  return {ids.next<EventId>(),
          Aggregate::order,
          order.id.uuid,
          order.event_sequence,
          std::move(type),
          payload.text(),
          now};
}

bool cancel_order(Order& order, base::Timestamp now, IdSource& ids, std::vector<Event>& events) {
  const auto status = next(order.status, OrderEvent::cancel);
  if (!status) return false;
  const bool expired = order.closing == Closing::expire;
  order.status = *status;
  order.closing.reset();
  events.push_back(
      order_event(order, "order.cancelled", expired ? "expired" : "cancelled", now, ids));
  return true;
}

Books::Books(Moment moment, Payment payment, std::optional<Order> order, ReadRows<Refund> refunds,
             ReadRows<Transaction> transactions, ReadRows<Dispute> disputes)
    : moment_(std::move(moment)),
      payment_(std::move(payment)),
      order_(std::move(order)),
      refunds_(std::move(refunds)),
      transactions_(std::move(transactions)),
      disputes_(std::move(disputes)) {
  COBRO_CHECK(payment_.order_id.has_value() == order_.has_value());
}

// Puts `after` in the payment's place and lets the order follow: what it holds, what was
// captured and what went back move by the same amounts in both rows.
void Books::replace_payment(Payment after) {
  if (order_) {
    const auto live = held(after) - held(payment_);
    const auto captured = after.captured - payment_.captured;
    const auto refunded = after.refunded - payment_.refunded;
    if (!live.is_zero() || !captured.is_zero() || !refunded.is_zero()) {
      order_->allocated += live;
      order_->captured += captured;
      order_->refunded += refunded;
      order_changed_ = true;
    }
  }
  after.updated_at = moment_.now;
  payment_ = std::move(after);
  payment_changed_ = true;
}

// A payment that holds what it held before always fits; one that wants more needs an order
// that is still owed, and enough of it remains.
bool Books::fits_order(const Payment& after) const {
  if (!order_) return true;
  const auto wanted = held(after) - held(payment_);
  if (!wanted.is_positive()) return true;
  return order_->status == OrderStatus::pending && order_->allocated + wanted <= order_->total;
}

bool Books::move(PaymentEvent event) {
  const auto state = next(payment_.state, event);
  if (!state) return false;
  Payment after = payment_;
  after.state = *state;
  if (event != PaymentEvent::action_required) after.next_action.reset();
  if (!fits_order(after)) return false;
  replace_payment(std::move(after));
  if (event == PaymentEvent::action_required || event == PaymentEvent::authorized)
    write_event("payment." + std::string(to_string(payment_.state)),
                payment_payload(payment_, payment_.amount));
  return true;
}

void Books::take_order(Order order) {
  COBRO_CHECK(order_ && order_->id == order.id);
  order_ = std::move(order);
  order_changed_ = true;
}

bool Books::charge(Money amount, std::optional<std::string> charge_id, std::string response) {
  const auto state = next(payment_.state, PaymentEvent::captured);
  const bool had_access = has_access();
  if (!state || !amount.is_positive() || amount > payment_.amount) return false;
  Payment after = payment_;
  after.state = *state;
  after.captured = amount;
  after.next_action.reset();
  after.decline.reset();
  if (charge_id) after.gateway_charge_id = charge_id;
  after.gateway_response = response;
  after.processed_at = moment_.now;
  if (!fits_order(after)) return false;
  replace_payment(std::move(after));

  auto& row = new_transaction(TransactionType::charge, TransactionStatus::succeeded, amount);
  row.gateway_transaction_id = payment_.gateway_charge_id;
  row.gateway_response = std::move(response);
  record(Movement::charge, row.id, amount);
  write_event("payment.succeeded", payment_payload(payment_, payment_.captured)
                                       .add("paidAt", moment_.now)
                                       .add_or_null("stripeChargeId", payment_.gateway_charge_id));
  if (order_ && order_->captured >= order_->total) {
    if (const auto status = next(order_->status, OrderEvent::paid)) {
      order_->status = *status;
      order_->closing.reset();
      write_order_event("order.paid");
    }
  }
  follow_access(had_access);
  return true;
}

bool Books::decline(Decline decline, std::optional<std::string> charge_id, std::string response) {
  const auto state = next(payment_.state, PaymentEvent::declined);
  if (!state) return false;
  Payment after = payment_;
  after.state = *state;
  if (!after.gateway_checkout_id) after.next_action.reset();  // a page takes another card
  after.decline = decline;
  if (charge_id) after.gateway_charge_id = charge_id;
  after.gateway_response = response;
  after.processed_at = moment_.now;
  replace_payment(std::move(after));

  auto& row = new_transaction(TransactionType::charge, TransactionStatus::failed, payment_.amount);
  row.gateway_transaction_id = std::move(charge_id);
  row.gateway_response = std::move(response);
  row.failure_reason = decline.decline_code.value_or(decline.code);
  write_event(
      "payment.failed",
      payment_payload(payment_, payment_.amount).add_or_null("failureReason", row.failure_reason));
  return true;
}

bool Books::cancel(bool at_gateway, std::string reason) {
  const auto state = next(payment_.state, PaymentEvent::cancelled);
  if (!state) return false;
  Payment after = payment_;
  after.state = *state;
  after.next_action.reset();
  after.processed_at = moment_.now;
  replace_payment(std::move(after));
  if (at_gateway) {
    auto& row =
        new_transaction(TransactionType::void_, TransactionStatus::succeeded, payment_.amount);
    row.gateway_transaction_id = payment_.gateway_payment_id;
  }
  write_event("payment.cancelled", payment_payload(payment_, payment_.amount)
                                       .add("cancelledAt", moment_.now)
                                       .add("reason", reason));
  return true;
}

void Books::overpay(Money amount, std::optional<std::string> charge_id, std::string response) {
  COBRO_CHECK(amount.is_positive() && !payment_.overpayment && payment_.captured.is_zero());
  const auto zero = Money::zero(amount.currency());
  Payment after = payment_;
  after.overpayment = Overpayment{.id = ids().next<OverpaymentId>(),
                                  .reason = late_reason(payment_, order_),
                                  .amount = amount,
                                  .refunded = zero,
                                  .refunding = zero,
                                  .created_at = moment_.now};
  if (charge_id) after.gateway_charge_id = charge_id;
  after.gateway_response = response;
  replace_payment(std::move(after));

  auto& row = new_transaction(TransactionType::charge, TransactionStatus::succeeded, amount);
  row.gateway_transaction_id = payment_.gateway_charge_id;
  row.gateway_response = std::move(response);
  record(Movement::overpayment, row.id, amount);
  write_event("overpayment.created",
              payment_payload(payment_, amount)
                  .add("overpaymentId", payment_.overpayment->id.to_string())
                  .add("reason", to_string(payment_.overpayment->reason))
                  .add_or_null("stripeChargeId", payment_.gateway_charge_id));
}

Payment Books::with_refund(const Refund& refund, Money refunding, Money refunded) const {
  Payment after = payment_;
  auto& held = refund.of_overpayment ? after.overpayment->refunding : after.refunding;
  auto& back = refund.of_overpayment ? after.overpayment->refunded : after.refunded;
  held += refunding;
  back += refunded;
  return after;
}

const Refund& Books::start_refund(Money amount, std::string reason, std::string created_by) {
  COBRO_CHECK(payment_.state == PaymentState::succeeded);
  return new_refund(amount, std::move(reason), std::move(created_by), false);
}

const Refund& Books::start_overpayment_refund(std::string reason, std::string created_by) {
  COBRO_CHECK(payment_.overpayment.has_value());
  return start_overpayment_refund(overpaid(payment_), std::move(reason), std::move(created_by));
}

const Refund& Books::start_overpayment_refund(Money amount, std::string reason,
                                              std::string created_by) {
  COBRO_CHECK(payment_.overpayment.has_value());
  return new_refund(amount, std::move(reason), std::move(created_by), true);
}

const Refund& Books::new_refund(Money amount, std::string reason, std::string created_by,
                                bool of_overpayment) {
  COBRO_CHECK(amount.is_positive());
  const auto id = ids().next<RefundId>();
  auto& row = new_transaction(TransactionType::refund, TransactionStatus::pending, amount);
  row.refund_id = id;
  Refund refund{.id = id,
                .payment_id = payment_.id,
                .transaction_id = row.id,
                .amount = amount,
                .of_overpayment = of_overpayment,
                .reason = std::move(reason),
                .created_by = std::move(created_by),
                .created_at = moment_.now,
                .updated_at = moment_.now};
  replace_payment(with_refund(refund, amount, Money::zero(amount.currency())));
  result_.new_refunds.push_back(refund);
  refunds_.push_back(std::move(refund));
  write_event("refund.created", payment_payload(payment_, amount)
                                    .add("refundId", id.to_string())
                                    .add("reason", refunds_.back().reason));
  return refunds_.back();
}

void Books::note_refund(RefundId id, std::string gateway_refund_id) {
  Refund* refund = find_refund(id);
  COBRO_CHECK(refund != nullptr);
  if (refund->gateway_refund_id == gateway_refund_id) return;
  refund->gateway_refund_id = std::move(gateway_refund_id);
  keep(find_row(result_.new_refunds, id) ? result_.new_refunds : result_.changed_refunds, *refund);
  payment_changed_ = true;
}

bool Books::end_refund(RefundId id, RefundStatus status, std::optional<std::string> failure_reason,
                       std::string response) {
  Refund* refund = find_refund(id);
  COBRO_CHECK(refund != nullptr);
  const bool was_pending = refund->status == RefundStatus::pending;
  const bool fails_late =
      refund->status == RefundStatus::succeeded && status == RefundStatus::failed;
  if (status == RefundStatus::pending || (!was_pending && !fails_late)) return false;

  const auto none = Money::zero(refund->amount.currency());
  const bool had_access = has_access();
  const auto back = status == RefundStatus::succeeded ? refund->amount
                    : fails_late                      ? none - refund->amount
                                                      : none;
  replace_payment(with_refund(*refund, was_pending ? none - refund->amount : none, back));

  refund->status = status;
  refund->failure_reason = failure_reason;
  refund->updated_at = moment_.now;
  keep(find_row(result_.new_refunds, id) ? result_.new_refunds : result_.changed_refunds, *refund);
  end_transaction(
      refund->transaction_id,
      status == RefundStatus::succeeded ? TransactionStatus::succeeded : TransactionStatus::failed,
      std::move(failure_reason), std::move(response));
  const bool late = refund->of_overpayment;
  if (status == RefundStatus::succeeded)
    record(late ? Movement::overpayment_refund : Movement::refund, refund->transaction_id,
           refund->amount);
  if (fails_late)
    record(late ? Movement::overpayment_refund_failed : Movement::refund_failed,
           refund->transaction_id, refund->amount);
  write_refund_event(*refund);
  follow_refunds();
  follow_access(had_access);
  return true;
}

// The order becomes `refunded` when all captured money went back, and gets its former
// status again when that turns out not to have happened.
void Books::follow_refunds() {
  if (!order_) return;
  const bool all_back = order_->captured.is_positive() && order_->refunded == order_->captured;
  if (order_->status == OrderStatus::refunded && !all_back) {
    order_->status = order_->status_before_refund.value_or(OrderStatus::paid);
    order_->status_before_refund.reset();
    write_order_event("order." + std::string(to_string(order_->status)));
  } else if (const auto status = next(order_->status, OrderEvent::refunded_in_full);
             status && all_back) {
    order_->status_before_refund = order_->status;
    order_->status = *status;
    write_order_event("order.refunded");
  }
}

void Books::follow_access(bool had_access) {
  const bool granted = has_access();
  if (granted == had_access) return;
  result_.entitlements.push_back(entitlement_of(payment_, granted, moment_.now, ids()));
  const auto& row = result_.entitlements.back();
  write_event(granted ? "entitlement.granted" : "entitlement.revoked",
              payment_payload(payment_, payment_.captured)
                  .add("kind", to_string(row.kind))
                  .add("reference", row.reference));
}

void Books::write_dispute_event(const Dispute& dispute, std::string type) {
  auto payload = payment_payload(payment_, dispute.amount);
  payload.add("disputeId", dispute.id.to_string())
      .add("gatewayDisputeId", dispute.gateway_dispute_id)
      .add("stage", to_string(dispute.stage))
      .add("status", to_string(dispute.status))
      .add("reason", dispute.reason);
  if (dispute.evidence_due_by) payload.add("evidenceDueBy", *dispute.evidence_due_by);
  write_event(std::move(type), std::move(payload));
}

void Books::keep_dispute(Dispute row, bool is_new) {
  row.updated_at = moment_.now;
  remember_access();
  keep(disputes_.all(), row);
  note([&](Payment& payment) { payment.dispute_status = standing(disputes_); });
  write_dispute_event(row, is_new          ? "dispute.created"
                           : row.closed_at ? "dispute.closed"
                                           : "dispute.updated");
  keep(is_new ? result_.new_disputes : result_.changed_disputes, row);
  follow_access(*std::exchange(access_before_dispute_, std::nullopt));
}

void Books::remember_access() {
  if (!access_before_dispute_) access_before_dispute_ = has_access();
}

void Books::withdraw(Dispute& dispute, Money amount) {
  COBRO_CHECK(dispute.withdrawn_amount.is_zero());
  remember_access();
  Payment after = payment_;
  after.disputed += amount;
  replace_payment(std::move(after));
  auto& row = new_transaction(TransactionType::dispute, TransactionStatus::succeeded, amount);
  row.gateway_transaction_id = dispute.gateway_dispute_id;
  row.failure_reason = dispute.reason;
  record(
      payment_.overpayment ? Movement::overpayment_dispute_withdrawn : Movement::dispute_withdrawn,
      row.id, amount);
  dispute.withdrawn = true;
  dispute.reinstated = false;
  dispute.withdrawn_amount = amount;
  dispute.transaction_id = row.id;
  write_dispute_event(dispute, "dispute.funds_withdrawn");
}

void Books::reinstate(Dispute& dispute) {
  COBRO_CHECK(dispute.withdrawn_amount.is_positive() && dispute.transaction_id);
  remember_access();
  Payment after = payment_;
  after.disputed -= dispute.withdrawn_amount;
  replace_payment(std::move(after));
  end_transaction(*dispute.transaction_id, TransactionStatus::failed, "reinstated", "{}");
  record(payment_.overpayment ? Movement::overpayment_dispute_reinstated
                              : Movement::dispute_reinstated,
         *dispute.transaction_id, dispute.withdrawn_amount);
  dispute.reinstated = true;
  dispute.withdrawn_amount = Money::zero(dispute.withdrawn_amount.currency());
  write_dispute_event(dispute, "dispute.funds_reinstated");
}

void Books::write_refund_event(const Refund& refund) {
  const bool succeeded = refund.status == RefundStatus::succeeded;
  const std::string type = refund.of_overpayment
                               ? (succeeded ? "overpayment.refunded" : "overpayment.refund_failed")
                               : (succeeded ? "payment.refunded" : "refund.failed");
  auto payload = payment_payload(payment_, refund.amount);
  payload.add("refundId", refund.id.to_string())
      .add(succeeded ? "refundedAt" : "failedAt", moment_.now)
      .add("reason", refund.reason)
      .add_or_null("failureReason", refund.failure_reason);
  if (refund.of_overpayment) payload.add("overpaymentId", payment_.overpayment->id.to_string());
  write_event(type, std::move(payload));
}

Transaction& Books::new_transaction(TransactionType type, TransactionStatus status, Money amount) {
  COBRO_CHECK(numbers_used_ < moment_.transaction_numbers.size());
  Transaction row{.id = ids().next<TransactionId>(),
                  .number = moment_.transaction_numbers[numbers_used_++],
                  .payment_id = payment_.id,
                  .type = type,
                  .status = status,
                  .amount = amount,
                  .created_at = moment_.now};
  if (status != TransactionStatus::pending) row.processed_at = moment_.now;
  result_.new_transactions.push_back(std::move(row));
  return result_.new_transactions.back();
}

void Books::end_transaction(TransactionId id, TransactionStatus status,
                            std::optional<std::string> failure_reason, std::string response) {
  Transaction* fresh = find_row(result_.new_transactions, id);
  Transaction* row = fresh ? fresh : find_row(transactions_.all(), id);
  COBRO_CHECK(row != nullptr);
  row->status = status;
  row->failure_reason = std::move(failure_reason);
  row->gateway_response = std::move(response);
  row->processed_at = moment_.now;
  if (const Refund* refund = row->refund_id ? find_refund(*row->refund_id) : nullptr)
    row->gateway_transaction_id = refund->gateway_refund_id;
  if (!fresh) keep(result_.changed_transactions, *row);
}

void Books::record(Movement movement, TransactionId transaction, Money amount) {
  for (auto& entry : post(movement, payment_, transaction, amount, moment_.now, ids()))
    result_.entries.push_back(std::move(entry));
}

void Books::conflict(std::string detail) {
  if (payment_.conflicted) return;
  payment_.conflicted = true;
  payment_changed_ = true;
  ask(ReviewKind::conflict, std::move(detail), payment_.amount);
  result_.reviews.back().operation = payment_.pending_operation;
}

void Books::report_late_access(std::string detail) {
  ask(ReviewKind::late_access, std::move(detail), payment_.captured);
  result_.reviews.back().subscription_id = payment_.subscription_id;
  payment_changed_ = true;
}

void Books::report_unread(std::string gateway_object_id, std::string detail) {
  ask(ReviewKind::unknown_object, std::move(detail), payment_.amount);
  result_.reviews.back().amount.reset();
  result_.reviews.back().gateway_object_id = std::move(gateway_object_id);
  payment_changed_ = true;
}

void Books::ask_a_person(const GatewayCall& call, std::string detail) {
  ask(ReviewKind::unknown_outcome, std::move(detail), call.amount.value_or(payment_.amount));
  result_.reviews.back().call_id = call.id;
  result_.reviews.back().operation = call.operation;
}

void Books::ask(ReviewKind kind, std::string detail, Money amount) {
  result_.reviews.push_back({.id = ids().next<ReviewId>(),
                             .payment_id = payment_.id,
                             .user_id = payment_.user_id,
                             .tenant_id = payment_.tenant_id,
                             .kind = kind,
                             .gateway = payment_.gateway,
                             .amount = amount,
                             .detail = std::move(detail),
                             .created_at = moment_.now});
}

Refund* Books::find_refund(RefundId id) {
  return find_row(refunds_.all(), id);
}

void Books::write_event(std::string type, EventPayload payload) {
  payment_.event_sequence += 1;
  payment_changed_ = true;
  result_.events.push_back({ids().next<EventId>(), Aggregate::payment, payment_.id.uuid,
                            payment_.event_sequence, std::move(type), payload.text(), moment_.now});
}

void Books::write_order_event(std::string type) {
  order_changed_ = true;
  result_.events.push_back(
      order_event(*order_, std::move(type), std::nullopt, moment_.now, moment_.ids));
}

void Books::cancel_order() {
  order_changed_ =
      domain::cancel_order(*order_, moment_.now, moment_.ids, result_.events) || order_changed_;
}

}  // namespace cobro::domain
