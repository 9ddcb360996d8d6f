// What must hold of every write. It is checked on the value before that leaves, always. A violation
// is a Bug of ours, and nothing is written.
#pragma once

#include "ports/store.h"

namespace cobro::app {

// - entries balance per transaction, one debit and one credit of the same amount each;
// - a charge that succeeded, and a refund that ended as such, comes with its entries;
// - captured ≤ amount, no amount is negative; an order's total is the sum of its items (where
//   they are at hand). The ceilings on refunds and on what an order allocates are left to the
//   CHECKs of the database, from which `commit` makes a refusal;
// - events of one aggregate are numbered without gaps, and end at the row's counter.
void check_invariants(const ports::Changes& changes);

}  // namespace cobro::app
