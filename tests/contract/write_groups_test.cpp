// Writes that come together: on PostgreSQL they are committed together (docs/decisions/0005), and
// nobody can tell. What one of them does costs no other.
#include <algorithm>

#include "contract/world.h"

namespace cobro::testing {
namespace {

using ports::Changes;
using ports::Decide;
using ports::Loaded;
using ports::WriteFailure;
using ports::WriteResult;

constexpr std::size_t kMany = 24;

class TogetherWritten : public StoreContract {
 protected:
  TogetherWritten() {
    for (std::size_t i = 0; i < kMany; ++i) {
      payments.push_back(make.captured(1000));
      reads.push_back(reads_of(ports::PaymentRef{payments[i].id}));
      decisions.emplace_back(&count_one);
    }
    must_write(ports::Changes().insert_all(payments));
  }

  static Changes count_one(const Loaded& loaded) {
    auto payment = *loaded.payment;
    ++payment.event_sequence;
    return ports::Changes().update(std::move(payment));
  }
  std::int64_t counted(std::size_t i) {
    return load(ports::PaymentRef{payments[i].id}).payment->event_sequence;
  }
  void expect_all_but(std::size_t odd, const std::vector<WriteResult>& results) {
    for (std::size_t i = 0; i < kMany; ++i) {
      if (i == odd) continue;
      EXPECT_TRUE(results[i].committed()) << i;
      EXPECT_EQ(counted(i), 1) << i;
    }
  }

