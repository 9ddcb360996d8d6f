// A store whose writes go wrong when a test says so: the answer to a COMMIT is lost, the
// database is away, or a bug strikes in the middle.
#pragma once

#include <functional>

#include "base/check.h"
#include "tests/support/forwarding_store.h"

namespace cobro::testing {

enum class StoreFault {
  none,
  lost_answer,  // committed, but nobody learns it
  away,         // the connection breaks at COMMIT; nothing was committed, nobody knows
  bug,
};

class FaultyStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  // Decides the fate of the n-th write from now, counted from 1.
  std::function<StoreFault(int)> fate;
  bool blind = false;  // was_committed cannot be asked
  int writes = 0;

  base::Task<ports::WriteResult> write(const ports::Reads& reads,
                                       const ports::Decide& decide) override {
    const auto fault = fate ? fate(++writes) : StoreFault::none;
    if (fault == StoreFault::bug) throw base::Bug("a bug strikes");
    if (fault == StoreFault::away) co_return unknown();
    auto result = co_await inner_.write(reads, decide);
    if (fault == StoreFault::lost_answer && result.committed()) co_return unknown();
    co_return result;
  }
  base::Task<bool> was_committed(const ports::Changes& changes) override {
    if (blind) throw ports::StoreUnavailable("away");
    co_return co_await inner_.was_committed(changes);
  }

 private:
  static ports::WriteResult unknown() {
    return {ports::WriteError{ports::WriteFailure::unknown_commit, "the connection broke"}};
  }
};

}  // namespace cobro::testing
