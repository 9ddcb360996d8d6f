// PostgreSQL's errors in the port's words.
#pragma once

#include "ports/store.h"
#include "store/postgres/connection.h"

namespace cobro::store {

// Of a statement of a write. Throws Bug for what only a bug of ours can cause.
ports::WriteError pg_write_error(const PgError& error);
// Of a read: StoreUnavailable, or Bug.
[[noreturn]] void throw_pg_failure(const PgAnswers& answers);

}  // namespace cobro::store
