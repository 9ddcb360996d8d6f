// A plain, blocking connection: for migrations and checks at start.
#pragma once

#include <memory>
#include <string>

#include "store/sql/rows.h"
#include "store/sql/statement.h"

namespace cobro::store {

class PgBlocking {
 public:
  // Throws StoreUnavailable.
  explicit PgBlocking(const std::string& url);
  PgBlocking(const PgBlocking&) = delete;
  PgBlocking& operator=(const PgBlocking&) = delete;
  ~PgBlocking();

  // Statements separated by semicolons.
  void script(const std::string& sql);
  Rows query(const Statement& statement);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cobro::store
