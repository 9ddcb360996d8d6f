#include "app/closing.h"

namespace cobro::app {

void follow_closing(const ports::Loaded& loaded, domain::Books& books) {
  if (!books.order() || !books.order()->closing) return;
  if (books.payment().pending_operation) return;
  bool live = is_live(books.payment().state);
  for (const auto& other : loaded.order_payments) {
    if (other.id == books.payment().id) continue;
    if (other.pending_operation) return;
    live = live || is_live(other.state);
  }
  if (live) {
    books.note_order([](domain::Order& order) { order.closing.reset(); });
  } else {
    books.cancel_order();
  }
}

}  // namespace cobro::app
