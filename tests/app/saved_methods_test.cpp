// Customers and saved methods: made once, whoever asks at the same time and whatever is lost.
#include <gtest/gtest.h>

#include "tests/app/members.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

class SavedMethods : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  Members members{world};

  int customers_there() { return world.sandbox_count("/v1/customers"); }
  // The first request to the gateway whose URL ends so meets this.
  void cut(const std::string& ending, Cut kind) {
    world.wire.fate = [=, done = false](const ports::HttpRequest& request) mutable {
      if (done || request.method != "POST" || !request.url.ends_with(ending)) return Cut::none;
      done = true;
      return kind;
    };
  }
};

TEST_F(SavedMethods, the_first_method_is_the_default) {
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "200 attached 4444");
  EXPECT_EQ(customers_there(), 1);
  EXPECT_EQ(members.saved("ana").methods.size(), 2U);
}

TEST_F(SavedMethods, eight_at_the_same_instant_make_one_customer) {
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 8; ++i)
    tasks.push_back(members.saving("ana", i % 2 == 0 ? "pm_card_visa" : "pm_card_mastercard"));
  for (const auto& answer : world.all(std::move(tasks)))
    EXPECT_TRUE(answer) << Members::text(answer);
  EXPECT_EQ(customers_there(), 1);
}

TEST_F(SavedMethods, a_saved_token_is_saved_once) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto token = members.saved("ana").methods.front().gateway_payment_method_id;
  EXPECT_NE(token, "pm_card_visa");
  EXPECT_EQ(members.now(members.saving("ana", token)), "200 attached 4242 default");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

TEST_F(SavedMethods, a_key_gives_the_first_answer_again) {
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa", "k")), "200 attached 4242 default");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa", "k")), "200 attached 4242 default");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

TEST_F(SavedMethods, a_card_that_is_declined_when_it_is_saved_is_a_402) {
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_chargeDeclined")),
            "402 payment_declined generic_decline");
  EXPECT_TRUE(members.saved("ana").methods.empty());
}

TEST_F(SavedMethods, an_unknown_token_is_the_callers_mistake) {
  EXPECT_EQ(members.now(members.saving("ana", "pm_nobody_knows")), "validation_failed");
}

TEST_F(SavedMethods, the_removed_default_hands_on_to_another) {
  members.now(members.saving("ana", "pm_card_visa"));
  members.now(members.saving("ana", "pm_card_mastercard"));
  const auto first = members.saved("ana").methods.front();
  EXPECT_EQ(members.now(members.removing("ana", first.id.to_string())), "200 detached 4242");
  const auto saved = members.saved("ana");
  ASSERT_EQ(saved.methods.size(), 1U);
  EXPECT_EQ(saved.customer->default_method_id, saved.methods.front().id);
  EXPECT_EQ(members.now(members.removing("ana", first.id.to_string())), "not_found");
}

// Only what the gateway shows of it tells that it is detached, not what a refusal blames.
TEST_F(SavedMethods, a_refused_removal_leaves_the_method_and_can_be_asked_for_again) {
  struct Row {
    std::string error;
    std::string answer;
  };
  for (const auto& row : std::vector<Row>{
           {"param=payment_method", "validation_failed"},
           {"code=payment_method_unexpected_state", "validation_failed"},
           {"status=404&code=resource_missing&param=payment_method", "validation_failed"},
           {"status=429&code=lock_timeout&param=payment_method", "gateway_busy"}}) {
    members.now(members.saving("ana", "pm_card_visa"));
    const auto id = members.saved("ana").methods.front().id.to_string();
    const auto rule = "fault=refused&times=1&operation=payment_method.detach&" + row.error;
    ASSERT_EQ(world.sandbox_post("/_sandbox/faults", rule).status, 200);
    EXPECT_EQ(members.now(members.removing("ana", id)), row.answer) << row.error;
    EXPECT_EQ(members.saved("ana").methods.size(), 1U) << row.error;
    EXPECT_EQ(members.now(members.removing("ana", id)), "200 detached 4242") << row.error;
  }
}

