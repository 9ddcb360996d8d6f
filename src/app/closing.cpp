#include "app/closing.h"

namespace cobro::app {

void follow_closing(const ports::Loaded& loaded, domain::Books& books) {
  if (!books.order() || !books.order()->closing) return;
  if (books.payment().pending_operation) return;
  const auto payable = [](const domain::Payment& p) {
    return is_live(p.state) ||
           (p.state == domain::PaymentState::failed && p.gateway_payment_id.has_value());
  };
  bool live = payable(books.payment());
  for (const auto& other : loaded.order_payments) {
    if (other.id == books.payment().id) continue;
    if (other.pending_operation) return;
    live = live || payable(other);
  }
  if (live) {
    books.note_order([](domain::Order& order) { order.closing.reset(); });
  } else {
    books.cancel_order();
  }
}

}  // namespace cobro::app
