// Group commit by itself, on a database that answers when the test says so.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "contract/world.h"
#include "sim/ground/clock.h"
#include "sim/ground/seeded_random.h"
#include "store/groups/write_groups.h"

namespace cobro::testing {
namespace {

using ports::Changes;
using ports::IdempotencyRecord;
using ports::Loaded;
using ports::WriteError;
using ports::WriteFailure;
using ports::WriteResult;

const domain::Refusal kRefused{.code = domain::RefusalCode::not_found, .message = ""};

// It keeps records, by their keys.
class AnsweringDatabase final : public store::GroupDatabase {
 public:
  // One transaction.
  struct Exchange {
    std::vector<std::string> keys;  // that were read
    std::function<void()> answer;   // to the reads
    std::function<void(std::exception_ptr)> refuse;
    std::optional<Changes> sent;  // with COMMIT
    std::function<void(WriteResult)> conclude;
    std::function<void()> crash;  // a bug: what conclude throws
  };

  base::Task<std::unique_ptr<store::GroupTransaction>> begin(
      std::span<const ports::Reads* const> reads) override {
    auto exchange = std::make_shared<Exchange>();
    std::vector<Loaded> loaded;
    for (const auto* one : reads) {
      exchange->keys.push_back(*one->record_key);
      auto& found = loaded.emplace_back();
      found.record = rows.at(*one->record_key);
      found.order_numbers = {++number_};
    }
    all.push_back(exchange);
    co_await base::await_callback<int>([&](const base::Completion<int>& done) {
      exchange->answer = [done] { done(0); };
      exchange->refuse = [done](std::exception_ptr failure) { done.fail(std::move(failure)); };
    });
    co_return std::make_unique<Transaction>(std::move(loaded), exchange);
  }
  void give_back(const store::UnusedNumbers& numbers) override {
    given_back.insert(given_back.end(), numbers.orders.begin(), numbers.orders.end());
  }

  void commit(std::size_t exchange) {
    for (auto row : all[exchange]->sent->updated<IdempotencyRecord>()) {
      ++row.version;
      rows.insert_or_assign(row.key, row);
    }
    all[exchange]->conclude({});
  }
  void fail(std::size_t exchange, WriteFailure failure) {
    all[exchange]->conclude({WriteError{failure, "as the test wants it"}});
  }

  std::map<std::string, IdempotencyRecord> rows;
  std::vector<std::shared_ptr<Exchange>> all;
  std::vector<std::int64_t> given_back;

 private:
  class Transaction final : public store::GroupTransaction {
   public:
    Transaction(std::vector<Loaded> found, std::shared_ptr<Exchange> exchange)
        : GroupTransaction(std::move(found)), exchange_(std::move(exchange)) {}
    base::Task<WriteResult> commit(Changes changes) override {
      exchange_->sent = std::move(changes);
      co_return co_await base::await_callback<WriteResult>(
          [&](const base::Completion<WriteResult>& done) {
            exchange_->conclude = [done](WriteResult result) { done(std::move(result)); };
            exchange_->crash = [done] {
              done.fail(std::make_exception_ptr(std::runtime_error("a bug")));
            };
          });
    }

   private:
    std::shared_ptr<Exchange> exchange_;
  };

  std::int64_t number_ = 0;
};

class GroupCommit : public ::testing::Test {
 protected:
  struct Write {
    ports::Reads reads;
    ports::Decide decide;
    std::vector<std::int64_t> seen = {};  // versions, of each decision
    std::optional<WriteResult> result = {};
    std::exception_ptr failure = {};
    std::unique_ptr<base::TaskGroup> waits = {};

    [[nodiscard]] bool ended() const { return result || failure; }
    [[nodiscard]] bool committed() const { return result && result->committed(); }
  };

