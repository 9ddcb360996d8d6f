// A piece of work that comes again: at once, then every period, and whenever it is kicked.
// One round at a time; a round that throws is logged, and the next one comes as usual.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/task.h"
#include "ports/clock.h"
#include "ports/log.h"

namespace cobro::service {

class Job {
 public:
  // Yields true when there may be more to do at once.
  using Round = std::function<base::Task<bool>()>;

  // Clock and log outlive it.
  Job(std::string name, base::Duration period, Round round, ports::Clock& clock, ports::Log& log);

  void start();
  [[nodiscard]] bool is_started() const { return started_; }
  // The next round starts soon, from the clock, never inside this call.
  void kick();
  // The round under way ends; no other one starts. `stopped` is called then, or at once.
  void stop(std::function<void()> stopped);

 private:
  base::Task<void> run();
  base::Task<bool> run_round();
  base::Task<void> wake_after(base::Duration span);
  void wait(base::Completion<bool> waker);

  std::string name_;
  base::Duration period_;
  Round round_;
  ports::Clock& clock_;
  ports::Log& log_;
  bool started_ = false;
  bool stopping_ = false;
  bool kicked_ = false;
  std::optional<base::Completion<bool>> waker_;  // there while the loop sleeps
  std::optional<base::TaskGroup> timer_;
  base::TaskGroup loop_;
};

}  // namespace cobro::service
