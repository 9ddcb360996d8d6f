// What must hold of every write, checked on the value before it leaves: cheap, always on.
// A violation is a Bug of ours, and nothing is written.
#pragma once

#include "ports/store.h"

namespace cobro::app {

// - entries balance per transaction, one debit and one credit of the same amount each;
// - a charge that succeeded, and a refund that ended as such, comes with its entries;
// - captured ≤ amount, no amount is negative; an order's total is the sum of its items (where
//   they are at hand). The ceilings on refunds and on an order's room are left to the CHECKs
//   of the database, whose refusal `commit` words;
// - events of one aggregate are numbered without gaps, and end at the row's counter.
void check_invariants(const ports::Changes& changes);

}  // namespace cobro::app
