#include "store/postgres/blocking.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "ports/store.h"
#include "store/postgres_store.h"

namespace cobro::store {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

std::string text_of(const Param& param) {
  if (const auto* number = std::get_if<std::int64_t>(&param.value)) return std::to_string(*number);
  if (const auto* id = std::get_if<base::Uuid>(&param.value)) return id->to_string();
  return std::get<std::string>(param.value);
}

}  // namespace

struct PgBlocking::Impl {
  PGconn* connection = nullptr;

  Result checked(PGresult* raw) const {
    Result result(raw);
    const auto status = PQresultStatus(raw);
    // A migration that needs no script of its own for PostgreSQL is an empty query.
    const bool empty = status == PGRES_EMPTY_QUERY;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || empty) return result;
    throw ports::StoreUnavailable(fmt::format("PostgreSQL: {}", PQerrorMessage(connection)));
  }
};

PgBlocking::PgBlocking(const std::string& url) : impl_(std::make_unique<Impl>()) {
  // The address is in the last place: what it says wins.
  const char* const names[] = {"application_name", "connect_timeout", "client_encoding", "dbname",
                               nullptr};
  const char* const values[] = {"cobro", "10", "UTF8", url.c_str(), nullptr};
  impl_->connection = PQconnectdbParams(names, values, 1);
  if (PQstatus(impl_->connection) == CONNECTION_OK) {
    PQsetNoticeProcessor(impl_->connection, [](void*, const char*) {}, nullptr);
    return;
  }
  const std::string why = PQerrorMessage(impl_->connection);
  PQfinish(impl_->connection);
  throw ports::StoreUnavailable("PostgreSQL: " + why);
}

PgBlocking::~PgBlocking() {
  PQfinish(impl_->connection);
}

void PgBlocking::script(const std::string& sql) {
  impl_->checked(PQexec(impl_->connection, sql.c_str()));
}

Rows PgBlocking::query(const Statement& statement) {
  std::vector<std::string> texts;
  std::vector<const char*> values;
  texts.reserve(statement.params.size());
  for (const auto& param : statement.params)
    values.push_back(std::holds_alternative<std::monostate>(param.value)
                         ? nullptr
                         : texts.emplace_back(text_of(param)).c_str());
  const auto result = impl_->checked(PQexecParams(impl_->connection, statement.text.data(),
                                                  static_cast<int>(values.size()), nullptr,
                                                  values.data(), nullptr, nullptr, 0));
  const int columns = PQnfields(result.get());
  Rows rows(static_cast<std::size_t>(columns));
  for (int row = 0; row < PQntuples(result.get()); ++row)
    for (int column = 0; column < columns; ++column)
      if (PQgetisnull(result.get(), row, column) != 0)
        rows.add_null();
      else
        rows.add(std::string_view(PQgetvalue(result.get(), row, column)));
  return rows;
}

namespace {

class PostgresTarget final : public MigrationTarget {
 public:
  explicit PostgresTarget(PgBlocking& connection) : connection_(connection) {}
  void script(std::string_view shared_sql) override { connection_.script(std::string(shared_sql)); }
  void own_script(const Migration& migration) override {
    connection_.script(std::string(migration.postgres));
  }
  Rows query(const Statement& statement) override { return connection_.query(statement); }

 private:
  PgBlocking& connection_;
};

}  // namespace

Migrated migrate_postgres(const std::string& url, ports::Clock& clock, ports::Random& random) {
  PgBlocking connection(url);
  PostgresTarget target(connection);
  // The lock lets one instance in at a time; the next finds the work done. An exception closes
  // the connection, and with it the transaction.
  connection.script("BEGIN");
  connection.query({"SELECT pg_advisory_xact_lock(7305108104)"});
  auto migrated = apply_migrations(target, clock.now(), random);
  connection.script("COMMIT");
  return migrated;
}

std::optional<std::string> unsafe_postgres_settings(const std::string& url) {
  PgBlocking connection(url);
  const auto rows = connection.query(
      {"SELECT name FROM pg_settings WHERE setting = 'off'"
       " AND name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name"});
  std::string names;
  for (std::size_t i = 0; i < rows.size(); ++i)
    names += (i == 0 ? "" : ", ") + Cells(rows, i).text();
  if (names.empty()) return std::nullopt;
  return fmt::format("PostgreSQL may lose acknowledged payments: {} off", names);
}

}  // namespace cobro::store
