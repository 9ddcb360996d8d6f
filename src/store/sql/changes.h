// Changes as statements, in one fixed order of tables and of keys within a table, so that two
// writers never wait for each other in a circle.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ports/store.h"
#include "store/sql/statement.h"
#include "store/sql/traits.h"

namespace cobro::store {

// Of several writes, which touch different rows: in the same order as of one.
std::vector<Statement> plan_changes(std::span<const ports::Changes> changes,
                                    const SqlTraits& traits);
inline std::vector<Statement> plan_changes(const ports::Changes& changes, const SqlTraits& traits) {
  return plan_changes(std::span(&changes, 1), traits);
}
// A row that only these changes insert: "SELECT 1 …" finds it. Nothing when none is inserted.
std::optional<Statement> plan_was_committed(const ports::Changes& changes);

}  // namespace cobro::store
