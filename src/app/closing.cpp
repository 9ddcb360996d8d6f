#include "app/closing.h"

namespace cobro::app {

namespace {

// Money of it is here, or may still come.
bool keeps_open(const domain::Payment& payment) {
  if (payment.state == domain::PaymentState::succeeded) return !is_refunded_in_full(payment);
  if (payment.state == domain::PaymentState::failed) return is_open_at_gateway(payment);
  return is_live(payment.state);
}

}  // namespace

void follow_closing(const ports::Loaded& loaded, domain::Books& books) {
  if (!books.order() || !books.order()->closing) return;
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
