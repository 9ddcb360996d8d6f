// A statement's rows, for the files of database.h.
#pragma once

#include <string>

#include "sqlite/sqlite.h"

namespace cobro::sandbox {

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

}  // namespace cobro::sandbox
