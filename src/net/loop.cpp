#include "net/loop.h"

#include <sys/random.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace cobro::net {
namespace asio = boost::asio;

struct Loop::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::signal_set signals{io};
  std::function<void(int)> received;

  void await_signal() {
    signals.async_wait([this](boost::system::error_code failed, int signal) {
      if (failed) return;
      await_signal();
      received(signal);
    });
  }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  // A peer that went away is an error code of the write, not a signal (OpenSSL inside curl
  // writes without MSG_NOSIGNAL).
  std::signal(SIGPIPE, SIG_IGN);
}

Loop::~Loop() = default;

void Loop::run() {
  if (impl_->io.stopped()) impl_->io.restart();
  impl_->io.run();
}

void Loop::stop() {
  impl_->io.stop();
}

void Loop::post(std::move_only_function<void()> work) {
  asio::post(impl_->io, std::move(work));
}

void Loop::catch_signals(std::initializer_list<int> signals) {
  for (const int signal : signals) impl_->signals.add(signal);
}

void Loop::on_signal(std::function<void(int)> received) {
  const bool first = !impl_->received;
  impl_->received = std::move(received);
  if (first) impl_->await_signal();
}

asio::io_context& Loop::native() {
  return impl_->io;
}

base::Timestamp LoopClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<base::Duration>(since_epoch).count()};
}

base::Duration LoopClock::steady() const {
  const auto since_origin = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<base::Duration>(since_origin);
}

base::Task<void> LoopClock::sleep(base::Duration span) {
  asio::steady_timer timer(loop_.native(), span);
  co_await base::await_callback<bool>([&timer](base::Completion<bool> done) {
    timer.async_wait([done](boost::system::error_code cancelled) {
      if (!cancelled) done(true);
    });
  });
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (used_ == pool_.size()) refill();
    const auto count = std::min(bytes.size(), pool_.size() - used_);
    const auto first = pool_.begin() + static_cast<std::ptrdiff_t>(used_);
    std::copy_n(first, count, bytes.begin());
    std::fill_n(first, count, std::uint8_t{0});  // what was given out is not kept
    used_ += count;
    bytes = bytes.subspan(count);
  }
}

void SystemRandom::refill() {
  std::size_t filled = 0;
  while (filled < pool_.size()) {
    const auto got = getrandom(pool_.data() + filled, pool_.size() - filled, 0);
    if (got < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "getrandom");
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  used_ = 0;
}

}  // namespace cobro::net
