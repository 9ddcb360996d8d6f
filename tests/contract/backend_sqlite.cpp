#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include "contract/backend.h"
#include "sqlite/sqlite.h"
#include "store/sqlite_store.h"

namespace cobro::testing {
namespace {

// A queue that threads post to and the test runs.
class Queue {
 public:
  base::Post post() {
    return [this](std::move_only_function<void()> work) {
      {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(work));
      }
      wake_.notify_one();
    };
  }
  void run_until(const std::function<bool()>& ended) {
    while (!ended()) next()();
  }

 private:
  std::move_only_function<void()> next() {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, std::chrono::seconds(60), [this] { return !waiting_.empty(); }))
      throw std::runtime_error("nothing happens any more");
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    return work;
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> waiting_;
};

class SqliteBackend final : public Backend {
 public:
  SqliteBackend(store::SqliteOptions options, bool on_file) : options_(std::move(options)) {
    if (!on_file) return;
    std::string pattern = (std::filesystem::temp_directory_path() / "cobro-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
    options_.path = (folder_ / "cobro.db").string();
  }
  SqliteBackend(const SqliteBackend&) = delete;
  SqliteBackend& operator=(const SqliteBackend&) = delete;
  ~SqliteBackend() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::unique_ptr<ports::Store> open() override {
    return store::open_sqlite(options_, queue_.post(), clock, random);
  }
  store::Migrated migrate() override {
    auto chance = fresh_random();
    return store::migrate_sqlite(options_.path, clock, chance);
  }
  void execute(const std::string& sql) override {
    if (folder_.empty()) GTEST_SKIP() << "a database in memory has one connection";
    sqlite::Connection connection(options_.path);
    connection.execute("PRAGMA busy_timeout = 10000");
    connection.execute(sql);
  }
  void run_until(const std::function<bool()>& ended) override { queue_.run_until(ended); }

 private:
  store::SqliteOptions options_;
  std::filesystem::path folder_;
  Queue queue_;
};

std::unique_ptr<Backend> make(store::SqliteMode mode, bool split, bool on_file) {
  return std::make_unique<SqliteBackend>(store::SqliteOptions{.mode = mode, .split_writes = split},
                                         on_file);
}

}  // namespace

std::unique_ptr<Backend> sqlite_file_backend() {
  return make(store::SqliteMode::threads, false, true);
}

std::vector<BackendChoice> backends() {
  using store::SqliteMode;
  std::vector<BackendChoice> all{
      {"sqlite_memory", [] { return make(SqliteMode::inline_, false, false); }},
      {"sqlite_memory_split", [] { return make(SqliteMode::inline_, true, false); }, true},
      {"sqlite_file", [] { return make(SqliteMode::threads, false, true); }},
      {"sqlite_file_split", [] { return make(SqliteMode::threads, true, true); }, true}};
  for (auto& choice : postgres_backends()) all.push_back(std::move(choice));
  return all;
}

}  // namespace cobro::testing
