// What several instances take work from.
#include <set>

#include "contract/world.h"

namespace cobro::testing {
namespace {

using ports::StoredWebhook;
using ports::WebhookStatus;
using std::chrono::seconds;

constexpr base::Duration kLease = seconds(15);

class Claims : public StoreContract {
 protected:
  void add(const std::string& event, WebhookStatus status, base::Duration due_in = seconds(0)) {
    auto webhook = make.webhook(event);
    webhook.status = status;
    webhook.next_try_at = backend->clock.now() + due_in;
    must_write(ports::Changes().insert(webhook));
  }
  base::Task<std::vector<StoredWebhook>> claiming(std::int64_t limit) {
    const auto now = backend->clock.now();
    return store->claim_webhooks(now, now + kLease, limit);
  }
  std::set<std::string> claim(std::int64_t limit = 10) { return events(run(claiming(limit))); }
  static std::set<std::string> events(const std::vector<StoredWebhook>& rows) {
    std::set<std::string> events;
    for (const auto& row : rows) EXPECT_TRUE(events.insert(row.event_id).second);
    return events;
  }
};

using Events = std::set<std::string>;

TEST_P(Claims, are_of_pending_and_waiting_webhooks_that_are_due_the_longest_due_first) {
  add("1", WebhookStatus::pending, seconds(-1));
  add("2", WebhookStatus::applied, seconds(-9));
  add("3", WebhookStatus::waiting, seconds(-5));
  add("4", WebhookStatus::ignored, seconds(-9));
  add("5", WebhookStatus::pending, seconds(1));
  EXPECT_EQ(claim(1), Events{"3"});
  EXPECT_EQ(claim(), Events{"1"});
  EXPECT_EQ(claim(), Events{});
}

TEST_P(Claims, give_the_row_as_it_is_now) {
  add("1", WebhookStatus::waiting);
  const auto rows = run(claiming(1));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].next_try_at, backend->clock.now() + kLease);
  EXPECT_EQ(rows[0].status, WebhookStatus::waiting);
  auto ended = rows[0];
  ended.status = WebhookStatus::applied;
  must_write(ports::Changes().update(ended));
}

TEST_P(Claims, run_out_and_the_row_is_due_again) {
  add("1", WebhookStatus::pending);
  EXPECT_EQ(claim(), Events{"1"});
  backend->clock.advance(kLease - seconds(1));
  EXPECT_EQ(claim(), Events{});
  backend->clock.advance(seconds(1));
  EXPECT_EQ(claim(), Events{"1"});
}

TEST_P(Claims, of_many_claimers_at_once_each_row_goes_to_one) {
  constexpr int kRows = 40;
  for (int i = 0; i < kRows; ++i) add(std::to_string(i), WebhookStatus::pending);
  Events all;
  std::size_t claimed = 0;
  while (claimed < kRows) {
    std::vector<base::Task<std::vector<StoredWebhook>>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(claiming(3));
    const auto before = claimed;
    for (const auto& rows : run_all(std::move(tasks))) {
      EXPECT_LE(rows.size(), 3U);
      claimed += rows.size();
      all.merge(events(rows));
    }
    ASSERT_GT(claimed, before);
  }
  EXPECT_EQ(claimed, all.size());
  EXPECT_EQ(claimed, std::size_t{kRows});
}

// Two instances that receive one event at the same instant.
TEST_P(Claims, of_two_copies_stored_at_once_one_is_committed) {
  const auto copies = {make.webhook("1"), make.webhook("1")};
  std::vector<ports::Decide> decisions;
  for (const auto& copy : copies)
    decisions.emplace_back([copy](const ports::Loaded& loaded) {
      ports::Changes changes;
      if (!loaded.webhook) changes.insert(copy);
      return changes;
    });
  ports::Reads reads;
  reads.webhook = ports::WebhookRef{domain::GatewayName::stripe, "1"};
  for (const auto& result : write_all({reads, reads}, decisions))
    EXPECT_TRUE(result.committed() || failure_of(result) == ports::WriteFailure::conflict);
  EXPECT_EQ(claim(), Events{"1"});
}

