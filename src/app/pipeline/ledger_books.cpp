#include "app/pipeline/ledger_books.h"

#include "base/check.h"

namespace cobro::app {

domain::Books open_books(const ports::Loaded& loaded, domain::Moment moment) {
  COBRO_CHECK(loaded.payment.has_value());
  return {std::move(moment), *loaded.payment,     loaded.order,
          loaded.refunds,    loaded.transactions, loaded.disputes};
}

void collect(const domain::Books& books, ports::Changes& changes) {
  const auto& result = books.result();
  if (books.payment_changed()) {
    changes.update(books.payment());
  } else {
    changes.rely_on(books.payment());
  }
  if (books.order_changed()) {
    changes.update(*books.order());
  } else if (books.order()) {
    changes.rely_on(*books.order());
  }
  changes.insert_all(result.new_refunds);
  changes.update_all(result.changed_refunds);
  changes.insert_all(result.new_transactions);
  changes.update_all(result.changed_transactions);
  changes.insert_all(result.entries);
  changes.insert_all(result.events);
  changes.insert_all(result.reviews);
  changes.insert_all(result.new_disputes);
  changes.update_all(result.changed_disputes);
  changes.insert_all(result.entitlements);
}

}  // namespace cobro::app
