// Virtual time for one thread, and how to drive a task with it. A clock must outlive the
// tasks that sleep on it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/task.h"
#include "base/time.h"
#include "ports/clock.h"

namespace cobro::sim {

// Virtual time: stands still until a test moves it. Sleepers wake in order of their due
// time, then in the order they went to sleep.
class ManualClock final : public ports::Clock {
 public:
  explicit ManualClock(base::Timestamp start = base::Timestamp::from_unix_seconds(1'762'340'400))
      : start_(start) {}
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;

  [[nodiscard]] base::Timestamp now() const override { return start_ + steady_.load(); }
  [[nodiscard]] base::Duration steady() const override { return steady_; }

  base::Task<void> sleep(base::Duration span) override {
    Alarm alarm{*this, {steady_.load() + std::max(span, base::Duration{0}), next_++}};
    co_await base::await_callback<int>([&alarm](base::Completion<int> done) {
      alarm.clock.alarms_.emplace(alarm.key, std::move(done));
    });
  }

  // Jumps to the next sleeper and wakes it; false when nobody sleeps.
  bool step() {
    if (alarms_.empty()) return false;
    auto next = alarms_.extract(alarms_.begin());
    steady_ = std::max(steady_.load(), next.key().first);
    next.mapped()(0);
    return true;
  }
  // Wakes everyone due within `span`, then stands at its end.
  void advance(base::Duration span) {
    const base::Duration end = steady_.load() + span;
    while (!alarms_.empty() && alarms_.begin()->first.first <= end) step();
    steady_ = end;
  }
  // Until nobody sleeps. Only for work that ends; a job loop needs `advance`.
  void run_until_idle() {
    for (int steps = 0; step(); ++steps)
      if (steps > kMaxSteps) throw std::runtime_error("virtual time does not come to rest");
  }
  // When the next sleeper is due, in steady time.
  [[nodiscard]] std::optional<base::Duration> next_due() const {
    if (alarms_.empty()) return std::nullopt;
    return alarms_.begin()->first.first;
  }
  [[nodiscard]] std::size_t sleepers() const { return alarms_.size(); }
  // Moves the calendar alone, as an administrator (or NTP) does.
  void shift_calendar(base::Duration by) { start_ = start_ + by; }

  static constexpr int kMaxSteps = 1'000'000;

 private:
  using Key = std::pair<base::Duration, std::uint64_t>;
  struct Alarm {  // leaves the queue with the coroutine that sleeps on it
    ManualClock& clock;
    Key key;
    ~Alarm() { clock.alarms_.erase(key); }
  };
  base::Timestamp start_;
  std::atomic<base::Duration> steady_ = base::Duration{0};  // databases with threads look at it
  std::uint64_t next_ = 0;
  std::map<Key, base::Completion<int>> alarms_;
};

namespace detail {
template <class T>
base::Task<void> keep(base::Task<T> task, std::optional<T>& into) {
  into.emplace(co_await task);
}
inline base::Task<void> note(base::Task<void> task, bool& ended) {
  co_await task;
  ended = true;
}
inline void drive(ManualClock& clock, base::Task<void> root, const std::function<bool()>& ended) {
  std::exception_ptr failure;
  base::TaskGroup group([&](std::string_view, std::exception_ptr f) { failure = f; });
  group.spawn("test", std::move(root));
  for (int steps = 0; !ended() && !failure; ++steps)
    if (steps > ManualClock::kMaxSteps || !clock.step())
      throw std::runtime_error("the task waits for something that never comes");
  if (failure) std::rethrow_exception(failure);
}
}  // namespace detail

// Runs one task to its end, moving virtual time as far as it needs, and gives its value.
template <class T>
T run(ManualClock& clock, base::Task<T> task) {
  std::optional<T> value;
  detail::drive(clock, detail::keep(std::move(task), value), [&] { return value.has_value(); });
  return std::move(*value);
}
inline void run(ManualClock& clock, base::Task<void> task) {
  bool ended = false;
  detail::drive(clock, detail::note(std::move(task), ended), [&] { return ended; });
}

}  // namespace cobro::sim
