// The flow's statements on bare SQLite, as fast as one thread can: DEPTH flows side by side,
// of which each transaction stands in a savepoint of one commit with the others'. Every
// statement must give or change as many rows as it did in the service.
//
//   bench_sqlite DATABASE SCRIPT DEPTH MILLISECONDS [PRAGMA…]
// The database has our schema. Prints one line of JSON.
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>

#include "bench/bare_sqlite/script.h"

namespace cobro::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

std::int64_t micros_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A flow's own values: ids that begin with the time, as the service's do.
struct Flow {
  std::int64_t number;
  std::int64_t began = micros_now();

  [[nodiscard]] std::string id(std::int64_t which) const {
    return fmt::format("{:08x}-{:04x}-7{:03x}-a{:03x}-{:012x}", (began / 1000) >> 16,
                       (began / 1000) & 0xffff, which, which, number);
  }
  // Scattered, as what a gateway makes up is.
  [[nodiscard]] std::string text(const Parameter& parameter) const {
    const auto width = parameter.length - parameter.text.size();
    const auto seed = static_cast<std::uint64_t>(number * 64 + parameter.value);
    return fmt::format("{}{:0{}x}", parameter.text, seed * 0x9e3779b97f4a7c15U, width);
  }
};

class Bare {
 public:
  Bare(const std::string& path, Script script) : script_(std::move(script)) {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
    database_.reset(raw);
    if (opened != SQLITE_OK) fail();
    command("PRAGMA foreign_keys = ON");
  }

  void command(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  void prepare() {
    for (const auto* sql : {"BEGIN IMMEDIATE", "BEGIN", "SAVEPOINT work", "RELEASE work", "COMMIT"})
      commands_.push_back(prepared(sql));
    for (const auto& transaction : script_)
      for (const auto& statement : transaction.statements) {
        statements_.push_back({prepared(statement.sql), {}});
        for (std::size_t i = 1; i <= statement.parameters.size(); ++i)
          statements_.back().places.push_back(sqlite3_bind_parameter_index(
              statements_.back().prepared.get(), fmt::format("${}", i).c_str()));
      }
  }

  void run_flows(std::span<const Flow> flows) {
    auto next = statements_.begin();
    for (const auto& transaction : script_) {
      if (transaction.writes)
        run_together(transaction, next, flows);
      else
        for (const auto& flow : flows) run_alone(transaction, next, flow);
      next += static_cast<std::ptrdiff_t>(transaction.statements.size());
    }
  }

 private:
  struct Ready {
    Prepared prepared;
    std::vector<int> places;  // of $1, $2, …
  };
  using Iterator = std::vector<Ready>::iterator;
  enum Command : std::uint8_t { begin_writing, begin_reading, savepoint, release, commit };

  void run_together(const ScriptTransaction& transaction, Iterator first,
                    std::span<const Flow> flows) {
    run(begin_writing);
    for (const auto& flow : flows) {
      run(savepoint);
      run_statements(transaction, first, flow);
      run(release);
    }
    run(commit);
  }

  void run_alone(const ScriptTransaction& transaction, Iterator first, const Flow& flow) {
    run(begin_reading);
    run_statements(transaction, first, flow);
    run(commit);
  }

  void run_statements(const ScriptTransaction& transaction, Iterator next, const Flow& flow) {
    for (const auto& statement : transaction.statements) {
      const auto& [prepared, places] = *next++;
      for (std::size_t i = 0; i < statement.parameters.size(); ++i)
        bind(prepared.get(), places[i], statement.parameters[i], flow);
      const auto rows = step_all(prepared.get());
      if (rows != statement.rows)
        throw std::runtime_error(
            fmt::format("{} rows instead of {}: {}", rows, statement.rows, statement.sql));
    }
  }

  // Rows given, or changed when it gives none.
  std::int64_t step_all(sqlite3_stmt* prepared) {
    std::int64_t rows = 0;
    int code = 0;
    while ((code = sqlite3_step(prepared)) == SQLITE_ROW) {
      ++rows;
      for (int i = 0; i < sqlite3_column_count(prepared); ++i)
        static_cast<void>(sqlite3_column_text(prepared, i));
    }
    if (code != SQLITE_DONE) fail();
    if (sqlite3_column_count(prepared) == 0) rows = sqlite3_changes64(database_.get());
    sqlite3_reset(prepared);
    return rows;
  }

  static void bind(sqlite3_stmt* prepared, int index, const Parameter& value, const Flow& flow) {
    using Kind = Parameter::Kind;
    switch (value.kind) {
      case Kind::null:
        sqlite3_bind_null(prepared, index);
        return;
      case Kind::integer:
        sqlite3_bind_int64(prepared, index, value.value);
        return;
      case Kind::text:
        return bind_text(prepared, index, value.text);
      case Kind::own_id:
        return bind_text(prepared, index, flow.id(value.value));
      case Kind::own_number:
        sqlite3_bind_int64(prepared, index, flow.number * 16 + value.value);
        return;
      case Kind::own_text:
        return bind_text(prepared, index, flow.text(value));
      case Kind::time:
        sqlite3_bind_int64(prepared, index, flow.began);
        return;
    }
  }

  static void bind_text(sqlite3_stmt* prepared, int index, std::string_view text) {
    sqlite3_bind_text(prepared, index, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }

  void run(Command which) {
    auto* prepared = commands_[which].get();
    if (sqlite3_step(prepared) != SQLITE_DONE) fail();
    sqlite3_reset(prepared);
  }

  Prepared prepared(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &raw,
                           nullptr) != SQLITE_OK)
      fail();
    return Prepared(raw);
  }

  [[noreturn]] void fail() {
    throw std::runtime_error(fmt::format("SQLite: {}", sqlite3_errmsg(database_.get())));
  }

  Script script_;
  Database database_;
  std::vector<Prepared> commands_;
  std::vector<Ready> statements_;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int run(std::span<char*> arguments) {
  std::ifstream lines(arguments[2]);
  Bare bare(arguments[1], read_script(lines));
  const auto depth = std::atoll(arguments[3]);
  const std::chrono::milliseconds length(std::atoll(arguments[4]));
  for (auto* pragma : arguments.subspan(5)) bare.command(pragma);
  bare.prepare();
  // Numbers go on where another run of ours in the same database ended.
  std::int64_t number = micros_now() & 0xffff'ffff'ffff;
  std::int64_t done = 0;
  const auto began = Clock::now();
  const auto used = cpu_seconds();
  while (Clock::now() - began < length) {
    std::vector<Flow> flows;
    for (std::int64_t i = 0; i < depth; ++i) flows.push_back({.number = ++number});
    bare.run_flows(flows);
    done += depth;
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  fmt::print(R"({{"flows": {}, "seconds": {:.3f}, "cpu_seconds": {:.3f}}})"
             "\n",
             done, took.count(), cpu_seconds() - used);
  return 0;
}

}  // namespace
}  // namespace cobro::bench

int main(int count, char** arguments) {
  if (count < 5) {
    std::fputs("usage: bench_sqlite DATABASE SCRIPT DEPTH MILLISECONDS [PRAGMA...]\n", stderr);
    return 2;
  }
  try {
    return cobro::bench::run({arguments, static_cast<std::size_t>(count)});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_sqlite: {}\n", error.what());
    return 1;
  }
}
