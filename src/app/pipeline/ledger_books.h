// Between what was loaded and what will be written: opens Books on a loaded payment, and
// puts what they recorded into Changes.
#pragma once

#include "domain/books.h"
#include "ports/store.h"

namespace cobro::app {

// Books on the root's payment, with its order, refunds and transactions.
domain::Books open_books(const ports::Loaded& loaded, domain::Moment moment);
// Books on another payment of the loaded order; no refunds or transactions of it are known.
domain::Books open_books(const ports::Loaded& loaded, domain::Moment moment,
                         const domain::Payment& payment);

// Adds the books' rows. The payment's and the order's rows are updated when they changed,
// and relied upon when they did not, so that nothing was decided on stale rows.
void collect(const domain::Books& books, ports::Changes& changes);

}  // namespace cobro::app
