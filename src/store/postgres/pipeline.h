// What is sent first on a connection of the pool, and statements between two commands.
#pragma once

#include <string_view>
#include <vector>

#include "store/postgres/pool.h"

namespace cobro::store {

// A connection on loan, and what its first pipeline answered.
struct Begun {
  PgLease lease;
  std::vector<Rows> answers;
};

// `statements` between two commands; an empty command is left out.
std::vector<Statement> framed(std::string_view before, std::vector<Statement> statements,
                              std::string_view after);

// Sends one pipeline that may be sent twice: when its connection turns out to be dead, on a fresh
// one. Throws StoreUnavailable, and base::Bug for what the database refuses.
base::Task<Begun> start(PgPool& pool, std::vector<Statement> statements);

}  // namespace cobro::store
