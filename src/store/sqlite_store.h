// The store on SQLite: one writer that fuses waiting writes into one commit, two readers.
//
//   threads   WAL, a writer thread and a reader pool; what production runs
//   inline_   one connection, everything at once on the caller's thread; for the simulator
//             and for tests. ":memory:" always runs this way.
//
// Several processes may open one file: SQLite lets one write at a time, the others wait.
#pragma once

#include <memory>
#include <string>

#include "base/post.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/store.h"
#include "store/migrate.h"

namespace cobro::store {

enum class SqliteMode { threads, inline_ };

struct SqliteOptions {
  std::string path = ":memory:";
  SqliteMode mode = SqliteMode::threads;
  // Reads and Changes become two transactions, and other writes may come between, as they may on
  // PostgreSQL. It unmasks a version check that was forgotten.
  bool split_writes = false;
};

// Migrates, then opens. `post` may be empty for an inline store that is not split. The clock
// outlives the store. Throws StoreUnavailable, SchemaMismatch.
std::unique_ptr<ports::Store> open_sqlite(const SqliteOptions& options, base::Post post,
                                          ports::Clock& clock, ports::Random& random);
Migrated migrate_sqlite(const std::string& path, ports::Clock& clock, ports::Random& random);

}  // namespace cobro::store
