// Migrations on a SQLite connection, and the settings every connection has.
#pragma once

#include "ports/clock.h"
#include "store/migrate.h"
#include "store/sqlite/session.h"

namespace cobro::store {

Migrated migrate(Session& session, ports::Clock& clock, ports::Random& random);
// For a file: WAL, FULL, a 64 MB cache; for memory what of it applies.
void configure(Session& session, bool in_memory);

}  // namespace cobro::store
