#include "sqlite/sqlite.h"

#include <sqlite3.h>

#include <map>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace cobro::sqlite {
namespace {

Error error_of(sqlite3* db) {
  return {sqlite3_extended_errcode(db), sqlite3_errmsg(db)};
}

// SQLite counts its memory under one mutex of the whole process, at each of its allocations, for
// figures that nobody reads here. Before its first use only.
void count_no_memory() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

[[noreturn]] void fail(sqlite3* db) {
  throw error_of(db);
}

// SQLite numbers parameters as they appear: where $1, $2, … are. It compares names to find one,
// which is dear when done for every value.
std::vector<int> places_of(sqlite3_stmt* statement) {
  std::vector<int> places;
  for (int place = 1; place <= sqlite3_bind_parameter_count(statement); ++place) {
    const char* name = sqlite3_bind_parameter_name(statement, place);
    const auto number = name == nullptr ? std::nullopt : base::parse_int64(name + 1);
    if (!number || *number < 1) continue;
    if (places.size() < static_cast<std::size_t>(*number))
      places.resize(static_cast<std::size_t>(*number));
    places[static_cast<std::size_t>(*number) - 1] = place;
  }
  return places;
}

}  // namespace

Statement::Statement(sqlite3* db, std::string_view sql) : statement_(nullptr) {
  const char* tail = nullptr;
  if (sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement_, &tail) != SQLITE_OK)
    fail(db);
  const auto rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (statement_ == nullptr || !base::trim(rest).empty()) {
    sqlite3_finalize(statement_);
    throw Error(SQLITE_MISUSE, "a Statement takes exactly one SQL statement");
  }
  places_ = places_of(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), places_(std::move(other.places_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  std::swap(places_, other.places_);
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

// 0 when the text does not use the parameter.
int Statement::place_of(int parameter) const {
  const auto number = static_cast<std::size_t>(parameter);
  return number >= 1 && number <= places_.size() ? places_[number - 1] : 0;
}

Statement& Statement::bind_null(int parameter) {
  const int index = place_of(parameter);
  if (index != 0 && sqlite3_bind_null(statement_, index) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_));
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  const int index = place_of(parameter);
  if (index != 0 && sqlite3_bind_int64(statement_, index, value) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  const int index = place_of(parameter);
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  if (index != 0 && sqlite3_bind_text(statement_, index, data, static_cast<int>(text.size()),
                                      SQLITE_TRANSIENT) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = error_of(sqlite3_db_handle(statement_));
  // Else nothing could be bound to it any more.
  sqlite3_reset(statement_);
  throw Error(std::move(error));
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

int Statement::columns() const {
  return sqlite3_column_count(statement_);
}

bool Statement::is_integer(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::int64(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

struct Connection::Cache {
  std::map<std::pair<const char*, std::size_t>, Statement> statements;
};

Connection::Connection(const std::string& path) : cache_(std::make_unique<Cache>()) {
  count_no_memory();
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path.c_str(), &db_, kFlags, nullptr) != SQLITE_OK) {
    Error error = error_of(db_);
    sqlite3_close_v2(db_);
    throw Error(std::move(error));
  }
  sqlite3_extended_result_codes(db_, 1);
  int enabled = 0;
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, &enabled);
  // SQLite can be built without foreign keys; our invariants must not vanish with them.
  COBRO_CHECK(enabled == 1);
}

Connection::~Connection() {
  cache_.reset();
  sqlite3_close_v2(db_);
}

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(db_);
}

void Connection::use_wal() {
  constexpr int kPauseMs = 10;
  constexpr int kTries = 1000;
  for (int tries = 1;; ++tries) {
    try {
      return execute("PRAGMA journal_mode = WAL");
    } catch (const Error& error) {
      if (error.primary_code() != SQLITE_BUSY || tries == kTries) throw;
    }
    sqlite3_sleep(kPauseMs);
  }
}

Statement& Connection::prepared(std::string_view sql) {
  const std::pair key{sql.data(), sql.size()};
  auto found = cache_->statements.find(key);
  if (found == cache_->statements.end())
    found = cache_->statements.emplace(key, Statement(db_, sql)).first;
  return found->second;
}

void Connection::define(const std::string& name, std::function<std::int64_t()> function) {
  using Function = std::function<std::int64_t()>;
  auto kept = std::make_unique<Function>(std::move(function));
  const auto call = [](sqlite3_context* context, int, sqlite3_value**) {
    sqlite3_result_int64(context, (*static_cast<Function*>(sqlite3_user_data(context)))());
  };
  // SQLite keeps the function until the connection is closed, and ends it when it takes it not.
  if (sqlite3_create_function_v2(
          db_, name.c_str(), 0, SQLITE_UTF8, kept.release(), call, nullptr, nullptr,
          [](void* gone) { delete static_cast<Function*>(gone); }) != SQLITE_OK)
    fail(db_);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(db_);
}

sqlite3* Connection::raw() const {
  return db_;
}

}  // namespace cobro::sqlite
