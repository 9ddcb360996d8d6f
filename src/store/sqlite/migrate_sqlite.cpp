#include "store/sqlite/migrate_sqlite.h"

namespace cobro::store {
namespace {

class SqliteTarget final : public MigrationTarget {
 public:
  explicit SqliteTarget(Session& session) : session_(session) {}
  void script(std::string_view shared_sql) override {
    session_.connection().execute(to_sqlite(shared_sql));
  }
  void own_script(const Migration& migration) override {
    session_.connection().execute(std::string(migration.sqlite));
  }
  Rows query(const Statement& statement) override { return session_.run(statement); }

 private:
  Session& session_;
};

}  // namespace

Migrated migrate(Session& session, ports::Clock& clock, ports::Random& random) {
  SqliteTarget target(session);
  // IMMEDIATE lets one instance in at a time; the next finds the work done.
  session.command("BEGIN IMMEDIATE");
  try {
    auto migrated = apply_migrations(target, clock.now(), random);
    session.command("COMMIT");
    return migrated;
  } catch (...) {
    if (session.in_transaction()) session.command("ROLLBACK");
    throw;
  }
}

void configure(Session& session, bool in_memory) {
  auto& connection = session.connection();
  connection.execute("PRAGMA busy_timeout = 10000");
  if (in_memory) return;
  connection.use_wal();
  connection.execute(
      "PRAGMA synchronous = FULL;"  // NORMAL may lose an acknowledged commit at power loss
      "PRAGMA wal_autocheckpoint = 16384;"
      "PRAGMA cache_size = -65536;"
      // Of pages that a savepoint may have to put back: beyond 64 KiB they would go to a file.
      "PRAGMA temp_store = MEMORY;"
      "PRAGMA mmap_size = 0");
}

}  // namespace cobro::store
