// One piece of work for a database thread, and its way back to the coroutine that waits.
#pragma once

#include <exception>
#include <memory>
#include <mutex>

#include "base/task.h"
#include "store/sqlite/session.h"

namespace cobro::store {

class Work {
 public:
  virtual ~Work() = default;

  // On the database's thread, inside a transaction. False rolls it back, and so does an
  // exception. Does nothing when nobody waits any more.
  bool run(Session& session) {
    const std::lock_guard lock(mutex_);
    return !abandoned_ && perform(session);
  }
  // Nobody waits any more: what the work refers to may go. Waits while it runs.
  void abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }

 private:
  virtual bool perform(Session& session) = 0;
  std::mutex mutex_;
  bool abandoned_ = false;
};

// The failure of the work or of its transaction; null when it went well.
using WorkDone = base::Completion<std::exception_ptr>;

struct Job {
  std::shared_ptr<Work> work;
  WorkDone done;
};

// Abandons at the end of the waiting coroutine's frame, however that ends.
class Abandon {
 public:
  explicit Abandon(Work& work) : work_(work) {}
  Abandon(const Abandon&) = delete;
  Abandon& operator=(const Abandon&) = delete;
  ~Abandon() { work_.abandon(); }

 private:
  Work& work_;
};

}  // namespace cobro::store
