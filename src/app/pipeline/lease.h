// This instance's lease. While it lasts, other instances leave alone what this one sends. It is
// kept by app/calls/instance.h. A process that runs no jobs has none, and its calls are not taken
// for those of a dead one. Decisions ask it too, on other threads.
#pragma once

#include <mutex>
#include <optional>

#include "base/time.h"
#include "domain/gateway_call.h"

namespace cobro::app {

class Lease {
 public:
  // The lease lasts until `until`, in steady time.
  void hold(domain::InstanceId instance, base::Duration until) {
    const std::lock_guard lock(mutex_);
    instance_ = instance;
    until_ = until;
  }
  void give_up() {
    const std::lock_guard lock(mutex_);
    until_ = base::Duration::min();
  }
  // Names this instance in the calls that it sends. There is no name before the first lease.
  [[nodiscard]] std::optional<domain::InstanceId> instance() const {
    const std::lock_guard lock(mutex_);
    return instance_;
  }
  [[nodiscard]] bool is_lost(base::Duration steady) const {
    const std::lock_guard lock(mutex_);
    return instance_ && steady >= until_;
  }
  // Whether that call may be sent from here: not when it was made under a lease that was lost.
  [[nodiscard]] bool permits(const domain::GatewayCall& call, base::Duration steady) const {
    return !is_lost(steady) && (!call.instance_id || call.instance_id == instance());
  }

 private:
  mutable std::mutex mutex_;
  std::optional<domain::InstanceId> instance_;
  base::Duration until_{};
};

}  // namespace cobro::app
