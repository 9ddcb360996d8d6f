// The way from what was loaded to what will be written: opens Books on a loaded payment, and puts
// what they recorded into Changes.
#pragma once

#include "domain/books.h"
#include "ports/store.h"

namespace cobro::app {

// Opens books on the root's payment, with its order, refunds, transactions and disputes.
domain::Books open_books(const ports::Loaded& loaded, domain::Moment moment);
// Adds the books' rows. The payment's and the order's rows are updated when they changed,
// and relied upon when they did not, so that nothing was decided on stale rows.
void collect(const domain::Books& books, ports::Changes& changes);

}  // namespace cobro::app
