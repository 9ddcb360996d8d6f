// The service's one thread: an Asio event loop, and the two ports that come with it. Every
// completion of net, store and curl is delivered here; only `post` and `stop` may be called
// from other threads. Whatever uses the loop must be gone before it is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>

#include "ports/clock.h"
#include "ports/random.h"

namespace boost::asio {
class io_context;
}

namespace cobro::net {

class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // Runs until `stop`, also when there is nothing to do. An exception that a posted function
  // lets out comes out here; the loop may be run again.
  void run();
  void stop();
  void post(std::move_only_function<void()> work);
  // From now on these wait for `on_signal`, instead of ending the process.
  void catch_signals(std::initializer_list<int> signals);
  // Called on the loop's thread, each time a signal comes.
  void on_signal(std::function<void(int signal)> received);
  boost::asio::io_context& native();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The clock of real time.
class LoopClock final : public ports::Clock {
 public:
  explicit LoopClock(Loop& loop) : loop_(loop) {}
  [[nodiscard]] base::Timestamp now() const override;
  [[nodiscard]] base::Duration steady() const override;
  base::Task<void> sleep(base::Duration span) override;

 private:
  Loop& loop_;
};

// Chance from the kernel's generator, read 512 bytes at a time. For the loop's thread only.
class SystemRandom final : public ports::Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  void refill();
  std::array<std::uint8_t, 512> pool_{};
  std::size_t used_ = pool_.size();
};

}  // namespace cobro::net
