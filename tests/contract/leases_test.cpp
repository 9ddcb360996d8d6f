// Leases of instances: whose calls are due.
#include "contract/world.h"

namespace cobro::testing {
namespace {

using domain::InstanceId;
using std::chrono::hours;
using std::chrono::seconds;

class Leases : public StoreContract {
 protected:
  InstanceId begin(base::Duration span) {
    const auto instance = make.id<InstanceId>();
    EXPECT_TRUE(run(store->begin_lease(instance, span)));
    return instance;
  }
  domain::GatewayCall add(std::optional<InstanceId> instance, bool open = true) {
    auto call =
        make.other_call(domain::Operation::create_customer, make.id<domain::CustomerId>().uuid);
    call.next_check_at = backend->clock.now() + hours(1);
    call.instance_id = instance;
    if (!open) call.status = domain::CallStatus::accepted;
    must_write(ports::Changes().insert(call));
    return call;
  }
  std::vector<domain::CallId> due(std::int64_t limit = 10) {
    std::vector<domain::CallId> ids;
    for (const auto& call : run(store->due_calls(backend->clock.now(), limit)))
      ids.push_back(call.id);
    return ids;
  }
  // A server's clock is not ours to move: there, its leases are moved instead.
  void pass(base::Duration span) {
    if (!GetParam().name.starts_with("postgres")) return backend->clock.advance(span);
    const auto by = std::to_string(span.count());
    backend->execute("UPDATE instances SET renewed_at = renewed_at - " + by +
                     ", lease_until = lease_until - " + by);
  }
};

using Calls = std::vector<domain::CallId>;

TEST_P(Leases, an_open_call_is_due_once_the_lease_of_its_instance_is_over) {
  const auto alive = begin(seconds(600));
  const auto gone = begin(seconds(0));
  add(alive);
  add(std::nullopt);
  add(gone, false);
  const auto left = add(gone);
  EXPECT_EQ(due(), Calls{left.id});
  run(store->end_lease(alive));
  EXPECT_EQ(due().size(), 2U);
  EXPECT_EQ(due(1).size(), 1U);
}

TEST_P(Leases, a_call_that_is_due_for_both_reasons_comes_once_and_the_longest_due_first) {
  const auto gone = begin(seconds(0));
  auto both =
      make.other_call(domain::Operation::create_customer, make.id<domain::CustomerId>().uuid);
  both.instance_id = gone;
  const auto left = add(gone);
  both.next_check_at = backend->clock.now();
  must_write(ports::Changes().insert(both));
  EXPECT_EQ(due(), (Calls{both.id, left.id}));
}

TEST_P(Leases, are_renewed_while_they_last_and_never_after) {
  const auto alive = begin(seconds(600));
  EXPECT_TRUE(run(store->renew_lease(alive, seconds(600))));
  EXPECT_TRUE(run(store->renew_lease(alive, seconds(0))));
  const auto left = add(alive);
  EXPECT_FALSE(run(store->renew_lease(alive, seconds(600))));
  EXPECT_EQ(due(), Calls{left.id});
  EXPECT_FALSE(run(store->renew_lease(make.id<InstanceId>(), seconds(600))));
  EXPECT_FALSE(run(store->begin_lease(alive, seconds(600))));
}

TEST_P(Leases, a_call_that_is_taken_over_is_its_new_instances) {
  const auto gone = begin(seconds(0));
  const auto alive = begin(seconds(600));
  auto call = add(gone);
  call.instance_id = alive;
  must_write(ports::Changes().update(call));
  EXPECT_EQ(due(), Calls{});
  run(store->end_lease(alive));
  const auto again = run(store->due_calls(backend->clock.now(), 10));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].instance_id, alive);
}

TEST_P(Leases, of_instances_that_left_something_are_kept_for_as_long_as_it_is_open) {
  const auto left = add(begin(seconds(0)));
  begin(seconds(600));
  begin(seconds(600));
  EXPECT_EQ(due(), Calls{left.id});
}

TEST_P(Leases, nobodys_calendar_ends_them) {
  add(begin(seconds(10)));
  backend->clock.shift_calendar(seconds(60));
  EXPECT_EQ(due(), Calls{});
  backend->clock.shift_calendar(-hours(24));
  EXPECT_EQ(due(), Calls{});
}

TEST_P(Leases, run_out) {
  const auto left = add(begin(seconds(10)));
  pass(seconds(5));
  EXPECT_EQ(due(), Calls{});
  pass(seconds(5));
  EXPECT_EQ(due(), Calls{left.id});
}

INSTANTIATE_TEST_SUITE_P(Stores, Leases, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

// How many calls are due an hour after the machine began, of an instance that renewed its lease
// then, by the same steady clock.
std::size_t due_of_renewed_at(base::Duration steady) {
  const auto backend = sqlite_file_backend();
  backend->clock.advance(hours(1));
  backend->migrate();
  backend->execute("INSERT INTO instances VALUES ('0192f0c1-2345-7abc-8def-0123456789ab', 0, " +
                   std::to_string(steady.count()) + ", " +
                   std::to_string((steady + seconds(10)).count()) + ")");
  backend->execute(
      "INSERT INTO gateway_calls (id, operation, subject_id, gateway, gateway_key,"
      " request_method, request_path, request_version, request_body, on_page, state_before,"
      " requested_by, created_at, status, unknown, every_send_not_executed, sends,"
      " first_sent_at, deadline, next_check_at, checks, in_review, version, instance_id) VALUES"
      " ('0192f0c1-2345-7abc-8def-0123456789ac', 'create_customer',"
      " '0192f0c1-2345-7abc-8def-0123456789ad', 'stripe', 'k', 'POST', '/', 'v', '', 0,"
      " 'pending', 'system', 0, 'open', 0, 1, 1, 0, 0, 99000000000000000, 0, 0, 1,"
      " '0192f0c1-2345-7abc-8def-0123456789ab')");
  const auto store = backend->open();
  std::size_t due = 0;
  base::TaskGroup group([](std::string_view, std::exception_ptr f) { std::rethrow_exception(f); });
  const auto look = [](ports::Store& from, base::Timestamp now,
                       std::size_t& count) -> base::Task<void> {
    count = (co_await from.due_calls(now, 10)).size();
  };
  group.spawn("look", look(*store, backend->clock.now(), due));
  backend->run_until([&] { return group.running() == 0; });
  return due;
}

// The steady clock begins anew with the machine: what was renewed by the old one is over.
TEST(LeasesOfSqlite, of_before_the_machine_began_anew_are_over) {
  EXPECT_EQ(due_of_renewed_at(hours(27500)), 1U);
  EXPECT_EQ(due_of_renewed_at(hours(1) - seconds(10)), 1U);
}
// PostgreSQL's clock is a calendar, which may be set back a little while instances live.
TEST(LeasesOfSqlite, renewed_a_little_later_than_now_are_not_over) {
  EXPECT_EQ(due_of_renewed_at(hours(1) + base::Duration{1}), 0U);
  EXPECT_EQ(due_of_renewed_at(hours(1) + seconds(30)), 0U);
}

}  // namespace
}  // namespace cobro::testing
