#include "sandbox/common/webhook_dispatcher.h"

#include <algorithm>
#include <array>
#include <set>

namespace cobro::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConcurrentDeliveries = 32;
constexpr base::Duration kGiveUpAfter = 72h;
constexpr base::Duration kLongestWait = 1h;

// After 1, 5 and 30 s, then 1, 2, 4, … minutes up to an hour.
base::Duration wait_before_retry(int failures) {
  constexpr std::array<base::Duration, 3> kFirst = {1s, 5s, 30s};
  const auto index = static_cast<std::size_t>(failures - 1);
  if (index < kFirst.size()) return kFirst[index];
  constexpr std::size_t kMaxDoublings = 6;
  const auto doublings = std::min(index - kFirst.size(), kMaxDoublings);
  return std::min<base::Duration>(1min * (1 << doublings), kLongestWait);
}

// From the first try until the next one. Not by the event's date, which may be a test clock's.
base::Duration waited_after(int failures) {
  base::Duration all{0};
  for (int failure = 1; failure <= failures; ++failure) all += wait_before_retry(failure);
  return all;
}

}  // namespace

// What one `run` holds: the deliveries under way and the alarms set.
struct WebhookDispatcher::Round {
  explicit Round(WebhookDispatcher& owner)
      : dispatcher(owner), tasks([&log = owner.log_](std::string_view name, std::exception_ptr) {
          log.write(ports::LogLevel::error, "sandbox job failed", {{"job", name}});
        }) {
    dispatcher.round_ = this;
  }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;
  ~Round() { dispatcher.round_ = nullptr; }

  WebhookDispatcher& dispatcher;
  std::set<std::int64_t> under_way;
  std::set<base::Timestamp> alarms;  // the first of them looks what is due
  base::TaskGroup tasks;
};

base::Task<void> WebhookDispatcher::run() {
  Round round(*this);
  wake();
  co_await base::await_callback<int>([](const base::Completion<int>&) {});
}

void WebhookDispatcher::wake() {
  arm(clock_.now());
}

void WebhookDispatcher::arm(base::Timestamp at) {
  if (!round_ || (!round_->alarms.empty() && *round_->alarms.begin() <= at)) return;
  round_->alarms.insert(at);
  round_->tasks.spawn("alarm", sleep_until(at));
}

base::Task<void> WebhookDispatcher::sleep_until(base::Timestamp at) {
  co_await clock_.sleep(std::max(at - clock_.now(), base::Duration{0}));
  round_->alarms.erase(at);
  work();
}

void WebhookDispatcher::work() {
  gateway_.run_due_jobs();
  start_deliveries();
  if (const auto next = database_.next_due_after(clock_.now())) arm(*next);
}

void WebhookDispatcher::start_deliveries() {
  const auto due =
      database_.due_deliveries(clock_.now(), static_cast<int>(2 * kConcurrentDeliveries));
  for (const auto& delivery : due) {
    if (round_->under_way.size() >= kConcurrentDeliveries) return;
    if (round_->under_way.insert(delivery.seq).second)
      round_->tasks.spawn("deliver", deliver(delivery));
  }
}

base::Task<void> WebhookDispatcher::deliver(Delivery delivery) {
  bool taken = true;  // what is for nobody any more needs no delivery
  if (auto request = gateway_.webhook_request(delivery)) {
    const auto response = co_await http_.send(std::move(*request));
    taken = response && response->status >= 200 && response->status < 300;
  }
  note_outcome(delivery, taken);
  round_->under_way.erase(delivery.seq);
  wake();
}

void WebhookDispatcher::note_outcome(const Delivery& delivery, bool taken) {
  if (taken) return database_.end_delivery(delivery.seq);
  const int failures = delivery.attempts + 1;
  if (waited_after(failures) > kGiveUpAfter) {
    log_.write(ports::LogLevel::warning, "sandbox webhook given up", {{"to", delivery.target}});
    return database_.end_delivery(delivery.seq);
  }
  database_.postpone_delivery(delivery.seq, failures, clock_.now() + wait_before_retry(failures));
}

}  // namespace cobro::sandbox
