#include "app/payments/payment_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "app/calls/recovery.h"
#include "app/payments/closing.h"
#include "app/pipeline/ledger_books.h"
#include "domain/words.h"

namespace cobro::app {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Operation;

namespace {

// A payment that was to be made at the gateway, and is not there: nothing will ever come of it.
void follow_create(domain::Books& books, const GatewayCall& call) {
  const bool made = call.status == CallStatus::accepted || exists_at_gateway(books.payment());
  if (call.operation == Operation::create && !made &&
      books.payment().state == domain::PaymentState::pending)
    books.cancel(false, "not_created");
}

}  // namespace

void end_payment_call(domain::Books& books, GatewayCall& call, CallStatus status,
                      std::optional<domain::Decline> decline, ports::Changes& changes) {
  close_call(books, call, status, std::move(decline));
  follow_create(books, call);
  follow_end(call, books.now(), changes);
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

void give_way(const domain::Payment& other, domain::Books& books, ports::Changes& changes) {
  domain::Books theirs({books.now(), books.ids(), {}}, other, books.order(), {}, {});
  theirs.cancel(false, "gave_way");
  changes.update(theirs.payment());
  changes.insert_all(theirs.result().events);
  books.ids() = theirs.ids();
  books.take_order(*theirs.order());
}

// Money moved beyond the order's total: what can give way to it is cancelled in the same decision,
// the newest first and no more than makes room. Nothing is, where all of it is too little.
domain::Applied apply_in_place_of_others(const ports::Loaded& loaded, domain::Books& books,
                                         const domain::GatewayPayment& snapshot,
                                         ports::Changes& changes) {
  auto less = books;
  ports::Changes given;
  auto others = loaded.order_payments;
  std::ranges::sort(others, std::greater(), &domain::Payment::number);
  for (const auto& other : others) {
    if (!can_give_way(other, less)) continue;
    give_way(other, less, given);
    auto with_room = less;
    const auto applied = domain::apply(with_room, snapshot);
    if (applied == domain::Applied::beyond_total) continue;
    books = std::move(with_room);
    changes.merge(std::move(given));
    return applied;
  }
  return domain::Applied::beyond_total;
}

bool has_no_place(domain::Applied applied) {
  return applied == domain::Applied::beyond_total || applied == domain::Applied::after_end;
}

// Nobody waits for the call: recovery sends it, at once, unless whoever asked does.
void send_at_once(const domain::Books& books, GatewayCall call, ports::Changes& changes) {
  call.next_check_at = books.now();
  changes.insert(std::move(call));
}

// The overpayment goes back without being asked for. Where that cannot be asked of the
// gateway it stays open, for a person.
void send_back(const Context& context, domain::Books& books, ports::Changes& changes) {
  const auto gateway = context.gateways.find(books.payment().gateway);
  if (gateway == nullptr || !gateway->capabilities().remote) return;
  const auto& refund = books.start_overpayment_refund("overpayment", "system");
  auto call =
      make_call(context, books, ports::RefundCommand{refund.id, refund.amount, refund.reason});
  if (call) {
    send_at_once(books, std::move(*call), changes);
  } else {
    books.end_refund(refund.id, domain::RefundStatus::failed, call.error().message, "{}");
  }
}

// Money of the customer is held that nobody can capture any more.
domain::Applied release_hold(const Context& context, domain::Books& books,
                             ports::Changes& changes) {
  if (books.payment().pending_operation) return domain::Applied::nothing_new;
  auto call = make_call(context, books, ports::CancelCommand{});
  if (!call) return domain::Applied::beyond_total;
  send_at_once(books, std::move(*call), changes);
  return domain::Applied::changed;
}

domain::Applied apply_late(const Context& context, domain::Books& books,
                           const domain::GatewayPayment& snapshot, ports::Changes& changes) {
  if (snapshot.state == domain::RemoteState::authorized)
    return release_hold(context, books, changes);
  const auto applied = domain::apply_late(books, snapshot);
  if (books.payment().overpayment && context.settings.refund_overpayments)
    send_back(context, books, changes);
  return applied;
}

// A refusal may be of another card, confirmed without us, while a send of ours can still
// arrive. Not when the send has made the object.
bool is_premature(const ports::Loaded& loaded, const domain::Books& books,
                  const domain::GatewayPayment& snapshot) {
  if (snapshot.state != domain::RemoteState::declined) return false;
  return std::any_of(
      loaded.open_calls.begin(), loaded.open_calls.end(), [&](const GatewayCall& open) {
        return open.payment_id() == books.payment().id && open.operation == Operation::confirm &&
               snapshot.our_call != open.id && books.now() < open.deadline + kRecoveryGrace;
      });
}

// The customer approved what we asked for: our confirmation takes it.
void confirm_approved(const Context& context, domain::Books& books, ports::Changes& changes) {
  const auto& payment = books.payment();
  if (payment.pending_operation || payment.state != domain::PaymentState::requires_action) return;
  auto call = make_call(context, books, ports::ConfirmCommand{});
  if (!call || !books.move(domain::PaymentEvent::confirmation_sent)) return;
  send_at_once(books, std::move(*call), changes);
}

}  // namespace

void report_late_access(const ports::Loaded& loaded, domain::Books& books,
                        const domain::Payment& before, const domain::GatewayPayment& snapshot) {
  const auto& owner = loaded.subscription;
  const auto& payment = books.payment();
  if (!owner || payment.subscription_id != owner->id || !domain::is_terminal(owner->status)) return;
  if (before.captured.is_positive() || !payment.captured.is_positive()) return;
  // Gateways count seconds: what shares one with the end may have come after it.
  const auto& charged_at = snapshot.charged_at;
  if (charged_at && owner->ended_at && *charged_at < *owner->ended_at) return;
  books.report_late_access(
      fmt::format("it was paid when its subscription was {}; it grants nothing",
                  domain::to_string(owner->status)));
}

domain::Applied apply_gateway_payment(const Context& context, const ports::Loaded& loaded,
                                      domain::Books& books, const domain::GatewayPayment& snapshot,
                                      ports::Changes& changes) {
  if (is_premature(loaded, books, snapshot)) return domain::Applied::nothing_new;
  const auto before = books.payment();
  auto applied = domain::apply(books, snapshot);
  const bool moved = snapshot.state == domain::RemoteState::succeeded ||
                     snapshot.state == domain::RemoteState::authorized;
  if (applied == domain::Applied::beyond_total && moved && is_payable(books))
    applied = apply_in_place_of_others(loaded, books, snapshot, changes);
  if (has_no_place(applied) && moved) applied = apply_late(context, books, snapshot, changes);
  if (applied == domain::Applied::conflicted || applied == domain::Applied::beyond_total)
    return applied;
  for (const auto& open : loaded.open_calls) {
    if (open.payment_id() != before.id) continue;
    const auto end = domain::ending(open, before, snapshot);
    if (!end) continue;
    GatewayCall call = open;
    end_payment_call(books, call, *end, snapshot.decline, changes);
  }
  if (snapshot.state == domain::RemoteState::approved) confirm_approved(context, books, changes);
  follow_closing(loaded, books);
  report_late_access(loaded, books, before, snapshot);
  return applied;
}

int numbers_for_snapshots(const Context& context) {
  return context.settings.refund_overpayments ? 2 : 1;
}

domain::Applied apply_gateway_refund(const ports::Loaded& loaded, domain::Books& books,
                                     const domain::GatewayRefund& snapshot,
                                     ports::Changes& changes) {
  const GatewayCall* owner = nullptr;
  for (const auto& open : loaded.open_calls)
    if (snapshot.our_call == open.id) owner = &open;
  const auto applied = domain::apply(books, snapshot, owner);
  const bool completes = owner != nullptr && applied != domain::Applied::conflicted &&
                         applied != domain::Applied::beyond_total;
  if (completes) {
    GatewayCall call = *owner;
    end_payment_call(books, call, CallStatus::accepted, std::nullopt, changes);
  }
  return applied;
}

}  // namespace cobro::app
