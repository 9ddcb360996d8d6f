// The inbox of one instance: applies what it received as soon as that is stored, and claims
// what is due in the database: what had to wait, and what instances that died left behind.
// What it holds in memory is lost with the process, harmlessly: the leases run out.
#pragma once

#include <functional>
#include <unordered_set>

#include "app/webhooks/webhooks.h"
#include "base/work_queue.h"

namespace cobro::app {

class Inbox {
 public:
  // `more_due` is called when there is a place again for events that are known to be due; the next
  // `poll` is expected soon after, never inside the call.
  Inbox(Context& context, std::function<void()> more_due);

  // Takes an event of which this instance has the lease. Too many at once wait in the database.
  void add(ports::StoredWebhook row);
  // Claims what is due, as much as there are places for, and begins with it.
  base::Task<void> poll();
  // Begins nothing any more.
  void stop();
  // Calls `idle` once nothing waits or is under way here: at once, or when the last one ends.
  void when_idle(std::function<void()> idle) { queue_.when_idle(std::move(idle)); }

 private:
  base::Task<void> apply(const ports::StoredWebhook& row);
  void release(const ports::StoredWebhook& row);

  Context& context_;
  std::function<void()> more_due_;
  bool stopped_ = false;
  bool full_ = false;  // the last claim brought as much as it asked for
  // Waiting or under way here. A lease that runs out meanwhile is taken again by the poll.
  std::unordered_set<domain::WebhookId> held_;
  base::WorkQueue<ports::StoredWebhook> queue_;
};

}  // namespace cobro::app
