#include "sandbox/common/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "sandbox/common/rows.h"

namespace cobro::sandbox {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS objects(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  created INTEGER NOT NULL, intent TEXT, charge TEXT, customer TEXT,
  body TEXT NOT NULL, inner TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects(kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects(intent, seq) WHERE intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects(charge, seq) WHERE charge IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects(customer, seq)
  WHERE customer IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency(
  key TEXT PRIMARY KEY, path TEXT NOT NULL, fingerprint TEXT NOT NULL, request_id TEXT NOT NULL,
  created INTEGER NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
  created INTEGER NOT NULL, request_id TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  data TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS deliveries(
  seq INTEGER PRIMARY KEY, event INTEGER NOT NULL, url TEXT NOT NULL,
  attempts INTEGER NOT NULL, due INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries(due, seq);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries(event);
CREATE TABLE IF NOT EXISTS later(
  seq INTEGER PRIMARY KEY, action TEXT NOT NULL, object TEXT NOT NULL,
  due INTEGER NOT NULL, clock TEXT NOT NULL DEFAULT '') STRICT;
)sql";

wire::Json stored_json(std::string_view text) {
  auto json = wire::parse_json(text);
  COBRO_CHECK(json.has_value());
  return std::move(*json);
}

void bind_or_null(sqlite::Statement& statement, int parameter, std::string_view text) {
  if (text.empty())
    statement.bind_null(parameter);
  else
    statement.bind(parameter, text);
}

// One text for each way to narrow a list, in each direction; they live as long as the
// connection's prepared statements.
const std::string& list_sql(std::string_view column, bool ascending) {
  static const auto kTexts = [] {
    std::array<std::string, 8> texts;
    const std::array<std::string_view, 4> columns = {"", "intent", "charge", "customer"};
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto narrowing =
          columns[i / 2].empty() ? "" : fmt::format("{} = $2 AND", columns[i / 2]);
      texts[i] = fmt::format(
          "SELECT seq, body FROM objects WHERE {} kind = $1 AND seq {} $3 AND created >= $4 AND "
          "created <= $5 ORDER BY seq {} LIMIT $6",
          narrowing, i % 2 ? '>' : '<', i % 2 ? "ASC" : "DESC");
    }
    return texts;
  }();
  std::size_t row = 0;
  if (column == "intent") row = 1;
  if (column == "charge") row = 2;
  if (column == "customer") row = 3;
  return kTexts[row * 2 + (ascending ? 1 : 0)];
}

}  // namespace

std::string Document::text(std::string_view name) const {
  const auto* value = body.find(name);
  const auto* string = value ? value->as_string() : nullptr;
  return string ? *string : std::string();
}

std::int64_t Document::number(std::string_view name) const {
  const auto* value = body.find(name);
  return value ? value->as_int64().value_or(0) : 0;
}

// A file in memory instead of ":memory:": there every page ever written stays dirty, and each
// commit walks all of them. Without a slash in its name it is this connection's own.
Database::Database(const std::string& path)
    : db_(path == ":memory:" ? "file:sandbox?vfs=memdb" : path) {
  if (path == ":memory:") {
    db_.execute(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;");
    sqlite3_int64 limit = std::numeric_limits<sqlite3_int64>::max();
    sqlite3_file_control(db_.raw(), "main", SQLITE_FCNTL_SIZE_LIMIT, &limit);
  } else {
    db_.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
  }
  db_.execute("PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768;");
  db_.execute(kSchema);
  upgrade();
}

// Files of sandboxes that knew no test clocks have no `clock` yet.
void Database::upgrade() {
  {
    Rows rows(db_.prepared("SELECT 1 FROM pragma_table_info('later') WHERE name = 'clock'"));
    if (!rows.next()) db_.execute("ALTER TABLE later ADD COLUMN clock TEXT NOT NULL DEFAULT ''");
  }
  db_.execute(
      "DROP INDEX IF EXISTS later_by_due;"
      "CREATE INDEX IF NOT EXISTS later_by_clock ON later(clock, due, seq);");
}

void Database::transaction(const std::function<void()>& work) {
  db_.prepared("BEGIN IMMEDIATE").run();
  try {
    work();
    db_.prepared("COMMIT").run();
  } catch (...) {
    if (db_.in_transaction()) db_.execute("ROLLBACK");
    throw;
  }
}

bool Database::attempt(const std::function<bool()>& work) {
  db_.prepared("SAVEPOINT attempt").run();
  const bool kept = work();
  if (!kept) db_.prepared("ROLLBACK TO attempt").run();
  db_.prepared("RELEASE attempt").run();
  return kept;
}

void Database::insert(std::string_view kind, const Document& document, const Parents& parents) {
  auto& insert = db_.prepared(
      "INSERT INTO objects(id, kind, created, intent, charge, customer, body, inner) "
      "VALUES($1, $2, $3, $4, $5, $6, $7, $8)");
  insert.bind(1, document.id()).bind(2, kind).bind(3, document.number("created"));
  bind_or_null(insert, 4, parents.intent);
  bind_or_null(insert, 5, parents.charge);
  bind_or_null(insert, 6, parents.customer);
  insert.bind(7, wire::to_text(document.body)).bind(8, wire::to_text(document.inner)).run();
}

void Database::update(const Document& document) {
  db_.prepared("UPDATE objects SET body = $2, inner = $3 WHERE id = $1")
      .bind(1, document.id())
      .bind(2, wire::to_text(document.body))
      .bind(3, wire::to_text(document.inner))
      .run();
}

std::optional<Document> Database::find(std::string_view kind, std::string_view id) {
  Rows rows(db_.prepared("SELECT body, inner FROM objects WHERE id = $1 AND kind = $2")
                .bind(1, id)
                .bind(2, kind));
  if (!rows.next()) return std::nullopt;
  return Document{stored_json(rows.text(0)), stored_json(rows.text(1))};
}

void Database::erase(std::string_view id) {
  db_.prepared("DELETE FROM objects WHERE id = $1").bind(1, id).run();
}

void Database::set_customer(std::string_view id, std::string_view customer) {
  auto& update = db_.prepared("UPDATE objects SET customer = $2 WHERE id = $1").bind(1, id);
  bind_or_null(update, 2, customer);
  update.run();
}

void Database::set_intent(std::string_view id, std::string_view intent) {
  db_.prepared("UPDATE objects SET intent = $2 WHERE id = $1").bind(1, id).bind(2, intent).run();
}

void Database::change_kind(std::string_view id, std::string_view kind) {
  db_.prepared("UPDATE objects SET kind = $2 WHERE id = $1").bind(1, id).bind(2, kind).run();
}

std::vector<Document> Database::all(std::string_view kind) {
  Rows rows(
      db_.prepared("SELECT body, inner FROM objects WHERE kind = $1 ORDER BY seq").bind(1, kind));
  std::vector<Document> found;
  while (rows.next()) found.push_back({stored_json(rows.text(0)), stored_json(rows.text(1))});
  return found;
}

std::vector<SourceRecord> Database::list_sources(std::int64_t before, int limit) {
  Rows rows(db_.prepared("SELECT seq, kind, body, inner FROM objects WHERE seq < $1 AND kind IN "
                         "('charge', 'refund', 'dispute') ORDER BY seq DESC LIMIT $2")
                .bind(1, before)
                .bind(2, static_cast<std::int64_t>(limit)));
  std::vector<SourceRecord> found;
  while (rows.next())
    found.push_back(
        {rows.number(0), rows.text(1), {stored_json(rows.text(2)), stored_json(rows.text(3))}});
  return found;
}

std::optional<std::int64_t> Database::sequence_of(std::string_view id) {
  Rows rows(db_.prepared("SELECT seq FROM objects WHERE id = $1").bind(1, id));
  return rows.next() ? std::optional(rows.number(0)) : std::nullopt;
}

sqlite::Statement& Database::list_statement(const ListQuery& query, bool ascending) {
  std::string_view column;
  std::string_view value;
  const std::array<std::pair<std::string_view, std::string_view>, 3> columns = {
      {{"customer", query.only.customer},
       {"intent", query.only.intent},
       {"charge", query.only.charge}}};
  for (const auto& [name, wanted] : columns)
    if (!wanted.empty()) {
      column = name;
      value = wanted;
    }
  auto& statement = db_.prepared(list_sql(column, ascending));
  return statement.bind(1, query.kind).bind(2, value);
}

std::optional<Page> Database::list(const ListQuery& query) {
  const bool ascending = query.ending_before.has_value();
  const auto& cursor = ascending ? query.ending_before : query.starting_after;
  std::int64_t bound = ascending ? 0 : INT64_MAX;
  if (cursor) {
    const auto found = sequence_of(*cursor);
    if (!found) return std::nullopt;
    bound = *found;
  }
  Rows rows(list_statement(query, ascending)
                .bind(3, bound)
                .bind(4, query.created_from)
                .bind(5, query.created_to)
                .bind(6, static_cast<std::int64_t>(query.limit) + 1));
  Page page;
  while (rows.next()) {
    if (page.items.size() == static_cast<std::size_t>(query.limit)) {
      page.has_more = true;
      break;
    }
    page.items.push_back(stored_json(rows.text(1)));
  }
  if (ascending) std::reverse(page.items.begin(), page.items.end());
  return page;
}

std::optional<UsedKey> Database::find_key(std::string_view key) {
  Rows rows(db_.prepared("SELECT path, fingerprint, request_id, created, status, body "
                         "FROM idempotency WHERE key = $1")
                .bind(1, key));
  if (!rows.next()) return std::nullopt;
  return UsedKey{
      rows.text(0), rows.text(1), rows.text(2), rows.number(3), static_cast<int>(rows.number(4)),
      rows.text(5)};
}

void Database::save_key(std::string_view key, const UsedKey& used) {
  db_.prepared(
         "INSERT OR REPLACE INTO idempotency(key, path, fingerprint, request_id, created, "
         "status, body) VALUES($1, $2, $3, $4, $5, $6, $7)")
      .bind(1, key)
      .bind(2, used.path)
      .bind(3, used.fingerprint)
      .bind(4, used.request_id)
      .bind(5, used.created_at)
      .bind(6, static_cast<std::int64_t>(used.status))
      .bind(7, used.body)
      .run();
}

void Database::replace_answer(std::string_view key, int status, std::string_view body) {
  db_.prepared("UPDATE idempotency SET status = $2, body = $3 WHERE key = $1")
      .bind(1, key)
      .bind(2, static_cast<std::int64_t>(status))
      .bind(3, body)
      .run();
}

void Database::forget_keys_before(std::int64_t unix_seconds) {
  db_.prepared("DELETE FROM idempotency WHERE created < $1").bind(1, unix_seconds).run();
}

}  // namespace cobro::sandbox
