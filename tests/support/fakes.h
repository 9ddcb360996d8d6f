// Fakes for every port a test needs: virtual time, seeded chance, recorded HTTP. Header
// only; one thread. A clock must outlive the tasks that sleep on it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "ports/random.h"
#include "wire/message.h"

namespace cobro::testing {

// Virtual time: stands still until a test moves it. Sleepers wake in order of their due
// time, then in the order they went to sleep.
class ManualClock final : public ports::Clock {
 public:
  explicit ManualClock(base::Timestamp start = base::Timestamp::from_unix_seconds(1'762'340'400))
      : start_(start) {}
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;

  [[nodiscard]] base::Timestamp now() const override { return start_ + steady_; }
  [[nodiscard]] base::Duration steady() const override { return steady_; }

  base::Task<void> sleep(base::Duration span) override {
    Alarm alarm{*this, {steady_ + std::max(span, base::Duration{0}), next_++}};
    co_await base::await_callback<int>([&alarm](base::Completion<int> done) {
      alarm.clock.alarms_.emplace(alarm.key, std::move(done));
    });
  }

  // Jumps to the next sleeper and wakes it; false when nobody sleeps.
  bool step() {
    if (alarms_.empty()) return false;
    auto next = alarms_.extract(alarms_.begin());
    steady_ = std::max(steady_, next.key().first);
    next.mapped()(0);
    return true;
  }
  // Wakes everyone due within `span`, then stands at its end.
  void advance(base::Duration span) {
    const base::Duration end = steady_ + span;
    while (!alarms_.empty() && alarms_.begin()->first.first <= end) step();
    steady_ = end;
  }
  // Until nobody sleeps. Only for work that ends; a job loop needs `advance`.
  void run_until_idle() {
    for (int steps = 0; step(); ++steps)
      if (steps > kMaxSteps) throw std::runtime_error("virtual time does not come to rest");
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
  base::Duration steady_{0};
  std::uint64_t next_ = 0;
  std::map<Key, base::Completion<int>> alarms_;
};

// SplitMix64: the same seed, the same chance.
class SeededRandom final : public ports::Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i % 8 == 0) word = next();
      bytes[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
    }
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

// Keeps every request and answers as the test says: 200 with an empty body by default.
class RecordingHttpClient final : public ports::HttpClient {
 public:
  using Answer = std::function<ports::HttpResult(const ports::HttpRequest&)>;

  base::Task<ports::HttpResult> send(ports::HttpRequest request) override {
    requests.push_back(request);
    if (delay.count() > 0 && clock) co_await clock->sleep(delay);
    co_return answer ? answer(request) : ports::HttpResult(ports::HttpResponse{200, {}, {}});
  }

  std::vector<ports::HttpRequest> requests;
  Answer answer;
  ports::Clock* clock = nullptr;  // with `delay`: how long an answer takes
  base::Duration delay{0};
};

// Hands each request to the handler of its origin ("http://stripe.test"), without a socket.
class LoopbackHttpClient final : public ports::HttpClient {
 public:
  void connect(std::string origin, wire::Handler handler) {
    handlers_[std::move(origin)] = std::move(handler);
  }

  base::Task<ports::HttpResult> send(ports::HttpRequest request) override {
    const auto path = request.url.find('/', request.url.find("://") + 3);
    const auto found = handlers_.find(request.url.substr(0, path));
    if (found == handlers_.end())
      co_return std::unexpected(
          ports::HttpFailure{ports::HttpFailure::Kind::unreachable, "nobody"});
    std::string target = path == std::string::npos ? "/" : request.url.substr(path);
    const auto mark = target.find('?');
    wire::Request incoming{request.method,
                           target.substr(0, mark),
                           mark == std::string::npos ? "" : target.substr(mark + 1),
                           request.headers,
                           request.body,
                           "127.0.0.1"};
    wire::Reply reply = co_await found->second(std::move(incoming));
    co_return ports::HttpResponse{reply.status, std::move(reply.headers), std::move(reply.body)};
  }

 private:
  std::map<std::string, wire::Handler> handlers_;
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

}  // namespace cobro::testing
