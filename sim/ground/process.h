// One process of the service, as chance treats it: it ends at one of its calls to the outside, or
// stands still for a while, as one does whose machine is paused.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/task.h"
#include "ports/clock.h"

namespace cobro::sim {

class Process {
 public:
  explicit Process(int number) : number_(number) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] int number() const { return number_; }

  // Ends it at its k-th call from now: that call never returns, and whoever drives the clock ends
  // the process after this step.
  void arm(std::int64_t calls) { left_ = calls; }
  [[nodiscard]] bool is_pressed() const { return pressed_; }
  void release() {
    pressed_ = false;
    left_ = pause_left_ = 0;
  }

  // Stops it at its k-th call from now; true once when it has.
  void arm_pause(std::int64_t calls) { pause_left_ = calls; }
  bool has_just_stopped() { return std::exchange(just_stopped_, false); }
  [[nodiscard]] bool is_stopped() const { return stopped_; }
  // What waited goes on, in the order in which it would have.
  void go_on() {
    stopped_ = false;
    for (const auto& waiting : std::exchange(waiting_, {})) waiting(0);
  }

  // Every call to the outside passes here, before and after its work.
  base::Task<void> pass() {
    co_await run();
    const bool stops = pause_left_ == 1;
    pause_left_ = std::max<std::int64_t>(pause_left_ - 1, 0);
    if (stops) {
      stopped_ = just_stopped_ = true;
      co_await run();
    }
    if (left_ == 0) co_return;
    left_ -= 1;
    if (left_ > 0) co_return;
    pressed_ = true;
    co_await base::await_callback<int>([](const base::Completion<int>&) {});
  }
  // And whatever wakes a task of it here: nothing of it runs while it is stopped.
  base::Task<void> run() {
    while (stopped_)
      co_await base::await_callback<int>(
          [this](base::Completion<int> waiting) { waiting_.push_back(std::move(waiting)); });
  }

 private:
  const int number_;
  std::int64_t left_ = 0;
  std::int64_t pause_left_ = 0;
  bool pressed_ = false;
  bool stopped_ = false;
  bool just_stopped_ = false;
  std::vector<base::Completion<int>> waiting_;
};

// The world's time, at which a stopped process does not wake.
class ProcessClock final : public ports::Clock {
 public:
  // Both outlive it.
  ProcessClock(ports::Clock& world, Process& process) : world_(world), process_(process) {}

  [[nodiscard]] base::Timestamp now() const override { return world_.now(); }
  [[nodiscard]] base::Duration steady() const override { return world_.steady(); }
  base::Task<void> sleep(base::Duration span) override {
    co_await world_.sleep(span);
    co_await process_.run();
  }

 private:
  ports::Clock& world_;
  Process& process_;
};

}  // namespace cobro::sim
