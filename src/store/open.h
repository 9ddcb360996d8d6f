// Opens the database that DATABASE_URL names:
//
//   (empty)                            SQLite, <data folder>/cobro.db
//   sqlite:///var/lib/cobro/cobro.db   SQLite, that file (sqlite://name is relative)
//   sqlite://:memory:                  SQLite, gone with the process
//   postgres://… postgresql://…        PostgreSQL, as libpq reads it
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/post.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/store.h"
#include "store/migrate.h"

namespace boost::asio {
class io_context;
}

namespace cobro::store {

struct Location {
  enum class Kind { sqlite, postgres };
  Kind kind = Kind::sqlite;
  std::string where;  // a path, or libpq's URL
};
// Reads the URL. Gives nothing when it has another scheme.
std::optional<Location> parse_location(std::string_view database_url,
                                       const std::string& data_folder);
// Names the database without its password, fit to be logged.
std::string describe(const Location& location);

struct OpenOptions {
  int pool = 16;  // PostgreSQL's connections
};

// Migrates, then opens; blocks. `post` runs on `loop`. Throws StoreUnavailable,
// SchemaMismatch. For PostgreSQL `loop` outlives the store, for both the clock does.
std::unique_ptr<ports::Store> open(const Location& location, const OpenOptions& options,
                                   boost::asio::io_context& loop, base::Post post,
                                   ports::Clock& clock, ports::Random& random);
Migrated migrate(const Location& location, ports::Clock& clock, ports::Random& random);
// Names, for a person, a setting of the database that may lose acknowledged writes (fsync off, …).
std::optional<std::string> unsafe_settings(const Location& location);

}  // namespace cobro::store
