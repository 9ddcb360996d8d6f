// What stands beside the root of a read: customers, subscriptions, calls, checkout sessions
// and disputes. Nothing is added for what a read does not name.
#pragma once

#include "store/sql/reads.h"

namespace cobro::store {

void add_billing(ReadPlan& plan, const ports::Reads& reads, const SqlTraits& traits);
// Takes the answers in the plan's order: what is read by a name of its own comes after what an
// call brings, and stands.
void load_billing(ports::Loaded& loaded, Part part, const Rows& rows);

}  // namespace cobro::store
