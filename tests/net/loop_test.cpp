#include "net/loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "tests/net/loop_thread.h"

namespace cobro::net {
namespace {

TEST(LoopClock, sleeps_for_about_as_long_as_it_is_told) {
  LoopThread thread;
  LoopClock clock(thread.loop);
  const auto nap = [](LoopClock& on) -> base::Task<base::Duration> {
    const auto before = on.steady();
    co_await on.sleep(std::chrono::milliseconds(5));
    co_return on.steady() - before;
  };
  EXPECT_GE(thread.await<base::Duration>([&] { return nap(clock); }), std::chrono::milliseconds(5));
  EXPECT_GT(clock.now(), base::Timestamp::from_unix_seconds(1'700'000'000));
}

TEST(LoopClock, a_destroyed_sleep_wakes_nobody) {
  LoopThread thread;
  LoopClock clock(thread.loop);
  bool failed = false;
  thread.on_loop([&] {
    base::TaskGroup group([&](std::string_view, std::exception_ptr) { failed = true; });
    group.spawn("sleeper", clock.sleep(std::chrono::milliseconds(1)));
  });
  EXPECT_FALSE(failed);
}

TEST(Loop, delivers_signals_each_time) {
  Loop loop;
  int received = 0;
  loop.catch_signals({SIGTERM});
  loop.on_signal([&](int signal) {
    EXPECT_EQ(signal, SIGTERM);
    if (++received == 2) return loop.stop();
    std::raise(SIGTERM);
  });
  loop.post([] { std::raise(SIGTERM); });
  loop.run();
  EXPECT_EQ(received, 2);
}

TEST(Loop, a_signal_that_was_caught_early_waits_for_whoever_asks) {
  Loop loop;
  loop.catch_signals({SIGHUP, SIGTERM});
  std::raise(SIGHUP);
  std::vector<int> received;
  loop.on_signal([&](int signal) {
    received.push_back(signal);
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(received, std::vector{SIGHUP});
}

TEST(SystemRandom, does_not_repeat_itself) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    std::string bytes(12, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

}  // namespace
}  // namespace cobro::net
