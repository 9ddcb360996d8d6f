// Changes (of one write, or of several that touch different rows) as statements, in one fixed order
// of tables and of keys within a table, so that two writers never wait for each other in a circle.
#pragma once

#include <optional>
#include <vector>

#include "ports/store.h"
#include "store/sql/statement.h"
#include "store/sql/traits.h"

namespace cobro::store {

std::vector<Statement> plan_changes(const ports::Changes& changes, const SqlTraits& traits);
// A row that only these changes insert: "SELECT 1 …" finds it. Nothing when none is inserted.
std::optional<Statement> plan_was_committed(const ports::Changes& changes);

}  // namespace cobro::store
