#include "sandbox/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"

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
  due INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS later_by_due ON later(due, seq);
)sql";

// Resets the statement when a reader leaves early.
class Rows {
 public:
  explicit Rows(sqlite::Statement& statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { statement_.reset(); }
  bool next() { return statement_.step(); }
  [[nodiscard]] std::string text(int column) const { return std::string(statement_.text(column)); }
  [[nodiscard]] std::int64_t number(int column) const { return statement_.int64(column); }

 private:
  sqlite::Statement& statement_;
};

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

EventRecord event_of(const Rows& rows) {
  return {rows.number(0), rows.text(1), rows.text(2), rows.number(3),
          rows.text(4),   rows.text(5), rows.text(6)};
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

std::optional<std::int64_t> Database::sequence_of(const std::string& id) {
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

void Database::forget_keys_before(std::int64_t unix_seconds) {
  db_.prepared("DELETE FROM idempotency WHERE created < $1").bind(1, unix_seconds).run();
}

std::int64_t Database::append(const EventRecord& event) {
  auto& insert = db_.prepared(
      "INSERT INTO events(id, type, created, request_id, idempotency_key, data) "
      "VALUES($1, $2, $3, $4, $5, $6) RETURNING seq");
  insert.bind(1, event.id)
      .bind(2, event.type)
      .bind(3, event.created)
      .bind(4, event.request_id)
      .bind(5, event.idempotency_key)
      .bind(6, event.data);
  Rows rows(insert);
  COBRO_CHECK(rows.next());
  return rows.number(0);
}

std::optional<EventRecord> Database::find_event(std::string_view id) {
  Rows rows(db_.prepared("SELECT seq, id, type, created, request_id, idempotency_key, data "
                         "FROM events WHERE id = $1")
                .bind(1, id));
  return rows.next() ? std::optional(event_of(rows)) : std::nullopt;
}

std::optional<EventRecord> Database::find_event(std::int64_t seq) {
  Rows rows(db_.prepared("SELECT seq, id, type, created, request_id, idempotency_key, data "
                         "FROM events WHERE seq = $1")
                .bind(1, seq));
  return rows.next() ? std::optional(event_of(rows)) : std::nullopt;
}

std::vector<EventRecord> Database::list_events(std::int64_t after, std::int64_t before, int limit,
                                               bool oldest_first) {
  constexpr std::string_view kOldest =
      "SELECT seq, id, type, created, request_id, idempotency_key, data FROM events "
      "WHERE seq > $1 AND seq < $2 ORDER BY seq ASC LIMIT $3";
  constexpr std::string_view kNewest =
      "SELECT seq, id, type, created, request_id, idempotency_key, data FROM events "
      "WHERE seq > $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
  Rows rows(db_.prepared(oldest_first ? kOldest : kNewest)
                .bind(1, after)
                .bind(2, before)
                .bind(3, static_cast<std::int64_t>(limit)));
  std::vector<EventRecord> events;
  while (rows.next()) events.push_back(event_of(rows));
  return events;
}

void Database::trim_events(int count) {
  db_.prepared(
         "DELETE FROM events WHERE seq <= (SELECT max(seq) FROM events) - $1 "
         "AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = events.seq)")
      .bind(1, static_cast<std::int64_t>(count))
      .run();
}

void Database::add_delivery(std::int64_t event, std::string_view url, base::Timestamp due) {
  db_.prepared("INSERT INTO deliveries(event, url, attempts, due) VALUES($1, $2, 0, $3)")
      .bind(1, event)
      .bind(2, url)
      .bind(3, due.micros)
      .run();
}

void Database::postpone_delivery(std::int64_t seq, int attempts, base::Timestamp due) {
  db_.prepared("UPDATE deliveries SET attempts = $2, due = $3 WHERE seq = $1")
      .bind(1, seq)
      .bind(2, static_cast<std::int64_t>(attempts))
      .bind(3, due.micros)
      .run();
}

void Database::end_delivery(std::int64_t seq) {
  db_.prepared("DELETE FROM deliveries WHERE seq = $1").bind(1, seq).run();
}

std::vector<Delivery> Database::due_deliveries(base::Timestamp now, int limit) {
  Rows rows(db_.prepared("SELECT seq, event, url, attempts, due FROM deliveries WHERE due <= $1 "
                         "ORDER BY due, seq LIMIT $2")
                .bind(1, now.micros)
                .bind(2, static_cast<std::int64_t>(limit)));
  std::vector<Delivery> due;
  while (rows.next())
    due.push_back({rows.number(0), rows.number(1), rows.text(2), static_cast<int>(rows.number(3)),
                   base::Timestamp{rows.number(4)}});
  return due;
}

int Database::pending_deliveries(std::int64_t event) {
  Rows rows(db_.prepared("SELECT count(*) FROM deliveries WHERE event = $1").bind(1, event));
  COBRO_CHECK(rows.next());
  return static_cast<int>(rows.number(0));
}

void Database::later(const LaterAction& action) {
  db_.prepared("INSERT INTO later(action, object, due) VALUES($1, $2, $3)")
      .bind(1, action.action)
      .bind(2, action.object)
      .bind(3, action.due.micros)
      .run();
}

bool Database::has_due_action(base::Timestamp now) {
  Rows rows(db_.prepared("SELECT 1 FROM later WHERE due <= $1 LIMIT 1").bind(1, now.micros));
  return rows.next();
}

std::vector<LaterAction> Database::take_due_actions(base::Timestamp now) {
  std::vector<LaterAction> due;
  {
    Rows rows(db_.prepared("SELECT action, object, due FROM later WHERE due <= $1 "
                           "ORDER BY due, seq")
                  .bind(1, now.micros));
    while (rows.next())
      due.push_back({rows.text(0), rows.text(1), base::Timestamp{rows.number(2)}});
  }
  if (!due.empty()) db_.prepared("DELETE FROM later WHERE due <= $1").bind(1, now.micros).run();
  return due;
}

std::optional<base::Timestamp> Database::next_due_after(base::Timestamp now) {
  Rows rows(db_.prepared("SELECT min(due) FROM (SELECT min(due) AS due FROM deliveries "
                         "WHERE due > $1 UNION ALL SELECT min(due) FROM later WHERE due > $1) "
                         "WHERE due IS NOT NULL HAVING count(*) > 0")
                .bind(1, now.micros));
  if (!rows.next()) return std::nullopt;
  return base::Timestamp{rows.number(0)};
}

}  // namespace cobro::sandbox
