// A loop on a thread of its own, so that a test can talk to it with plain blocking sockets.
#pragma once

#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "net/loop.h"

namespace cobro::net {

class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.run(); }) {}
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  ~LoopThread() {
    loop.stop();
    thread_.join();
  }

  // Runs `work` on the loop's thread and waits for what it returns.
  template <class Work>
  auto on_loop(Work work) {
    std::promise<decltype(work())> result;
    auto future = result.get_future();
    loop.post([&] {
      try {
        if constexpr (std::is_void_v<decltype(work())>) {
          work();
          result.set_value();
        } else {
          result.set_value(work());
        }
      } catch (...) {
        result.set_exception(std::current_exception());
      }
    });
    return future.get();
  }

  // Starts the task that `make` returns and waits for its value.
  template <class T, class Make>
  T await(Make make) {
    std::promise<T> result;
    auto future = result.get_future();
    std::optional<base::TaskGroup> group;
    on_loop([&] {
      group.emplace(
          [&](std::string_view, std::exception_ptr failure) { result.set_exception(failure); });
      group->spawn("test", deliver<T>(make(), result));
    });
    auto value = future.get();
    on_loop([&] { group.reset(); });
    return value;
  }

  Loop loop;

 private:
  template <class T>
  static base::Task<void> deliver(base::Task<T> task, std::promise<T>& result) {
    result.set_value(co_await task);
  }

  std::thread thread_;
};

}  // namespace cobro::net
