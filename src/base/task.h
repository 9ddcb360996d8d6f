// Task<T>: the coroutine type of the whole service.
//
// A Task is lazy: it starts when awaited and resumes its awaiter by symmetric
// transfer. It knows no executor: whoever completes an operation (a socket, a
// timer, the SQLite thread) calls its Completion on the service's own thread, and
// the coroutine goes on from there. Production completes from an Asio loop, the
// simulator from a queue of its own; the service cannot tell them apart. (Why not
// boost::asio::awaitable: docs/decisions/0001.)
//
// Destroying a Task destroys its frame and, through it, everything it awaits: that
// is how the simulator crashes the service at an await point. A Completion whose
// awaiter is gone does nothing.
//
// Arguments of a coroutine are values, or references to what the caller owns for
// the whole await. Coroutine lambdas must not capture.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cobro::base {

template <class T>
class Task;

namespace detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
    return done.promise().continuation;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> result;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& value) {
    result.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() noexcept { result.template emplace<2>(std::current_exception()); }
  T take() {
    if (result.index() == 2) std::rethrow_exception(std::get<2>(result));
    return std::move(std::get<1>(result));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr failure;
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void unhandled_exception() noexcept { failure = std::current_exception(); }
  void take() {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

template <class T>
struct Suspension {
  std::coroutine_handle<> awaiter;
  std::optional<T> value;
  std::exception_ptr failure;
  bool abandoned = false;
};
}  // namespace detail

// The receiving end of one callback-style operation. Call it once, on the service's
// thread; later calls, and calls after the awaiter was destroyed, do nothing.
template <class T>
class Completion {
 public:
  explicit Completion(std::shared_ptr<detail::Suspension<T>> state) : state_(std::move(state)) {}

  void operator()(T value) const {
    if (settled()) return;
    state_->value.emplace(std::move(value));
    resume();
  }
  void fail(std::exception_ptr failure) const {
    if (settled()) return;
    state_->failure = std::move(failure);
    resume();
  }

 private:
  bool settled() const { return state_->abandoned || state_->value || state_->failure; }
  void resume() const {
    if (auto awaiter = std::exchange(state_->awaiter, {})) awaiter.resume();
  }
  std::shared_ptr<detail::Suspension<T>> state_;
};

// co_await callback<T>(start): suspends, calls start(Completion<T>) and yields the
// value the completion is given (it may be given at once, inside start).
template <class T, class Start>
class callback {
 public:
  explicit callback(Start start)
      : start_(std::move(start)), state_(std::make_shared<detail::Suspension<T>>()) {}
  callback(const callback&) = delete;
  callback& operator=(const callback&) = delete;
  ~callback() { state_->abandoned = true; }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter) {
    start_(Completion<T>(state_));
    if (state_->value || state_->failure) return false;
    state_->awaiter = awaiter;
    return true;
  }
  T await_resume() {
    if (state_->failure) std::rethrow_exception(state_->failure);
    return std::move(*state_->value);
  }

 private:
  Start start_;
  std::shared_ptr<detail::Suspension<T>> state_;
};

// Makes `callback<T>` from a lambda: co_await await_callback<int>([&](auto done) {…}).
template <class T, class Start>
callback<T, Start> await_callback(Start start) {
  return callback<T, Start>(std::move(start));
}

// Owns root tasks: the one way to start work that nobody awaits. A task that ends
// with an exception is reported to `on_failure` by its name; nothing is swallowed.
// Destroying the group destroys every task still running, at its await point.
class TaskGroup {
 public:
  using OnFailure = std::function<void(std::string_view name, std::exception_ptr failure)>;

  explicit TaskGroup(OnFailure on_failure);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  // Starts the task at once, on this thread, up to its first suspension.
  void spawn(std::string name, Task<void> task);
  [[nodiscard]] std::size_t running() const;
  // Calls `done` when no task runs any more (at once when none does).
  void when_idle(std::function<void()> done);

 private:
  struct Root;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cobro::base
