// The part of the database that is about what happened and what is still to happen.
#include "base/check.h"
#include "sandbox/common/database.h"
#include "sandbox/common/rows.h"

namespace cobro::sandbox {
namespace {

EventRecord event_of(const Rows& rows) {
  return {rows.number(0), rows.text(1), rows.text(2), rows.number(3),
          rows.text(4),   rows.text(5), rows.text(6)};
}

}  // namespace

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

void Database::add_delivery(std::int64_t event, std::string_view target, base::Timestamp due) {
  db_.prepared("INSERT INTO deliveries(event, url, attempts, due) VALUES($1, $2, 0, $3)")
      .bind(1, event)
      .bind(2, target)
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
  return read_deliveries(
      db_.prepared("SELECT seq, event, url, attempts, due FROM deliveries WHERE due <= $1 "
                   "ORDER BY due, seq LIMIT $2")
          .bind(1, now.micros)
          .bind(2, static_cast<std::int64_t>(limit)));
}

std::vector<Delivery> Database::all_deliveries() {
  return read_deliveries(
      db_.prepared("SELECT seq, event, url, attempts, due FROM deliveries ORDER BY seq"));
}

std::vector<Delivery> Database::read_deliveries(sqlite::Statement& statement) {
  Rows rows(statement);
  std::vector<Delivery> found;
  while (rows.next())
    found.push_back({rows.number(0), rows.number(1), rows.text(2), static_cast<int>(rows.number(3)),
                     base::Timestamp{rows.number(4)}});
  return found;
}

std::int64_t Database::release_deliveries(std::string_view event_id, base::Timestamp now) {
  Rows rows(db_.prepared("UPDATE deliveries SET due = $2 WHERE due > $2 AND ($1 = '' OR event = "
                         "(SELECT seq FROM events WHERE id = $1)) RETURNING seq")
                .bind(1, event_id)
                .bind(2, now.micros));
  std::int64_t released = 0;
  while (rows.next()) ++released;
  return released;
}

int Database::pending_deliveries(std::int64_t event) {
  Rows rows(db_.prepared("SELECT count(*) FROM deliveries WHERE event = $1").bind(1, event));
  COBRO_CHECK(rows.next());
  return static_cast<int>(rows.number(0));
}

void Database::schedule(const ScheduledJob& job) {
  db_.prepared("INSERT INTO later(action, object, due, clock) VALUES($1, $2, $3, $4)")
      .bind(1, job.job)
      .bind(2, job.object)
      .bind(3, job.due.micros)
      .bind(4, job.clock)
      .run();
}

bool Database::has_due_job(std::string_view clock, base::Timestamp now) {
  Rows rows(db_.prepared("SELECT 1 FROM later WHERE clock = $1 AND due <= $2 LIMIT 1")
                .bind(1, clock)
                .bind(2, now.micros));
  return rows.next();
}

std::optional<ScheduledJob> Database::take_due_job(std::string_view clock, base::Timestamp now) {
  Rows rows(db_.prepared("DELETE FROM later WHERE seq = (SELECT seq FROM later WHERE clock = $1 "
                         "AND due <= $2 ORDER BY due, seq LIMIT 1) RETURNING action, object, due")
                .bind(1, clock)
                .bind(2, now.micros));
  if (!rows.next()) return std::nullopt;
  return ScheduledJob{rows.text(0), rows.text(1), base::Timestamp{rows.number(2)},
                      std::string(clock)};
}

void Database::forget_jobs_of(std::string_view clock) {
  db_.prepared("DELETE FROM later WHERE clock = $1").bind(1, clock).run();
}

std::optional<base::Timestamp> Database::next_due_after(base::Timestamp now) {
  Rows rows(db_.prepared("SELECT min(due) FROM (SELECT min(due) AS due FROM deliveries "
                         "WHERE due > $1 AND due < 9223372036854775807 UNION ALL SELECT min(due) "
                         "FROM later WHERE clock = '' AND due > $1) "
                         "WHERE due IS NOT NULL HAVING count(*) > 0")
                .bind(1, now.micros));
  if (!rows.next()) return std::nullopt;
  return base::Timestamp{rows.number(0)};
}

}  // namespace cobro::sandbox
