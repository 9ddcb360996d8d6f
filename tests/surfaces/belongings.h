// One of everything that somebody can have: what tests about access ask for.
#pragma once

#include <map>
#include <string>

#include "surfaces/desk.h"

namespace cobro::testing {

// Ids by name: "order", "paid_order", "payment", "manual", "held", "paid", "refund",
// "transaction", "method", "subscription", "ending", "overpayment", "reconciliation", "checkout".
// There is a dispute too, and an entitlement.
using Belongings = std::map<std::string, std::string>;

// Makes all of it for `who`. Starts the desk's jobs when they do not run yet.
Belongings make_belongings(Desk& desk, const std::string& who);
// The same, but of what the text names ("<order>") and its like only.
Belongings make_belongings(Desk& desk, const std::string& who, const std::string& named);

// The text with each "<name>" replaced by the id of that name.
std::string fill(std::string text, const Belongings& belongings);

}  // namespace cobro::testing
