#include "base/task.h"

#include <unordered_map>

namespace cobro::base {

// A root is an eager coroutine that owns itself until it ends; the group knows the
// handles of those still running and destroys them when it goes.
struct TaskGroup::Root {
  struct promise_type {
    Root get_return_object() noexcept {
      return Root{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

struct TaskGroup::State {
  OnFailure on_failure;
  std::unordered_map<std::size_t, std::coroutine_handle<>> running;
  std::size_t next = 0;
  std::function<void()> idle;

  static Root run(std::shared_ptr<State> state, std::size_t id, std::string name, Task<void> task) {
    std::exception_ptr failure;
    try {
      co_await task;
    } catch (...) {
      failure = std::current_exception();
    }
    state->running.erase(id);
    if (failure) state->on_failure(name, failure);
    if (state->running.empty() && state->idle) std::exchange(state->idle, {})();
  }
};

TaskGroup::TaskGroup(OnFailure on_failure) : state_(std::make_shared<State>()) {
  state_->on_failure = std::move(on_failure);
}

TaskGroup::~TaskGroup() {
  state_->idle = {};
  for (auto running = std::exchange(state_->running, {}); auto& [id, handle] : running)
    handle.destroy();
}

void TaskGroup::spawn(std::string name, Task<void> task) {
  const std::size_t id = state_->next++;
  auto root = State::run(state_, id, std::move(name), std::move(task));
  state_->running.emplace(id, root.handle);
  root.handle.resume();
}

std::size_t TaskGroup::running() const {
  return state_->running.size();
}

void TaskGroup::when_idle(std::function<void()> done) {
  if (state_->running.empty()) return done();
  state_->idle = std::move(done);
}

}  // namespace cobro::base
