// Whole runs, shorter than those of cobro-sim, so that sanitizers can watch them too.
#include <gtest/gtest.h>

#include "sim/actors/witness.h"
#include "sim/run.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

sim::Options short_options(std::uint64_t seed) {
  auto options = sim::draw_options(seed);
  options.faulty = 3h;
  options.crashes = std::min(options.crashes, 10);
  return options;
}

class Seed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Seed, keeps_money_and_promises) {
  const auto outcome = sim::run_seed(short_options(GetParam()));
  std::string all;
  for (const auto& violation : outcome.violations) all += violation + "\n";
  EXPECT_EQ(all, "") << describe(outcome.options);
}
INSTANTIATE_TEST_SUITE_P(Sim, Seed, ::testing::Range<std::uint64_t>(1, 21));

TEST(Sim, a_seed_repeats_its_trace) {
  const auto options = short_options(7);
  const auto first = sim::run_seed(options);
  EXPECT_EQ(first.hash, sim::run_seed(options).hash);
  EXPECT_NE(first.hash, sim::run_seed(short_options(8)).hash);
  EXPECT_GT(first.payments, 0);
}

TEST(Witness, finds_a_key_that_answers_twice) {
  std::vector<std::string> violations;
  sim::ManualClock clock;
  sim::Witness witness(violations, clock);
  const sim::Ask ask{"ana", "POST", "/api/v1/orders", "{}", "key"};
  witness.hear(ask, {201, R"({"data":{"number":1,"status":"pending"}})"}, 0s);
  EXPECT_TRUE(violations.empty());
  witness.hear(ask, {503, ""}, 1s);
  EXPECT_TRUE(violations.empty());
  witness.hear(ask, {201, R"({"data":{"number":2,"status":"pending"}})"}, 1s);
  EXPECT_EQ(violations.size(), 1U);
}

}  // namespace
}  // namespace cobro::testing