// ---- the sweep's points ----------------------------------------------------------------------

class SweepPoints : public StoreContract {
 protected:
  base::Task<std::optional<ports::SweepPoint>> claiming(const std::string& list,
                                                        base::Duration walked_before) {
    const auto now = backend->clock.now();
    return store->claim_sweep({.gateway = domain::GatewayName::stripe,
                               .list = list,
                               .now = now,
                               .until = now + kLease,
                               .walked_before = now - walked_before});
  }
  std::optional<ports::SweepPoint> claim(const std::string& list = "refunds",
                                         base::Duration walked_before = seconds(0)) {
    return run(claiming(list, walked_before));
  }
  bool keep(const ports::SweepPoint& point, base::Duration lease) {
    return run(store->keep_sweep(point, backend->clock.now() + lease));
  }
};

TEST_P(SweepPoints, are_made_by_the_first_claim_and_kept_as_they_are_left) {
  auto point = claim();
  ASSERT_TRUE(point);
  EXPECT_EQ(point->list, "refunds");
  EXPECT_EQ(point->leased_until, backend->clock.now() + kLease);
  EXPECT_FALSE(point->walked_to || point->walking_to || point->next_page);
  EXPECT_FALSE(claim());
  EXPECT_TRUE(claim("payments"));
  point->walked_to = backend->clock.now() - seconds(100);
  point->walking_to = backend->clock.now() - seconds(50);
  point->next_page = "re_1";
  EXPECT_TRUE(keep(*point, seconds(0)));
  const auto again = claim();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->walked_to, point->walked_to);
  EXPECT_EQ(again->walking_to, point->walking_to);
  EXPECT_EQ(again->next_page, "re_1");
}

TEST_P(SweepPoints, are_lost_by_whose_lease_ran_out_to_the_next) {
  const auto slow = claim();
  backend->clock.advance(kLease);
  const auto next = claim();
  ASSERT_TRUE(slow && next);
  EXPECT_FALSE(keep(*slow, kLease));
  EXPECT_TRUE(keep(*next, kLease));
}

TEST_P(SweepPoints, whose_walk_has_ended_wait_until_it_is_long_ago) {
  auto point = claim();
  ASSERT_TRUE(point);
  point->walked_to = backend->clock.now();
  EXPECT_TRUE(keep(*point, seconds(0)));
  EXPECT_FALSE(claim("refunds", seconds(10)));
  point = claim("refunds", seconds(0));
  ASSERT_TRUE(point);
  point->walking_to = backend->clock.now();  // a walk that did not end
  EXPECT_TRUE(keep(*point, seconds(0)));
  EXPECT_TRUE(claim("refunds", seconds(10)));
}

TEST_P(SweepPoints, of_many_claimers_at_once_one_has_it) {
  std::vector<base::Task<std::optional<ports::SweepPoint>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(claiming("events", seconds(0)));
  int claimed = 0;
  for (const auto& point : run_all(std::move(tasks))) claimed += point ? 1 : 0;
  EXPECT_EQ(claimed, 1);
}

TEST_P(SweepPoints, objects_that_nobody_knows_are_put_before_a_person_once) {
  domain::Review row{.kind = domain::ReviewKind::unknown_object,
                     .gateway = domain::GatewayName::stripe,
                     .gateway_object_id = "pi_1",
                     .detail = "not in our books",
                     .created_at = backend->clock.now()};
  for (std::uint8_t i = 1; i <= 2; ++i) {
    row.id.uuid.bytes[0] = i;
    must_write(ports::Changes().insert(row));
  }
  EXPECT_EQ(run(store->list_reviews({}, {})).total, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, SweepPoints, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Stores, Claims, ::testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cobro::testing
