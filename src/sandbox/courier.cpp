#include "sandbox/courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "sandbox/events.h"
#include "sandbox/later_actions.h"
#include "sandbox/webhook_endpoints.h"

namespace cobro::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConcurrentDeliveries = 32;
constexpr base::Duration kDeliveryTimeout = 10s;
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

std::string signature_header(std::string_view secret, std::int64_t unix_seconds,
                             std::string_view body) {
  const auto signed_text = fmt::format("{}.{}", unix_seconds, body);
  return fmt::format("t={},v1={}", unix_seconds,
                     base::to_hex(crypto::hmac_sha256(secret, signed_text)));
}

// What one `run` holds: the deliveries under way and the alarms set.
struct Courier::Round {
  explicit Round(Courier& owner)
      : courier(owner), tasks([&log = owner.log_](std::string_view name, std::exception_ptr) {
          log.write(ports::LogLevel::error, "sandbox job failed", {{"job", name}});
        }) {
    courier.round_ = this;
  }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;
  ~Round() { courier.round_ = nullptr; }

  Courier& courier;
  std::set<std::int64_t> under_way;
  std::set<base::Timestamp> alarms;  // the first of them looks what is due
  base::TaskGroup tasks;
};

base::Task<void> Courier::run() {
  Round round(*this);
  wake();
  co_await base::await_callback<int>([](const base::Completion<int>&) {});
}

void Courier::wake() {
  arm(account_.real_now());
}

void Courier::arm(base::Timestamp at) {
  if (!round_ || (!round_->alarms.empty() && *round_->alarms.begin() <= at)) return;
  round_->alarms.insert(at);
  round_->tasks.spawn("alarm", sleep_until(at));
}

base::Task<void> Courier::sleep_until(base::Timestamp at) {
  co_await clock_.sleep(std::max(at - account_.real_now(), base::Duration{0}));
  round_->alarms.erase(at);
  work();
}

void Courier::work() {
  run_due_actions(account_);
  start_deliveries();
  if (const auto next = account_.database.next_due_after(account_.real_now())) arm(*next);
}

void Courier::start_deliveries() {
  const auto due = account_.database.due_deliveries(account_.real_now(),
                                                    static_cast<int>(2 * kConcurrentDeliveries));
  for (const auto& delivery : due) {
    if (round_->under_way.size() >= kConcurrentDeliveries) return;
    if (round_->under_way.insert(delivery.seq).second)
      round_->tasks.spawn("deliver", deliver(delivery));
  }
}

base::Task<void> Courier::deliver(Delivery delivery) {
  const auto event = account_.database.find_event(delivery.event);
  const auto target = find_webhook_target(account_, delivery.target);
  bool taken = true;  // what has no target or event any more needs no delivery
  if (event && target) {
    ports::HttpRequest request{"POST", target->url, {}, {}, kDeliveryTimeout};
    request.body = event_body(*event, account_.database.pending_deliveries(event->seq));
    request.headers.add("Content-Type", "application/json; charset=utf-8");
    request.headers.add("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
    request.headers.add("Stripe-Signature",
                        signature_header(target->secret.reveal(),
                                         account_.real_now().unix_seconds(), request.body));
    const auto response = co_await http_.send(std::move(request));
    taken = response && response->status >= 200 && response->status < 300;
  }
  note_outcome(delivery, taken);
  round_->under_way.erase(delivery.seq);
  wake();
}

void Courier::note_outcome(const Delivery& delivery, bool taken) {
  if (taken) return account_.database.end_delivery(delivery.seq);
  const int failures = delivery.attempts + 1;
  if (waited_after(failures) > kGiveUpAfter) {
    log_.write(ports::LogLevel::warning, "sandbox webhook given up", {{"to", delivery.target}});
    return account_.database.end_delivery(delivery.seq);
  }
  account_.database.postpone_delivery(delivery.seq, failures,
                                      account_.real_now() + wait_before_retry(failures));
}

}  // namespace cobro::sandbox
