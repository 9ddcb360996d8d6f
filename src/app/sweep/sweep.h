// The sweep: reads the gateways' lists of what happened there, so that nothing stays unknown
// because its event was lost. What it sees is a hint, as a webhook is: what differs from our rows
// is asked for and applied by the same functions.
//
//   lists   payments, refunds, disputes, subscriptions by the day they were made; events
//   from    where the last walk of the list began, an hour before; the first time 30 days
//   pace    a page, a pause; how far it came is stored after each page, and goes on from there
//           after a crash
//   who     one instance at a time has a list, by a lease
#pragma once

#include <string>

#include "app/pipeline/context.h"
#include "base/task.h"

namespace cobro::app {

class Sweep {
 public:
  explicit Sweep(Context& context) : context_(context) {}

  // Walks the lists that nobody has: all of them at the first call, later those whose last walk
  // began a day ago or did not end. A list that gives no answer is left for the next call.
  base::Task<void> run();
  // The walk under way ends after what it is at; what is left is there for who comes next.
  void stop() { stopped_ = true; }

 private:
  Context& context_;
  bool first_ = true;
  bool stopped_ = false;
};

}  // namespace cobro::app
