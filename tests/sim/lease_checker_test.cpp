// The checker of leases passes what is sound, and can fail.
#include <gtest/gtest.h>

#include "sim/checkers/checkers.h"
#include "tests/sim/evidence.h"

namespace cobro::testing {
namespace {

using std::chrono::seconds;

// The first process made a call and died; when its lease was over, the second one took it up.
class LeaseChecker : public Judged {
 protected:
  LeaseChecker() {
    auto& log = evidence.leases;
    log.processes = 2;
    log.leases = {{first, {1, at(0), at(100)}}, {second, {2, at(0), at(900)}}};
    auto& rows = log.calls["key"];
    rows.push_back({.at = at(10), .process = 1, .owner = first, .others_from = at(500)});
    rows.push_back(
        {.at = at(102), .process = 2, .owner = second, .others_from = at(500), .taken_up = true});
    rows.push_back(
        {.at = at(103), .process = 2, .owner = second, .others_from = at(500), .open = false});
    log.sends = {{at(10), 1, "key"}, {at(102), 2, "key"}};
    log.hindrances = {{1, at(20), at(1000)}};
    evidence.taken_up_within = seconds(5);
    evidence.now = at(1000);
  }
  static base::Timestamp at(std::int64_t since) {
    return base::Timestamp::from_unix_seconds(1'762'340'400 + since);
  }
  std::vector<sim::SeenCall>& rows() { return evidence.leases.calls["key"]; }
  // Taken up, sent and ended as much later.
  void take_up_at(std::int64_t when) {
    rows()[1].at = evidence.leases.sends[1].at = at(when);
    rows()[2].at = at(when + 1);
  }

  domain::InstanceId first = made_id<domain::InstanceId>(31);
  domain::InstanceId second = made_id<domain::InstanceId>(32);
};

TEST_F(LeaseChecker, finds_nothing_in_what_is_sound) {
  EXPECT_EQ(failing(), "");
}
TEST_F(LeaseChecker, finds_a_call_taken_up_within_the_lease_of_who_has_it) {
  take_up_at(99);
  EXPECT_EQ(failing(), "leases;");
  rows()[0].others_from = at(99);
  EXPECT_EQ(failing(), "");
}
TEST_F(LeaseChecker, finds_a_call_of_no_instance_taken_up_before_its_time) {
  rows()[0].owner.reset();
  EXPECT_EQ(failing(), "leases;");
  rows()[0].others_from = at(102);
  EXPECT_EQ(failing(), "");
}
TEST_F(LeaseChecker, finds_a_call_sent_by_two_instances) {
  evidence.leases.sends.push_back({at(50), 2, "key"});
  EXPECT_EQ(failing(), "leases;");
  evidence.leases.sends.back() = {at(102), 1, "key"};
  EXPECT_EQ(failing(), "leases;");
}
TEST_F(LeaseChecker, finds_a_call_sent_after_its_lease) {
  evidence.leases.sends.push_back({at(101), 1, "key"});
  EXPECT_EQ(failing(), "leases;");
  evidence.leases.sends.back().at = at(99);
  EXPECT_EQ(failing(), "");
}
TEST_F(LeaseChecker, finds_a_call_sent_by_what_its_process_was_before) {
  evidence.leases.leases.insert({made_id<domain::InstanceId>(33), {1, at(60), at(160)}});
  EXPECT_EQ(failing(), "");
  evidence.leases.sends.push_back({at(70), 1, "key"});
  EXPECT_EQ(failing(), "leases;");
}
TEST_F(LeaseChecker, finds_a_call_sent_before_it_was_committed) {
  evidence.leases.sends[0].at = at(9);
  EXPECT_EQ(failing(), "leases;");
}
TEST_F(LeaseChecker, finds_what_was_left_by_the_dead) {
  take_up_at(106);
  EXPECT_EQ(failing(), "leases;");
  evidence.leases.hindrances.push_back({2, at(101), at(101)});  // the database failed it
  EXPECT_EQ(failing(), "");
  take_up_at(107);
  EXPECT_EQ(failing(), "leases;");
  evidence.leases.hindrances.push_back({2, at(104), at(106)});
  EXPECT_EQ(failing(), "");
}
TEST_F(LeaseChecker, finds_what_was_left_for_the_next_start) {
  evidence.leases.processes = 1;
  take_up_at(700);
  EXPECT_EQ(failing(), "");
  evidence.leases.hindrances[0].until = at(690);
  EXPECT_EQ(failing(), "leases;");
  evidence.leases.hindrances[0].until = at(696);
  EXPECT_EQ(failing(), "");
}
TEST_F(LeaseChecker, finds_what_was_never_taken_up) {
  rows().resize(1);
  evidence.leases.sends.pop_back();
  EXPECT_EQ(failing(), "leases;");
}
TEST_F(LeaseChecker, asks_for_no_more_than_an_instance_does_at_once) {
  take_up_at(120);
  EXPECT_EQ(failing(), "leases;");
  for (int i = 0; i < 16; ++i) {
    auto& others = evidence.leases.calls["other-" + std::to_string(i)];
    others.push_back({.at = at(50), .process = 2, .owner = second, .others_from = at(101)});
    others.push_back(
        {.at = at(101), .process = 2, .owner = second, .others_from = at(500), .taken_up = true});
    others.push_back(
        {.at = at(117), .process = 2, .owner = second, .others_from = at(500), .open = false});
  }
  EXPECT_EQ(failing(), "");
}

}  // namespace
}  // namespace cobro::testing
