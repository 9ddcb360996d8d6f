#include "base/task.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cobro::base {

namespace {

std::optional<Completion<int>> pending;

Task<int> wait_for_number() {
  co_return co_await await_callback<int>([](Completion<int> done) { pending = done; });
}

Task<void> add_twice(int& sum) {
  sum += co_await wait_for_number();
  sum += co_await wait_for_number();
}

Task<void> fail_after_wait() {
  co_await wait_for_number();
  throw std::runtime_error("broken");
}

struct Flag {
  bool& destroyed;
  ~Flag() { destroyed = true; }
};

Task<void> hold(bool& destroyed) {
  const Flag flag{destroyed};
  co_await wait_for_number();
}

}  // namespace

TEST(Task, goes_on_where_it_awaited) {
  int sum = 0;
  bool idle = false;
  TaskGroup group([](auto, auto) { FAIL(); });
  group.spawn("sum", add_twice(sum));
  group.when_idle([&] { idle = true; });
  (*pending)(20);
  EXPECT_EQ(group.running(), 1U);
  (*pending)(22);
  EXPECT_EQ(sum, 42);
  EXPECT_EQ(group.running(), 0U);
  EXPECT_TRUE(idle);
}

TEST(Task, a_completion_counts_once) {
  int sum = 0;
  TaskGroup group([](auto, auto) { FAIL(); });
  group.spawn("sum", add_twice(sum));
  const auto first = *pending;
  first(1);
  first(100);
  EXPECT_EQ(sum, 1);
}

TEST(Task, a_failure_is_reported_by_name) {
  std::string failed;
  TaskGroup group([&](std::string_view name, const std::exception_ptr&) { failed = name; });
  group.spawn("job", fail_after_wait());
  (*pending)(0);
  EXPECT_EQ(failed, "job");
}

TEST(Task, destroying_the_group_destroys_what_waits_and_late_completions_do_nothing) {
  bool destroyed = false;
  {
    TaskGroup group([](auto, auto) { FAIL(); });
    group.spawn("hold", hold(destroyed));
    EXPECT_FALSE(destroyed);
  }
  EXPECT_TRUE(destroyed);
  (*pending)(1);
}

}  // namespace cobro::base