// The same refusal of one that is detached there, or is not there any more, ends it here.
TEST_F(SavedMethods, a_removal_of_what_is_detached_there_is_done) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto method = members.saved("ana").methods.front();
  const auto path = "/v1/payment_methods/" + method.gateway_payment_method_id + "/detach";
  ASSERT_EQ(world.sandbox_post(path, "").status, 200);
  EXPECT_EQ(members.now(members.removing("ana", method.id.to_string())), "200 detached 4242");
  EXPECT_TRUE(members.saved("ana").methods.empty());
}

TEST_F(SavedMethods, somebody_elses_method_does_not_exist) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto id = members.saved("ana").methods.front().id.to_string();
  EXPECT_EQ(members.now(members.removing("bob", id)), "not_found");
}

// However its requests to the gateway are lost, a caller is answered within the time of one of them
// and a little.
TEST_F(SavedMethods, a_caller_is_answered_within_one_deadline) {
  const auto loses = [](std::string part) {
    return [part = std::move(part)](const ports::HttpRequest& request) {
      return request.url.contains(part) ? Cut::answer_lost : Cut::none;
    };
  };
  const auto within = [&](const std::string& card) {
    const auto began = world.clock.now();
    const auto answer = members.now(members.saving("ana", card));
    EXPECT_LE(world.clock.now() - began, 30s) << answer;
    return answer;
  };
  world.wire.fate = loses("/v1/customers");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(within("pm_card_visa"), "outcome_unknown");
  world.wire.fate = nullptr;
  world.advance(10min);
  EXPECT_EQ(within("pm_card_visa"), "200 attached 4242 default");
  world.wire.fate = loses("/attach");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(within("pm_card_mastercard"), "outcome_unknown");
  world.wire.fate = loses("/v1/");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(within("pm_card_mastercard"), "outcome_unknown");
}

// What is slow leaves no time for what comes after it: that is not begun.
TEST_F(SavedMethods, nothing_is_begun_without_the_time_for_its_answer) {
  int slow = 0;
  world.wire.fate = [&](const ports::HttpRequest&) { return ++slow, Cut::answer_slow; };
  const auto began = world.clock.now();
  const auto answer = members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  EXPECT_LE(world.clock.now() - began, 30s) << answer;
  world.wire.fate = nullptr;
  EXPECT_GT(slow, 0);
  EXPECT_EQ(customers_there(), 1);
}

class LostAnswers : public SavedMethods, public ::testing::WithParamInterface<Cut> {};

TEST_P(LostAnswers, of_making_the_customer_make_one_customer) {
  cut("/v1/customers", GetParam());
  members.now(members.saving("ana", "pm_card_visa"));
  world.run_jobs();
  world.advance(10min);
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
  EXPECT_EQ(customers_there(), 1);
}

TEST_P(LostAnswers, of_attaching_attach_once_and_the_key_tells) {
  cut("/attach", GetParam());
  const auto first = members.now(members.saving("ana", "pm_card_visa", "k"));
  world.run_jobs();
  world.advance(10min);
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa", "k")), "200 attached 4242 default")
      << first;
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

TEST_P(LostAnswers, of_detaching_detach_and_the_key_tells) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto id = members.saved("ana").methods.front().id.to_string();
  cut("/detach", GetParam());
  members.now(members.removing("ana", id, "k"));
  world.run_jobs();
  world.advance(10min);
  EXPECT_EQ(members.now(members.removing("ana", id, "k")), "200 detached 4242");
  EXPECT_TRUE(members.saved("ana").methods.empty());
}

TEST_P(LostAnswers, of_detaching_one_of_two_are_told_too) {
  members.now(members.saving("ana", "pm_card_visa"));
  members.now(members.saving("ana", "pm_card_mastercard"));
  const auto id = members.saved("ana").methods.front().id.to_string();
  cut("/detach", GetParam());
  members.now(members.removing("ana", id, "k"));
  world.run_jobs();
  world.advance(10min);
  EXPECT_EQ(members.now(members.removing("ana", id, "k")), "200 detached 4242");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Cuts, LostAnswers,
                         ::testing::Values(Cut::request_lost, Cut::answer_lost,
                                           Cut::server_error_after, Cut::answer_truncated,
                                           Cut::reset, Cut::late, Cut::throttled));

}  // namespace
}  // namespace cobro::testing
