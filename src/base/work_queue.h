// Pieces of work of one kind, at most so many at a time, begun in the order they came.
//
// A piece that throws is reported with its item, and one that hangs takes one place: neither
// holds up the others. Destroying the queue destroys what runs at its await point and drops
// what waits.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "base/task.h"

namespace cobro::base {

template <class T>
class WorkQueue {
 public:
  // The item lives as long as its work.
  using Work = std::function<Task<void>(const T& item)>;
  using OnFailure = std::function<void(const T& item, std::exception_ptr failure)>;

  WorkQueue(std::size_t most, Work work, OnFailure on_failure)
      : most_(most),
        work_(std::move(work)),
        on_failure_(std::move(on_failure)),
        workers_([](std::string_view, std::exception_ptr) {}) {}

  // Begins it at once, on this thread, when there is a place.
  void add(T item) {
    waiting_.push_back(std::move(item));
    if (workers_.running() < most_) workers_.spawn("worker", work_off());
  }
  // What has not begun.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  void drop_waiting() { waiting_.clear(); }
  // Calls `done` once nothing waits or runs: at once, or from inside what ended last.
  void when_idle(std::function<void()> done) { workers_.when_idle(std::move(done)); }

 private:
  Task<void> work_off() {
    while (!waiting_.empty()) {
      const T item = std::move(waiting_.front());
      waiting_.pop_front();
      try {
        co_await work_(item);
      } catch (...) {
        on_failure_(item, std::current_exception());
      }
    }
  }

  std::size_t most_;
  Work work_;
  OnFailure on_failure_;
  std::deque<T> waiting_;
  TaskGroup workers_;  // destroyed first: they use the rest
};

// Ends when the work on every item has.
template <class T>
Task<void> for_each_at_most(std::size_t most, std::vector<T> items,
                            typename WorkQueue<T>::Work work,
                            typename WorkQueue<T>::OnFailure on_failure) {
  WorkQueue<T> queue(most, std::move(work), std::move(on_failure));
  for (auto& item : items) queue.add(std::move(item));
  co_await await_callback<bool>(
      [&](Completion<bool> done) { queue.when_idle([done] { done(true); }); });
}

}  // namespace cobro::base
