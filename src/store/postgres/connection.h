// One PostgreSQL connection in libpq's pipeline mode, on the service's loop.
//
// A pipeline is a list of statements and one Sync: one round trip. Statements are prepared
// on first use, in the same pipeline. When one fails, the server skips the rest.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/sql/rows.h"
#include "store/sql/statement.h"

namespace boost::asio {
class io_context;
}

namespace cobro::store {

// What the server said against a statement.
struct PgError {
  std::string sqlstate;
  std::string constraint;
  std::string message;
};

struct PgAnswers {
  std::vector<Rows> rows;        // of each statement
  std::optional<PgError> error;  // the first
  bool lost = false;             // the connection died or took too long: nothing is known
  bool late = false;             // lost because it took too long
  bool missed = false;           // a statement that must touch one row did not
  std::string last_tag;          // of the last statement: "COMMIT", or "ROLLBACK"
};

class PgConnection {
 public:
  using Connected = std::move_only_function<void(std::optional<std::string> failure)>;
  using Done = std::move_only_function<void(PgAnswers)>;

  static std::shared_ptr<PgConnection> create(boost::asio::io_context& loop, std::string url);
  virtual ~PgConnection() = default;

  // Once, first. Calls back later, always.
  virtual void connect(base::Duration timeout, Connected connected) = 0;
  // One pipeline at a time. Calls back later, unless closed.
  virtual void run(std::span<const Statement> statements, base::Duration timeout, Done done) = 0;
  // Ends it; what runs is not called back.
  virtual void close() = 0;

  [[nodiscard]] virtual bool usable() const = 0;
  // Of an idle one: also looks whether the server's goodbye has come in meanwhile.
  [[nodiscard]] virtual bool alive() = 0;
  [[nodiscard]] virtual bool busy() const = 0;
  [[nodiscard]] virtual bool in_transaction() const = 0;
};

}  // namespace cobro::store