  // A write that changes the record under this key.
  Write& write(const std::string& key) {
    return write(key, [](const Loaded& loaded) { return Changes().update(*loaded.record); });
  }
  Write& write(const std::string& key, const ports::Decide& decide) {
    keep_row(key);
    auto& write = writes.emplace_back();
    write.reads.record_key = key;
    write.decide = [&write, decide](const Loaded& loaded) {
      write.seen.push_back(loaded.record->version);
      return decide(loaded);
    };
    write.waits =
        std::make_unique<base::TaskGroup>([&write](std::string_view, std::exception_ptr failure) {
          write.failure = std::move(failure);
        });
    write.waits->spawn("write", keep(groups.write(write.reads, write.decide), write.result));
    return write;
  }
  void keep_row(const std::string& key) {
    if (database.rows.contains(key)) return;
    IdempotencyRecord record;
    record.id = random.make_id<domain::RecordId>(clock.now());
    record.key = key;
    record.version = 1;
    database.rows.emplace(key, record);
  }
  AnsweringDatabase::Exchange& exchange(std::size_t i) { return *database.all.at(i); }
  // How many transactions began.
  [[nodiscard]] std::size_t begun() const { return database.all.size(); }
  static std::vector<std::string> keys(std::initializer_list<std::string> all) { return all; }
  base::Task<void> twice(const ports::Reads& reads, const ports::Decide& decide,
                         std::optional<WriteResult>& second) {
    (void)co_await groups.write(reads, decide);
    second.emplace(co_await groups.write(reads, decide));
  }

  sim::ManualClock clock;
  sim::SeededRandom random{7};
  AnsweringDatabase database;
  std::deque<Write> writes;
  store::WriteGroups groups{database, clock};

