// Thin RAII over SQLite's C API, shared by store and sandbox. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace cobro::sqlite {

// `code` is SQLite's extended result code; the message is SQLite's own.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] int primary_code() const { return code_ & 0xff; }

 private:
  int code_;
};

// A prepared statement. `$1` parameters are bound by name, so that one SQL text serves
// SQLite and PostgreSQL; a parameter that the text does not use is ignored.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql);
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  Statement& bind_null(int parameter);
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  // True when there is a row. Throws Error.
  bool step();
  // Steps until done, then resets and clears the bindings.
  void run();
  void reset();

  [[nodiscard]] int columns() const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] bool is_integer(int column) const;
  [[nodiscard]] std::int64_t int64(int column) const;
  // Valid until the next step or reset.
  [[nodiscard]] std::string_view text(int column) const;

 private:
  [[nodiscard]] int place_of(int parameter) const;
  sqlite3_stmt* statement_;
  std::vector<int> places_;  // SQLite's number of $1, $2, …
};

class Connection {
 public:
  // `path` is a file, a `file:` URI, or ":memory:". Enables foreign keys and extended
  // result codes; sets no journal mode.
  explicit Connection(const std::string& path);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Runs statements without parameters or rows, separated by semicolons.
  void execute(const std::string& sql);
  // Makes the file's journal a write-ahead log, also when others open the new file at this moment:
  // to them SQLite answers SQLITE_BUSY at once, without waiting for busy_timeout, lest two that
  // read wait for each other to write. Throws Error after ten seconds of that.
  void use_wal();
  // A statement kept prepared for this connection's life, found again by its text's
  // address and length: pass literals or texts that live as long.
  Statement& prepared(std::string_view sql);
  // Gives statements a function without parameters. It is called on the thread that runs them, as
  // often as a statement names it, and must not throw.
  void define(const std::string& name, std::function<std::int64_t()> function);
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] sqlite3* raw() const;

 private:
  struct Cache;
  sqlite3* db_ = nullptr;
  std::unique_ptr<Cache> cache_;
};

}  // namespace cobro::sqlite