  std::vector<domain::Payment> payments;
  std::vector<ports::Reads> reads;
  std::vector<Decide> decisions;
};

TEST_P(TogetherWritten, all_are_committed) {
  EXPECT_EQ(committed(write_all(reads, decisions)), kMany);
  for (std::size_t i = 0; i < kMany; ++i) EXPECT_EQ(counted(i), 1);
}

TEST_P(TogetherWritten, each_sees_what_the_one_before_it_wrote_to_the_same_row) {
  for (auto& one : reads) one = reads.front();
  std::size_t done = 0;
  for (int rounds = 0; done < kMany && rounds < 100; ++rounds) {
    const std::size_t left = kMany - done;
    done += committed(write_all({reads.begin(), reads.begin() + static_cast<int>(left)},
                                {decisions.begin(), decisions.begin() + static_cast<int>(left)}));
  }
  EXPECT_EQ(counted(0), static_cast<std::int64_t>(kMany));
}

TEST_P(TogetherWritten, one_that_breaks_a_ceiling_costs_only_itself) {
  const std::size_t odd = kMany / 2;
  decisions[odd] = [](const Loaded& loaded) {
    auto changes = count_one(loaded);
    changes.updated<domain::Payment>().front().refunding = pen(1001);
    return changes;
  };
  const auto results = write_all(reads, decisions);
  EXPECT_EQ(failure_of(results[odd]), WriteFailure::ceiling);
  EXPECT_EQ(constraint_of(results[odd]), "refund_ceiling");
  EXPECT_EQ(counted(odd), 0);
  expect_all_but(odd, results);
}

TEST_P(TogetherWritten, one_that_decided_on_an_old_version_costs_only_itself) {
  const std::size_t odd = kMany / 2;
  decisions[odd] = [](const Loaded& loaded) {
    auto changes = count_one(loaded);
    changes.updated<domain::Payment>().front().version += 7;
    return changes;
  };
  const auto results = write_all(reads, decisions);
  EXPECT_EQ(failure_of(results[odd]), WriteFailure::conflict);
  EXPECT_EQ(counted(odd), 0);
  expect_all_but(odd, results);
}

TEST_P(TogetherWritten, two_with_one_unique_key_cost_no_third) {
  for (const std::size_t odd : {kMany / 2, kMany / 2 + 1})
    decisions[odd] = [record = make.record("same")](const Loaded& loaded) {
      auto changes = count_one(loaded);
      changes.insert(record);
      return changes;
    };
  const auto results = write_all(reads, decisions);
  EXPECT_EQ(committed(results), kMany - 1);
  EXPECT_EQ(counted(kMany / 2) + counted(kMany / 2 + 1), 1);
}

TEST_P(TogetherWritten, one_that_refuses_writes_nothing) {
  const std::size_t odd = kMany / 2;
  decisions[odd] = [](const Loaded&) {
    return std::unexpected(domain::Refusal{.code = domain::RefusalCode::not_found, .message = ""});
  };
  const auto results = write_all(reads, decisions);
  EXPECT_TRUE(std::holds_alternative<domain::Refusal>(results[odd].outcome));
  expect_all_but(odd, results);
}

TEST_P(TogetherWritten, numbers_are_of_one_each) {
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < kMany; ++i) {
    reads[i].order_numbers = 2;
    decisions[i] = [&, i](const Loaded& loaded) {
      Changes changes;
      for (const auto number : loaded.order_numbers) {
        // Every third uses one of its two.
        if (i % 3 == 0 && number == loaded.order_numbers.front()) continue;
        auto order = make.order(1000);
        order.number = number;
        changes.insert(std::move(order));
      }
      return changes;
    };
  }
  EXPECT_EQ(committed(write_all(reads, decisions)), kMany);
}

INSTANTIATE_TEST_SUITE_P(Stores, TogetherWritten, ::testing::ValuesIn(backends()),
                         ::testing::PrintToStringParamName());

// What only a server can do to them.
class GroupsOnPostgres : public TogetherWritten {
 protected:
  static base::Task<void> ignore(base::Task<WriteResult> task) { (void)co_await task; }
  static base::Task<void> tell(base::Task<WriteResult> task, bool held, std::size_t& done,
                               bool& held_done) {
    EXPECT_TRUE((co_await task).committed());
    if (held)
      held_done = true;
    else
      ++done;
  }
};

TEST_P(GroupsOnPostgres, one_that_throws_is_told_so_alone) {
  decisions[kMany / 2] = [](const Loaded&) -> Changes { throw std::runtime_error("a bug"); };
  std::size_t thrown = 0;
  base::TaskGroup group([&](std::string_view, const std::exception_ptr&) { ++thrown; });
  for (std::size_t i = 0; i < kMany; ++i)
    group.spawn("write", ignore(store->write(reads[i], decisions[i])));
  backend->run_until([&] { return group.running() == 0; });
  EXPECT_EQ(thrown, 1U);
  for (std::size_t i = 0; i < kMany; ++i) EXPECT_EQ(counted(i), i == kMany / 2 ? 0 : 1);
}

TEST_P(GroupsOnPostgres, writers_of_one_row_wait_for_each_other_and_decide_once_more) {
  for (auto& one : reads) one = reads.front();
  EXPECT_EQ(committed(write_all(reads, decisions)), kMany);
  EXPECT_EQ(counted(0), static_cast<std::int64_t>(kMany));
}

TEST_P(GroupsOnPostgres, who_relies_on_a_row_sees_what_the_one_before_hung_on_it) {
  const auto order = make.order(1000);
  must_write(ports::Changes().insert(order));
  std::vector<std::size_t> seen(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    reads[i] = reads_of(ports::OrderRef{order.id});
    decisions[i] = [&, i](const Loaded& loaded) {
      seen[i] = loaded.order_payments.size();
      return ports::Changes().insert(make.payment_of(order, 1)).rely_on(*loaded.order);
    };
  }
  EXPECT_EQ(committed(write_all(reads, decisions)), kMany);
  std::ranges::sort(seen);
  for (std::size_t i = 0; i < kMany; ++i) EXPECT_EQ(seen[i], i);
}

TEST_P(GroupsOnPostgres, a_row_that_somebody_else_holds_holds_up_nobody_else) {
  const auto other = backend->session();
  const std::size_t held = kMany / 2;
  other("BEGIN; SELECT 1 FROM payments WHERE id = '" + payments[held].id.to_string() +
        "' FOR UPDATE");
  std::size_t done = 0;
  bool held_done = false;
  base::TaskGroup group(
      [](std::string_view, const std::exception_ptr& failure) { std::rethrow_exception(failure); });
  for (std::size_t i = 0; i < kMany; ++i)
    group.spawn("write", tell(store->write(reads[i], decisions[i]), i == held, done, held_done));
  backend->run_until([&] { return done == kMany - 1; });
  EXPECT_FALSE(held_done);
  other("COMMIT");
  backend->run_until([&] { return held_done; });
  EXPECT_EQ(counted(held), 1);
}

TEST_P(GroupsOnPostgres, a_lost_answer_to_the_commit_is_unknown_to_all_of_the_group) {
  bool ended = false;
  decisions[kMany / 2] = [&](const Loaded& loaded) {
    if (!std::exchange(ended, true))
      backend->execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    return count_one(loaded);
  };
  const auto results = write_all(reads, decisions);
  EXPECT_EQ(failure_of(results[kMany / 2]), WriteFailure::unknown_commit);
  // A connection that was being opened was ended too, and the pool keeps away for a moment.
  backend->clock.advance(std::chrono::minutes(1));
  for (std::size_t i = 0; i < kMany; ++i) {
    const bool failed = !results[i].committed();
    // Another group's connection was lost too, perhaps before it had read.
    if (failed) EXPECT_NE(failure_of(results[i]), WriteFailure::conflict);
    EXPECT_EQ(counted(i), failed ? 0 : 1) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, GroupsOnPostgres, ::testing::ValuesIn(postgres_backends()),
                         ::testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GroupsOnPostgres);

}  // namespace
}  // namespace cobro::testing
