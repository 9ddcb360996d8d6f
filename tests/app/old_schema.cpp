#include "tests/app/old_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <vector>

#include "sqlite/sqlite.h"
#include "store/migrate.h"
#include "store/postgres/blocking.h"

namespace cobro::testing {
namespace {

using Pair = std::pair<std::string, std::string>;

constexpr const char* kOfPayments =
    "operation IN ('create', 'confirm', 'capture', 'cancel', 'refund')";

// Each with what it names behind it.
const std::vector<std::string>& tables() {
  static const std::vector<std::string> all{
      "deployment",   "currencies",        "orders",
      "order_items",  "customers",         "payment_methods",
      "plans",        "subscriptions",     "subscription_status_changes",
      "payments",     "checkout_sessions", "refunds",
      "transactions", "ledger_entries",    "attempts",
      "errands",      "records",           "reconciliations",
      "entitlements", "disputes",          "webhooks",
      "events"};
  return all;
}

// Where a table's rows are today.
std::string source_of(const std::string& table) {
  if (table == "attempts") return std::string("now.gateway_calls WHERE ") + kOfPayments;
  if (table == "errands") return std::string("now.gateway_calls WHERE NOT ") + kOfPayments;
  return "now." + (table == "reconciliations" ? "reviews" : table);
}

// What a column was called, and is called today.
std::string value_of(const std::string& table, const std::string& column) {
  const auto call_of = [](const char* condition) {
    return fmt::format("(SELECT c.id FROM now.gateway_calls c WHERE c.id = call_id AND {} {})",
                       condition, kOfPayments);
  };
  const std::map<Pair, std::string> other{
      {{"payments", "attempts"}, "calls"},        {{"customers", "errands"}, "calls"},
      {{"payment_methods", "errands"}, "calls"},  {{"subscriptions", "errands"}, "calls"},
      {{"attempts", "payment_id"}, "subject_id"}, {{"reconciliations", "attempt_id"}, "call_id"},
      {{"records", "attempt_id"}, call_of("")},   {{"records", "errand_id"}, call_of("NOT")},
  };
  const auto found = other.find({table, column});
  return found == other.end() ? column : found->second;
}

std::vector<std::string> texts(sqlite::Connection& connection, const std::string& query) {
  sqlite::Statement statement(connection.raw(), query);
  std::vector<std::string> all;
  while (statement.step()) all.emplace_back(statement.text(0));
  return all;
}

std::vector<std::string> columns_of(sqlite::Connection& connection, const std::string& table) {
  return texts(connection, "SELECT name FROM pragma_table_info('" + table + "')");
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  return fmt::format("{}", fmt::join(parts, between));
}

std::string bookkeeping(const store::Migration& migration) {
  return fmt::format("INSERT INTO schema_migrations VALUES ({}, '{}', '{}', 0);", migration.version,
                     migration.name, migration.checksum);
}

constexpr const char* kBookkeeping =
    "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, name text NOT NULL,"
    " checksum text NOT NULL, applied_at bigint NOT NULL) /*strict*/;";

}  // namespace

void write_old_sqlite(const std::string& from, const std::string& to) {
  sqlite::Connection old(to);
  old.execute(store::to_sqlite(kBookkeeping));
  for (const auto& migration : store::migrations().first(kOldVersion)) {
    old.execute(store::to_sqlite(migration.shared));
    old.execute(std::string(migration.sqlite));
    old.execute(bookkeeping(migration));
  }
  old.execute("PRAGMA foreign_keys = OFF; ATTACH '" + from + "' AS now; DELETE FROM plans;");
  old.execute("INSERT OR REPLACE INTO numbers SELECT * FROM now.numbers;");
  for (const auto& table : tables()) {
    const auto columns = columns_of(old, table);
    std::vector<std::string> values;
    for (const auto& column : columns) values.push_back(value_of(table, column));
    old.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {};", table, joined(columns, ", "),
                            joined(values, ", "), source_of(table)));
  }
  if (!texts(old, "SELECT \"table\" FROM pragma_foreign_key_check").empty())
    throw std::runtime_error("the old database is not whole");
}

void write_old_postgres(const std::string& from, const std::string& url) {
  sqlite::Connection file(from);
  store::PgBlocking postgres(url);
  postgres.script(kBookkeeping);
  for (const auto& migration : store::migrations().first(kOldVersion)) {
    postgres.script(std::string(migration.shared));
    postgres.script(std::string(migration.postgres));
    postgres.script(bookkeeping(migration));
  }
  std::string script = "DELETE FROM plans;";
  for (const auto& number : texts(file,
                                  "SELECT 'SELECT setval(''' || name || '_numbers'', ' ||"
                                  " max(last, 1) || ');' FROM numbers"))
    script += number;
  for (const auto& table : tables()) {
    const auto columns = columns_of(file, table);
    std::vector<std::string> values;
    for (const auto& column : columns) values.push_back("quote(" + column + ")");
    for (const auto& row :
         texts(file, fmt::format("SELECT {} FROM {}", joined(values, " || ', ' || "), table)))
      script += fmt::format("INSERT INTO {} ({}) VALUES ({});", table, joined(columns, ", "), row);
  }
  postgres.script(script);
}

}  // namespace cobro::testing
