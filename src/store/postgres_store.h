// The store on PostgreSQL: asynchronous libpq on the service's loop.
//
//   write   BEGIN + reads ─▶ decide ─▶ changes + COMMIT     two round trips, for all that wait
//   load    reads                                           one
//
// Isolation is REPEATABLE READ: what one try loads is one state of the database, and a row
// that changed since is a serialisation failure even where no version is checked.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ports/clock.h"
#include "ports/random.h"
#include "ports/store.h"
#include "store/migrate.h"

namespace boost::asio {
class io_context;
}

namespace cobro::store {

struct PostgresOptions {
  std::string url;  // as libpq reads it: postgres://user@host/name, or key=value pairs
  std::size_t pool = 16;
  // Statements take the form in which they stand for those of many writes also where a write is
  // alone. It shows in every test whether that form does the same.
  bool always_merge = false;
};

// Migrates (blocking), then opens. The loop and the clock outlive the store; destroy it on the
// loop's thread. Throws StoreUnavailable, SchemaMismatch.
std::unique_ptr<ports::Store> open_postgres(const PostgresOptions& options,
                                            boost::asio::io_context& loop, ports::Clock& clock,
                                            ports::Random& random);
Migrated migrate_postgres(const std::string& url, ports::Clock& clock, ports::Random& random);
// Names the settings that may lose acknowledged writes: fsync, synchronous_commit or
// full_page_writes off.
std::optional<std::string> unsafe_postgres_settings(const std::string& url);

}  // namespace cobro::store
