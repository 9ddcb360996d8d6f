#include "main/shutdown.h"

#include <csignal>
#include <cstdlib>
#include <exception>

namespace cobro {
namespace {

void log_failure(ports::Log& log, std::string_view event, std::exception_ptr failure) {
  try {
    std::rethrow_exception(std::move(failure));
  } catch (const std::exception& error) {
    log.write(ports::LogLevel::error, event, {{"error", std::string_view(error.what())}});
  } catch (...) {
    log.write(ports::LogLevel::error, event);
  }
}

base::Task<void> drain_and_stop(std::function<base::Task<void>()> drain, net::Loop& loop,
                                ports::Log& log) {
  try {
    co_await drain();
  } catch (...) {
    log_failure(log, "the drain failed", std::current_exception());
  }
  loop.stop();
}

// The completion is called from the loop, not from inside the task that it ends: the awaiter
// destroys that task.
base::Task<void> report(base::Task<void> task, net::Loop& loop, base::Completion<bool> done,
                        bool value) {
  co_await task;
  loop.post([done = std::move(done), value] { done(value); });
}

extern "C" void end_at_once(int) {
  std::_Exit(1);
}

// Not by the loop, which may hang, or be gone while what it served is being closed.
void end_at_next_signal() {
  for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, end_at_once);
}

}  // namespace

base::Task<bool> ended_within(base::Task<void> task, net::Loop& loop, base::Duration limit) {
  net::LoopClock clock(loop);
  base::TaskGroup race([](std::string_view, std::exception_ptr) {});
  co_return co_await base::await_callback<bool>([&](base::Completion<bool> done) {
    race.spawn("task", report(std::move(task), loop, done, true));
    race.spawn("limit", report(clock.sleep(limit), loop, done, false));
  });
}

void ignore_signals() {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
}

void run_until_signal(net::Loop& loop, SignalWork work, ports::Log& log) {
  base::TaskGroup tasks([&log](std::string_view name, std::exception_ptr failure) {
    log_failure(log, name, std::move(failure));
  });
  bool draining = false;
  bool ended = false;
  loop.catch_signals({SIGTERM, SIGINT, SIGHUP});
  loop.on_signal([&](int signal) {
    if (signal == SIGHUP) return draining ? void() : work.reload();
    if (std::exchange(draining, true)) std::_Exit(1);  // came before the next line
    end_at_next_signal();
    log.write(ports::LogLevel::info, "stopping", {{"signal", std::int64_t{signal}}});
    tasks.spawn("drain", drain_and_stop(work.drain, loop, log));
  });
  while (!ended) {
    try {
      loop.run();
      ended = true;
    } catch (...) {
      log_failure(log, "unexpected failure", std::current_exception());
    }
  }
  loop.on_signal([](int) {});
}

}  // namespace cobro
