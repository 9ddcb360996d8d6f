// This instance's lease: while it lasts, other instances leave alone what this one sends. It is
// kept by app/calls/instance.h; who runs no jobs has none, and nobody takes its calls for those
// of a dead one. Decisions ask it too, on other threads.
#pragma once

#include <mutex>
#include <optional>

#include "base/time.h"
#include "domain/gateway_call.h"

namespace cobro::app {

class Lease {
 public:
  // It lasts until then, in steady time.
  void hold(domain::InstanceId instance, base::Duration until) {
    const std::lock_guard lock(mutex_);
    instance_ = instance;
    until_ = until;
  }
  void give_up() {
    const std::lock_guard lock(mutex_);
    until_ = base::Duration::min();
  }
  // Who this is in the calls that it sends. Nothing before the first lease.
  [[nodiscard]] std::optional<domain::InstanceId> instance() const {
    const std::lock_guard lock(mutex_);
    return instance_;
  }
  [[nodiscard]] bool is_lost(base::Duration steady) const {
    const std::lock_guard lock(mutex_);
    return instance_ && steady >= until_;
  }
  // Whether that call may be sent from here: it is not one of a lease that was lost.
  [[nodiscard]] bool permits(const domain::GatewayCall& call, base::Duration steady) const {
    return !is_lost(steady) && (!call.instance_id || call.instance_id == instance());
  }

 private:
  mutable std::mutex mutex_;
  std::optional<domain::InstanceId> instance_;
  base::Duration until_{};
};

}  // namespace cobro::app
