#include "base/work_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

namespace cobro::base {

namespace {

// Work that ends when the test says so.
struct Bench {
  std::map<int, Completion<bool>> running;
  std::vector<int> ended;
  std::vector<int> failed;
  int destroyed = 0;

  WorkQueue<int>::Work work() {
    return [this](const int& item) { return hold(*this, item); };
  }
  WorkQueue<int>::OnFailure on_failure() {
    return [this](const int& item, std::exception_ptr) { failed.push_back(item); };
  }
  void end(int item, bool well = true) {
    const auto completion = running.at(item);
    running.erase(item);
    completion(well);
  }

 private:
  struct Frame {
    Bench& bench;
    ~Frame() { ++bench.destroyed; }
  };
  static Task<void> hold(Bench& bench, const int& item) {
    const Frame frame{bench};
    const bool well = co_await await_callback<bool>(
        [&](Completion<bool> done) { bench.running.emplace(item, done); });
    if (!well) throw std::runtime_error("broken");
    bench.ended.push_back(item);
  }
};

Task<void> sum_up(int& sum, const int& item) {
  sum += item;
  co_return;
}

Task<void> mark_end(Task<void> task, bool& ended) {
  co_await task;
  ended = true;
}

}  // namespace

TEST(WorkQueue, begins_no_more_than_so_many_and_the_next_when_one_ends) {
  Bench bench;
  WorkQueue<int> queue(2, bench.work(), bench.on_failure());
  for (int item : {1, 2, 3, 4}) queue.add(item);
  EXPECT_EQ(bench.running.size(), 2U);
  EXPECT_EQ(queue.waiting(), 2U);
  bench.end(2);
  EXPECT_TRUE(bench.running.contains(3));
  bench.end(3);
  bench.end(4);
  EXPECT_EQ(bench.ended, (std::vector{2, 3, 4})) << "1 hangs and holds up nobody";
  EXPECT_EQ(bench.running.size(), 1U);
}

TEST(WorkQueue, one_that_throws_is_reported_and_the_others_go_on) {
  Bench bench;
  WorkQueue<int> queue(1, bench.work(), bench.on_failure());
  for (int item : {1, 2}) queue.add(item);
  bench.end(1, false);
  bench.end(2);
  EXPECT_EQ(bench.failed, std::vector{1});
  EXPECT_EQ(bench.ended, std::vector{2});
}

TEST(WorkQueue, what_has_not_begun_can_be_dropped_and_the_rest_ends) {
  Bench bench;
  WorkQueue<int> queue(1, bench.work(), bench.on_failure());
  for (int item : {1, 2}) queue.add(item);
  queue.drop_waiting();
  bool idle = false;
  queue.when_idle([&] { idle = true; });
  EXPECT_FALSE(idle);
  bench.end(1);
  EXPECT_TRUE(idle);
  EXPECT_TRUE(bench.running.empty());
}

TEST(WorkQueue, destroying_it_destroys_what_runs_and_late_completions_do_nothing) {
  Bench bench;
  {
    WorkQueue<int> queue(2, bench.work(), bench.on_failure());
    for (int item : {1, 2, 3}) queue.add(item);
  }
  EXPECT_EQ(bench.destroyed, 2);
  bench.end(1);
  EXPECT_TRUE(bench.ended.empty());
}

TEST(ForEachAtMost, ends_when_every_item_has_whatever_became_of_it) {
  Bench bench;
  bool ended = false;
  TaskGroup group([](auto, auto) { FAIL(); });
  group.spawn("all", mark_end(for_each_at_most<int>(2, {1, 2, 3}, bench.work(), bench.on_failure()),
                              ended));
  bench.end(1, false);
  bench.end(3);
  EXPECT_FALSE(ended);
  bench.end(2);
  EXPECT_TRUE(ended);
  EXPECT_EQ(group.running(), 0U);
}

TEST(ForEachAtMost, work_that_never_waits_ends_at_once_and_so_does_none) {
  int sum = 0;
  bool ended = false;
  TaskGroup group([](auto, auto) { FAIL(); });
  std::vector<int> many(100'000, 1);
  group.spawn("many", mark_end(for_each_at_most<int>(
                                   8, std::move(many),
                                   [&](const int& item) { return sum_up(sum, item); }, {}),
                               ended));
  EXPECT_TRUE(ended);
  EXPECT_EQ(sum, 100'000);
  ended = false;
  group.spawn("none", mark_end(for_each_at_most<int>(8, {}, {}, {}), ended));
  EXPECT_TRUE(ended);
}

TEST(ForEachAtMost, destroying_the_caller_destroys_every_piece) {
  Bench bench;
  bool ended = false;
  {
    TaskGroup group([](auto, auto) { FAIL(); });
    group.spawn(
        "all",
        mark_end(for_each_at_most<int>(2, {1, 2, 3}, bench.work(), bench.on_failure()), ended));
  }
  EXPECT_EQ(bench.destroyed, 2);
  bench.end(2);
  EXPECT_FALSE(ended);
  EXPECT_TRUE(bench.ended.empty());
}

}  // namespace cobro::base