 private:
  static base::Task<void> keep(base::Task<WriteResult> task, std::optional<WriteResult>& into) {
    into.emplace(co_await task);
  }
};

using Versions = std::vector<std::int64_t>;

TEST_F(GroupCommit, a_write_begins_at_once_and_is_told_after_its_commit) {
  auto& a = write("a");
  ASSERT_EQ(begun(), 1U);
  exchange(0).answer();
  ASSERT_TRUE(exchange(0).sent);
  EXPECT_FALSE(a.ended());
  database.commit(0);
  EXPECT_TRUE(a.committed());
}

TEST_F(GroupCommit,
       what_comes_while_one_reads_is_read_together_as_soon_as_that_one_waits_for_the_disk) {
  write("a");
  auto& b = write("b");
  auto& c = write("c");
  ASSERT_EQ(begun(), 1U);
  exchange(0).answer();
  ASSERT_EQ(begun(), 2U);
  EXPECT_EQ(exchange(1).keys, keys({"b", "c"}));
  auto& d = write("d");  // there are two already
  exchange(1).answer();
  EXPECT_EQ(begun(), 2U);
  database.commit(1);
  EXPECT_TRUE(b.committed() && c.committed());
  EXPECT_FALSE(writes[0].ended());
  EXPECT_EQ(begun(), 3U);
  EXPECT_FALSE(d.ended());
}

TEST_F(GroupCommit, what_comes_while_several_wait_for_the_disk_goes_together_after_them) {
  write("a");
  write("b");
  write("c");
  exchange(0).answer();
  database.commit(0);
  exchange(1).answer();  // b and c
  auto& d = write("d");
  auto& e = write("e");
  ASSERT_EQ(begun(), 2U);
  database.commit(1);
  ASSERT_EQ(begun(), 3U);
  EXPECT_EQ(exchange(2).keys, keys({"d", "e"}));
  write("f");
  EXPECT_EQ(begun(), 3U);
  clock.advance(std::chrono::milliseconds(51));  // not for those that take long
  EXPECT_EQ(begun(), 4U);
  exchange(2).answer();
  database.commit(2);
  EXPECT_TRUE(d.committed() && e.committed());
}

TEST_F(GroupCommit, who_takes_long_to_read_holds_up_nobody) {
  write("a");
  auto& b = write("b");
  ASSERT_EQ(begun(), 1U);
  clock.advance(std::chrono::milliseconds(51));
  ASSERT_EQ(begun(), 2U);
  exchange(1).answer();
  database.commit(1);
  EXPECT_TRUE(b.committed());
}

TEST_F(GroupCommit, a_few_that_wait_for_locks_hold_up_nobody) {
  for (const auto* key : {"a", "b", "c"}) {
    write(key);
    exchange(begun() - 1).answer();
    clock.advance(std::chrono::milliseconds(51));
  }
  auto& d = write("d");
  ASSERT_EQ(begun(), 4U);
  exchange(3).answer();
  database.commit(3);
  EXPECT_TRUE(d.committed());
}

TEST_F(GroupCommit, who_is_told_may_write_the_same_row_at_once) {
  keep_row("a");
  const ports::Reads reads{.record_key = "a"};
  const ports::Decide change = [](const Loaded& loaded) {
    return Changes().update(*loaded.record);
  };
  std::optional<WriteResult> second;
  base::TaskGroup follows([](std::string_view, const std::exception_ptr&) { FAIL(); });
  follows.spawn("both", twice(reads, change, second));
  exchange(0).answer();
  database.commit(0);
  ASSERT_EQ(begun(), 2U);
  exchange(1).answer();
  ASSERT_TRUE(exchange(1).sent) << "it was nobody else's write";
  database.commit(1);
  EXPECT_TRUE(second && second->committed());
}

TEST_F(GroupCommit, who_touches_a_row_of_the_same_group_decides_again_after_it) {
  write("x");
  auto& a = write("a");
  auto& again = write("a");
  exchange(0).answer();
  exchange(1).answer();
  EXPECT_EQ(exchange(1).sent->updated<IdempotencyRecord>().size(), 1U);
  database.commit(0);
  clock.advance(std::chrono::milliseconds(51));
  EXPECT_EQ(begun(), 2U) << "it waits for the row, not for a place";
  database.commit(1);
  EXPECT_TRUE(a.committed());
  ASSERT_EQ(begun(), 3U);
  exchange(2).answer();
  EXPECT_EQ(again.seen, Versions({1, 2}));
  EXPECT_FALSE(again.ended());
  database.commit(2);
  EXPECT_TRUE(again.committed());
}

TEST_F(GroupCommit, who_touches_a_row_of_a_group_under_way_decides_again_after_it) {
  auto& a = write("a");
  exchange(0).answer();
  auto& again = write("a");
  ASSERT_EQ(begun(), 2U);
  exchange(1).answer();
  EXPECT_FALSE(exchange(1).sent);
  EXPECT_FALSE(again.ended());
  ASSERT_EQ(begun(), 2U);
  database.commit(0);
  EXPECT_TRUE(a.committed());
  ASSERT_EQ(begun(), 3U);
  exchange(2).answer();
  database.commit(2);
  EXPECT_TRUE(again.committed());
  EXPECT_EQ(again.seen, Versions({1, 2}));
}

TEST_F(GroupCommit, who_read_before_another_group_committed_its_row_decides_again) {
  write("a");
  exchange(0).answer();
  auto& again = write("a");  // has read, and its answer is on its way
  database.commit(0);
  exchange(1).answer();
  EXPECT_FALSE(exchange(1).sent);
  ASSERT_EQ(begun(), 3U);
  exchange(2).answer();
  database.commit(2);
  EXPECT_TRUE(again.committed());
}

TEST_F(GroupCommit, two_that_only_rely_on_a_row_meet) {
  const auto rely = [](const Loaded& loaded) { return Changes().rely_on(*loaded.record); };
  write("x");
  write("a", rely);
  auto& again = write("a", rely);
  exchange(0).answer();
  exchange(1).answer();
  EXPECT_EQ(exchange(1).sent->rows.of<IdempotencyRecord>().relied_on.size(), 1U);
  EXPECT_FALSE(again.ended());
}

TEST_F(GroupCommit, each_of_a_group_that_was_refused_is_run_by_itself) {
  write("x");
  auto& a = write("a");
  auto& b = write("b");
  exchange(0).answer();
  exchange(1).answer();
  database.fail(1, WriteFailure::ceiling);
  EXPECT_FALSE(a.ended() || b.ended());
  ASSERT_EQ(begun(), 4U);
  EXPECT_EQ(exchange(2).keys, keys({"a"}));
  EXPECT_EQ(exchange(3).keys, keys({"b"}));
  exchange(2).answer();
  exchange(3).answer();
  database.fail(2, WriteFailure::ceiling);
  database.commit(3);
  EXPECT_EQ(failure_of(*a.result), WriteFailure::ceiling);
  EXPECT_TRUE(b.committed());
  EXPECT_EQ(b.seen.size(), 2U);
}

TEST_F(GroupCommit, a_bug_in_a_group_is_told_to_whom_it_meets_alone) {
  write("x");
  auto& a = write("a");
  auto& b = write("b");
  exchange(0).answer();
  exchange(1).answer();
  exchange(1).crash();
  ASSERT_EQ(begun(), 4U);
  exchange(2).answer();
  exchange(2).crash();
  exchange(3).answer();
  database.commit(3);
  EXPECT_TRUE(a.failure);
  EXPECT_TRUE(b.committed());
}

TEST_F(GroupCommit, a_commit_without_an_answer_is_unknown_to_all_and_not_tried_again) {
  write("x");
  auto& a = write("a");
  auto& b = write("b");
  exchange(0).answer();
  exchange(1).answer();
  database.fail(1, WriteFailure::unknown_commit);
  ASSERT_TRUE(a.result && b.result);
  EXPECT_EQ(failure_of(*a.result), WriteFailure::unknown_commit);
  EXPECT_EQ(failure_of(*b.result), WriteFailure::unknown_commit);
  EXPECT_EQ(begun(), 2U);
}

TEST_F(GroupCommit, a_database_that_is_away_is_away_to_all) {
  write("x");
  auto& a = write("a");
  auto& b = write("b");
  exchange(0).answer();
  exchange(1).refuse(std::make_exception_ptr(ports::StoreUnavailable("away")));
  EXPECT_EQ(failure_of(*a.result), WriteFailure::unavailable);
  EXPECT_EQ(failure_of(*b.result), WriteFailure::unavailable);
}

TEST_F(GroupCommit, reads_that_cannot_be_done_together_are_done_one_by_one) {
  write("x");
  auto& a = write("a");
  auto& b = write("b");
  exchange(0).answer();
  const auto bug = std::make_exception_ptr(std::runtime_error("a bug"));
  exchange(1).refuse(bug);
  ASSERT_EQ(begun(), 4U);
  exchange(2).refuse(bug);
  EXPECT_TRUE(a.failure);
  exchange(3).answer();
  database.commit(3);
  EXPECT_TRUE(b.committed());
}

TEST_F(GroupCommit, who_refuses_or_throws_is_answered_and_the_others_go_on) {
  write("x");
  auto& refuses = write("a", [](const Loaded&) { return std::unexpected(kRefused); });
  auto& throws = write("b", [](const Loaded&) -> Changes { throw std::runtime_error("a bug"); });
  auto& c = write("c");
  exchange(0).answer();
  exchange(1).answer();
  EXPECT_TRUE(std::holds_alternative<domain::Refusal>(refuses.result->outcome));
  EXPECT_TRUE(throws.failure);
  EXPECT_EQ(exchange(1).sent->updated<IdempotencyRecord>().size(), 1U);
  database.commit(1);
  EXPECT_TRUE(c.committed());
}

TEST_F(GroupCommit, a_group_in_which_all_refuse_commits_nothing) {
  auto& a = write("a", [](const Loaded&) { return std::unexpected(kRefused); });
  exchange(0).answer();
  EXPECT_TRUE(a.ended());
  EXPECT_FALSE(exchange(0).sent);
  write("b");
  EXPECT_EQ(begun(), 2U);
}

TEST_F(GroupCommit, who_has_gone_decides_nothing) {
  write("x");
  auto& a = write("a");
  auto& b = write("b");
  exchange(0).answer();
  a.waits.reset();
  exchange(1).answer();
  EXPECT_TRUE(a.seen.empty());
  database.commit(1);
  EXPECT_TRUE(b.committed());
}

TEST_F(GroupCommit, who_has_gone_while_it_waited_is_not_read_for) {
  write("x");
  auto& gone = write("a");
  gone.waits.reset();
  exchange(0).answer();
  EXPECT_EQ(begun(), 1U);
}

TEST_F(GroupCommit, who_has_gone_before_it_is_run_by_itself_is_not_read_for) {
  write("x");
  auto& gone = write("a");
  write("b");
  exchange(0).answer();
  exchange(1).answer();
  gone.waits.reset();
  database.fail(1, WriteFailure::ceiling);
  ASSERT_EQ(begun(), 3U);
  EXPECT_EQ(exchange(2).keys, keys({"b"}));
}

TEST_F(GroupCommit, one_that_is_left_of_a_group_and_refused_waits_by_itself) {
  write("x");
  write("a", [](const Loaded&) { return std::unexpected(kRefused); });
  auto& b = write("b");
  exchange(0).answer();
  exchange(1).answer();
  database.fail(1, WriteFailure::conflict);  // a lock that a group does not wait for
  EXPECT_FALSE(b.ended());
  ASSERT_EQ(begun(), 3U);
  EXPECT_EQ(exchange(2).keys, keys({"b"}));
}

TEST_F(GroupCommit, numbers_that_no_row_took_are_given_back) {
  write("x");
  write("a");  // number 2
  write("b", [](const Loaded&) { return std::unexpected(kRefused); });
  write("c", [&](const Loaded& loaded) {
    domain::Order order{
        .id = {}, .total = pen(1), .allocated = pen(0), .captured = pen(0), .refunded = pen(0)};
    order.number = loaded.order_numbers.front();
    return Changes().insert(std::move(order));
  });
  exchange(0).answer();
  database.given_back.clear();
  exchange(1).answer();
  EXPECT_EQ(database.given_back, Versions({2, 3}));
}

}  // namespace
}  // namespace cobro::testing
