#include "store/migrate.h"

#include <fmt/format.h>

#include <array>
#include <cctype>

#include "base/check.h"
#include "domain/currency.h"

namespace cobro::store {
namespace {

constexpr std::string_view kBookkeeping = R"(
CREATE TABLE IF NOT EXISTS schema_migrations (
  version bigint PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at bigint NOT NULL
) /*strict*/;
)";

// Throws when the database has what this binary does not know.
std::int64_t applied_version(MigrationTarget& target) {
  const auto rows =
      target.query({"SELECT version, name, checksum FROM schema_migrations ORDER BY version"});
  const auto known = migrations();
  std::int64_t version = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Cells cells(rows, i);
    version = cells.int64();
    const auto name = cells.text();
    if (version > static_cast<std::int64_t>(known.size())) continue;
    const auto& ours = known[static_cast<std::size_t>(version - 1)];
    if (ours.checksum != cells.text())
      throw SchemaMismatch(fmt::format(
          "migration {} ({}) of the database is not the one in this binary", version, name));
  }
  if (version > static_cast<std::int64_t>(known.size()))
    throw SchemaMismatch(fmt::format(
        "the database has schema version {}, this binary knows only up to {}: run a newer binary",
        version, known.size()));
  return version;
}

void apply(MigrationTarget& target, const Migration& migration, base::Timestamp now) {
  target.script(migration.shared);
  target.own_script(migration);
  Params params;
  params.add(migration.version).add(migration.name).add(migration.checksum).add(now);
  target.query(
      {"INSERT INTO schema_migrations (version, name, checksum, applied_at) "
       "VALUES ($1, $2, $3, $4)",
       std::move(params).take()});
}

// Ten of thirty-two letters and digits: short enough for a gateway's key, and 50 bits.
std::string fresh_deployment(ports::Random& random) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<std::uint8_t, 10> chance{};
  random.fill(chance);
  std::string id;
  for (const auto byte : chance) id += kAlphabet[byte % kAlphabet.size()];
  return id;
}

std::string deployment_of(MigrationTarget& target, ports::Random& random) {
  Params params;
  params.add(fresh_deployment(random));
  target.query({"INSERT INTO deployment (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING",
                std::move(params).take()});
  const auto rows = target.query({"SELECT id FROM deployment WHERE one = 1"});
  COBRO_CHECK(rows.size() == 1);
  return Cells(rows, 0).text();
}

void fill_currencies(MigrationTarget& target) {
  const auto count = target.query({"SELECT count(*) FROM currencies"});
  const auto all = domain::Currency::all();
  if (Cells(count, 0).int64() == static_cast<std::int64_t>(all.size())) return;
  for (const auto& entry : all) {
    Params params;
    params.add(std::string_view(entry.code)).add(std::int64_t{entry.exponent});
    target.query(
        {"INSERT INTO currencies (code, exponent) VALUES ($1, $2) "
         "ON CONFLICT (code) DO UPDATE SET exponent = excluded.exponent",
         std::move(params).take()});
  }
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string_view sqlite_word(std::string_view word) {
  if (word == "bigint") return "INTEGER";
  if (word == "uuid" || word == "json") return "TEXT";
  return word;
}

}  // namespace

Migrated apply_migrations(MigrationTarget& target, base::Timestamp now, ports::Random& random) {
  target.script(kBookkeeping);
  const auto from = applied_version(target);
  for (const auto& migration : migrations())
    if (migration.version > from) apply(target, migration, now);
  fill_currencies(target);
  return {from, static_cast<std::int64_t>(migrations().size()), deployment_of(target, random)};
}

std::string to_sqlite(std::string_view shared_sql) {
  constexpr std::string_view kStrict = "/*strict*/";
  std::string out;
  while (!shared_sql.empty()) {
    std::size_t length = 0;
    while (length < shared_sql.size() && is_word(shared_sql[length])) ++length;
    if (length > 0) {
      out += sqlite_word(shared_sql.substr(0, length));
    } else if (shared_sql.starts_with(kStrict)) {
      out += "STRICT";
      length = kStrict.size();
    } else {
      out += shared_sql.front();
      length = 1;
    }
    shared_sql.remove_prefix(length);
  }
  return out;
}

}  // namespace cobro::store
