// Brings a database's schema to this binary's version. Each database wraps this in one
// exclusive transaction of its own, so that two instances never migrate at once.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/time.h"
#include "ports/random.h"
#include "store/migrations.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"

namespace cobro::store {

// Thrown when the schema is newer than this binary, or a migration was changed after it was
// applied.
class SchemaMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Migrated {
  std::int64_t from = 0;  // 0: an empty database
  std::int64_t to = 0;
  std::string deployment;
};

// An open, exclusive transaction on one database.
class MigrationTarget {
 public:
  virtual ~MigrationTarget() = default;
  // Runs statements separated by semicolons, in PostgreSQL's types.
  virtual void script(std::string_view shared_sql) = 0;
  // Runs what `migration` has for this database alone.
  virtual void own_script(const Migration& migration) = 0;
  virtual Rows query(const Statement& statement) = 0;
};

// Applies what is missing, makes the deployment's id once, and fills the currencies. Throws
// SchemaMismatch before anything is changed.
Migrated apply_migrations(MigrationTarget& target, base::Timestamp now, ports::Random& random);

// Rewrites a shared script in SQLite's types: bigint, uuid and json become INTEGER and TEXT, tables
// STRICT.
std::string to_sqlite(std::string_view shared_sql);

}  // namespace cobro::store
