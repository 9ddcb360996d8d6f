#include "app/payments/closing.h"

#include "app/calls/gateway_call.h"
#include "app/pipeline/ledger_books.h"

namespace cobro::app {

namespace {

// Money of it is here, or may still come.
bool keeps_open(const domain::Payment& payment) {
  if (payment.state == domain::PaymentState::succeeded) return !is_refunded_in_full(payment);
  if (payment.state == domain::PaymentState::failed) return is_open_at_gateway(payment);
  return is_live(payment.state);
}

}  // namespace

bool has_ended(domain::PaymentState state) {
  return state == domain::PaymentState::cancelled || state == domain::PaymentState::succeeded;
}

// The order and the ids are handed from one payment's books to the next.
base::Result<Closed, domain::Refusal> close_order(const Context& context,
                                                  const ports::Loaded& loaded,
                                                  domain::Moment moment, domain::Closing why) {
  Closed closed;
  auto& changes = closed.changes;
  auto order = *loaded.order;
  for (const auto& payment : loaded.order_payments) {
    if (has_ended(payment.state)) continue;
    domain::Books books(moment, payment, order, {}, {});
    if (is_open_at_gateway(payment)) {
      COBRO_TRY_INTO(auto call, make_call(context, books, ports::CancelCommand{}));
      changes.insert(call);
      closed.calls.push_back(std::move(call));
    } else {
      books.cancel(false, why == domain::Closing::expire ? "order_expired" : "order_cancelled");
    }
    ports::Changes one;
    collect(books, one);
    changes.update(std::move(one.updated<domain::Payment>().front()));
    changes.insert_all(one.inserted<domain::Event>());
    order = *books.order();
    moment.ids = books.ids();
  }
  order.updated_at = moment.now;
  order.closing = why;
  if (closed.calls.empty())
    domain::cancel_order(order, moment.now, moment.ids, changes.inserted<domain::Event>());
  changes.update(std::move(order));
  return closed;
}

void follow_closing(const ports::Loaded& loaded, domain::Books& books) {
  if (!books.order() || !books.order()->closing) return;
  // Who decides about another of its payments at the same time finds the order changed, and looks
  // again: each would leave the end to the other.
  books.note_order([](domain::Order&) {});
  if (books.payment().pending_operation) return;
  bool live = keeps_open(books.payment());
  for (const auto& other : loaded.order_payments) {
    if (other.id == books.payment().id) continue;
    if (other.pending_operation) return;
    live = live || keeps_open(other);
  }
  if (live) {
    books.note_order([](domain::Order& order) { order.closing.reset(); });
  } else {
    books.cancel_order();
  }
}

}  // namespace cobro::app
