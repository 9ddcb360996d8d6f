#include "app/pipeline/ledger_books.h"

#include "base/check.h"

namespace cobro::app {

namespace {
template <class Row>
void append(std::vector<Row>& to, const std::vector<Row>& from) {
  to.insert(to.end(), from.begin(), from.end());
}
}  // namespace

domain::Books open_books(const ports::Loaded& loaded, domain::Moment moment) {
  COBRO_CHECK(loaded.payment.has_value());
  return {std::move(moment), *loaded.payment,     loaded.order,
          loaded.refunds,    loaded.transactions, loaded.disputes};
}

void collect(const domain::Books& books, ports::Changes& changes) {
  const auto& result = books.result();
  if (books.payment_changed()) {
    changes.update_payments.push_back(books.payment());
  } else {
    changes.relied_on.push_back(
        {.payment = books.payment().id, .version = books.payment().version});
  }
  if (books.order_changed()) {
    changes.update_orders.push_back(*books.order());
  } else if (books.order()) {
    changes.relied_on.push_back({.order = books.order()->id, .version = books.order()->version});
  }
  append(changes.insert_refunds, result.new_refunds);
  append(changes.update_refunds, result.changed_refunds);
  append(changes.insert_transactions, result.new_transactions);
  append(changes.update_transactions, result.changed_transactions);
  append(changes.insert_entries, result.entries);
  append(changes.insert_events, result.events);
  append(changes.insert_reviews, result.reviews);
  append(changes.insert_disputes, result.new_disputes);
  append(changes.update_disputes, result.changed_disputes);
  append(changes.set_entitlements, result.entitlements);
}

}  // namespace cobro::app
