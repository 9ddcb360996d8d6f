// Recovery: completes gateway calls whose sender is gone, at once, and those that were not
// answered, a minute after their deadline. Inside the gateway's window it sends the same bytes
// under the same key; after that it only looks. What no look could tell for a day is put before a
// person.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_set>

#include "app/calls/handler.h"
#include "base/work_queue.h"

namespace cobro::app {

// Recovery takes a call this long after its deadline.
inline constexpr base::Duration kRecoveryGrace = std::chrono::minutes(1);

// Recovery in one instance. Calls that hang do not hold up others while there is a place left.
class Recovery {
 public:
  // `more_due` is called when there is a place again for calls that are known to be due; the next
  // `poll` is expected soon after, never inside the call.
  Recovery(Context& context, std::function<void()> more_due);

  // Looks for what is due, and begins with it.
  base::Task<void> poll();
  // Begins nothing any more.
  void stop();
  // Calls `idle` once nothing waits or is under way here: at once, or when the last one ends.
  void when_idle(std::function<void()> idle) { queue_.when_idle(std::move(idle)); }

 private:
  base::Task<void> work_on(domain::GatewayCall call);
  void release(domain::CallId call);

  Context& context_;
  std::function<void()> more_due_;
  bool stopped_ = false;
  bool full_ = false;  // the last look brought as much as it asked for
  std::unordered_set<domain::CallId> held_;
  base::WorkQueue<domain::GatewayCall> queue_;
};

// Looks once, and works on all that it found to the end.
base::Task<void> recover(Context& context);
// Works on one call now, if nobody else takes it.
base::Task<void> recover_call(Context& context, domain::GatewayCall due);

}  // namespace cobro::app
