// The databases that the contract suite runs on. Each test gets an empty one.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/task.h"
#include "ports/store.h"
#include "store/migrate.h"
#include "support/fakes.h"

namespace cobro::testing {

// A database, and the loop of one service thread beside it.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::unique_ptr<ports::Store> open() = 0;
  // A migration of the database, by an instance of its own: callable from any thread.
  virtual store::Migrated migrate() = 0;
  // SQL past the store, as an operator would.
  virtual void execute(const std::string& sql) = 0;
  // The same on a connection that stays: it holds what it locks until it is told otherwise, or
  // dropped. Of databases that have connections.
  virtual std::function<void(const std::string& sql)> session() {
    throw std::logic_error("no sessions here");
  }
  // Closes what is open, and lets nothing new in, until it is reachable again.
  virtual void set_reachable(bool) {}
  // Runs what was posted until `ended`; fails the test after a generous time.
  virtual void run_until(const std::function<bool()>& ended) = 0;

  ManualClock clock;
  SeededRandom random{7};

 protected:
  // Another chance for each instance.
  SeededRandom fresh_random() { return SeededRandom(++seed_); }

 private:
  std::atomic<std::uint64_t> seed_{100};
};

struct BackendChoice {
  std::string name;
  std::function<std::unique_ptr<Backend>()> make;
  // Whether other writes may come between a write's reads and its changes.
  bool interleaves = false;
};
inline void PrintTo(const BackendChoice& choice, std::ostream* out) {
  *out << choice.name;
}

std::vector<BackendChoice> backends();
// The server of COBRO_TEST_POSTGRES; nothing without it.
std::vector<BackendChoice> postgres_backends();
// Databases without a schema yet.
std::unique_ptr<Backend> sqlite_file_backend();
std::unique_ptr<Backend> fresh_postgres_backend();

}  // namespace cobro::testing
