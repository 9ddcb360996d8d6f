#include "service/job.h"

#include <exception>

namespace cobro::service {
namespace {

// A round that always finds more must still let the others breathe.
constexpr int kMaxRoundsAtOnce = 64;

void ignore(std::string_view, std::exception_ptr) {}

}  // namespace

Job::Job(std::string name, base::Duration period, Round round, ports::Clock& clock, ports::Log& log)
    : name_(std::move(name)),
      period_(period),
      round_(std::move(round)),
      clock_(clock),
      log_(log),
      loop_(&ignore) {
  timer_.emplace(&ignore);
}

void Job::start() {
  started_ = true;
  loop_.spawn(name_, run());
}

base::Task<void> Job::run() {
  while (!stopping_) {
    kicked_ = false;
    for (int rounds = 0; rounds < kMaxRoundsAtOnce && !stopping_; ++rounds)
      if (!co_await run_round()) break;
    if (stopping_) co_return;
    co_await base::await_callback<bool>(
        [this](base::Completion<bool> waker) { wait(std::move(waker)); });
  }
}

base::Task<bool> Job::run_round() {
  try {
    co_return co_await round_();
  } catch (const std::exception& error) {
    log_.write(ports::LogLevel::error, "a job failed",
               {{"job", std::string_view(name_)}, {"error", std::string_view(error.what())}});
  }
  co_return false;
}

void Job::wait(base::Completion<bool> waker) {
  waker_ = std::move(waker);
  timer_->spawn("timer", wake_after(kicked_ ? base::Duration{0} : period_));
}

base::Task<void> Job::wake_after(base::Duration span) {
  co_await clock_.sleep(span);
  if (auto waker = std::exchange(waker_, {})) (*waker)(true);
}

void Job::kick() {
  if (std::exchange(kicked_, true) || !waker_) return;
  timer_.emplace(&ignore);  // the sleep under way ends with its group
  timer_->spawn("timer", wake_after(base::Duration{0}));
}

void Job::stop(std::function<void()> stopped) {
  stopping_ = true;
  loop_.when_idle(std::move(stopped));
  timer_.emplace(&ignore);
  if (auto waker = std::exchange(waker_, {})) (*waker)(true);
}

}  // namespace cobro::service
