// Time: the one source of "now" and of waiting for everything above the adapters.
#pragma once

#include "base/task.h"
#include "base/time.h"

namespace cobro::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  // Calendar time: what is stored, printed and compared with tokens.
  [[nodiscard]] virtual base::Timestamp now() const = 0;
  // Steady time from an arbitrary origin: durations and time-outs only.
  [[nodiscard]] virtual base::Duration steady() const = 0;
  // Ends `span` of steady time later. Destroying the task cancels the wait.
  virtual base::Task<void> sleep(base::Duration span) = 0;
};

}  // namespace cobro::ports
