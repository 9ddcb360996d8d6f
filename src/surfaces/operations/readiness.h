// Whether this instance should be sent requests: the store takes writes, no drain is on, and
// no gateway's keys are another account's.
#pragma once

#include <vector>

#include "app/pipeline/context.h"
#include "base/task.h"

namespace cobro::surfaces::operations {

class Readiness {
 public:
  // The context outlives it.
  explicit Readiness(app::Context& context);

  void set_draining(bool draining) { draining_ = draining; }

  struct Report {
    bool store = false;
    bool draining = false;
    bool accounts = true;  // no gateway's keys are of another account than ours
    [[nodiscard]] bool ready() const { return store && !draining && accounts; }
  };
  // Answers within two seconds, whatever the store does. One ping is under way at a time;
  // who comes meanwhile waits for the same one.
  base::Task<Report> look();

 private:
  void join(base::Completion<bool> done);
  base::Task<void> ping();
  base::Task<void> give_up(base::Completion<bool> done);

  app::Context& context_;
  bool draining_ = false;
  bool pinging_ = false;
  std::vector<base::Completion<bool>> waiting_;
  base::TaskGroup tasks_;
};

}  // namespace cobro::surfaces::operations
