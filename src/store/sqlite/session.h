// One SQLite connection that runs the shared statements. One thread at a time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sqlite/sqlite.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"

namespace cobro::store {

// A row that had been read is gone: another writer came between (Touches::one).
class RowGone : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Session {
 public:
  explicit Session(const std::string& path) : connection_(path) {}

  // Throws sqlite::Error, and RowGone.
  Rows run(const Statement& statement);
  std::vector<Rows> run_all(std::span<const Statement> statements);
  // Without parameters or rows; the text lives for ever.
  void command(std::string_view text) { connection_.prepared(text).run(); }
  [[nodiscard]] bool in_transaction() const { return connection_.in_transaction(); }
  sqlite::Connection& connection() { return connection_; }

 private:
  sqlite::Connection connection_;
};

}  // namespace cobro::store
