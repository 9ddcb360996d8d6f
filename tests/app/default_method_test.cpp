// The card that is the default pays what follows the default: also when it is changed twice at
// once, and when the gateway was busy the first time.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

class DefaultMethod : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam()}};
  Members members{world};

  DefaultMethod() {
    members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
    world.advance(1min);
    world.work();
    members.now(members.saving("ana", "pm_card_mastercard"));
    members.now(members.saving("ana", "pm_card_amex"));
  }

  std::string card(std::size_t number) {
    return members.saved("ana").methods.at(number).gateway_payment_method_id;
  }
  std::string default_card() {
    const auto saved = members.saved("ana");
    return app::default_method(saved)->gateway_payment_method_id;
  }
  std::string paid_with() { return members.only("ana").gateway_payment_method_id.value_or("-"); }
  std::string paid_with_there() {
    const auto body = wire::parse_json(
        world.sandbox_get("/v1/subscriptions/" + *members.only("ana").gateway_subscription_id));
    return body->string_at({"default_payment_method"}).value_or("-");
  }
  void expect_paid_with_the_default() {
    EXPECT_EQ(paid_with(), default_card());
    EXPECT_EQ(paid_with_there(), default_card());
  }
  void fail_once(Cut cut) {
    world.wire.fate = [cut, done = false](const ports::HttpRequest& request) mutable {
      const bool changes =
          request.method == "POST" && request.url.find("/v1/subscriptions/") != std::string::npos;
      return changes && !std::exchange(done, true) ? cut : Cut::none;
    };
  }
};

TEST_P(DefaultMethod, that_is_changed_twice_at_once_pays_what_followed_it) {
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(members.making_default("ana", card(1)));
  tasks.push_back(members.making_default("ana", card(2)));
  const auto answers = world.all(std::move(tasks));
  std::vector<std::string> texts;
  for (const auto& answer : answers) texts.push_back(Members::text(answer));
  EXPECT_EQ(std::ranges::count(texts, "payment_in_progress"), 1) << texts[0] << ", " << texts[1];
  expect_paid_with_the_default();
  EXPECT_EQ(members.now(members.making_default("ana", card(2))), "200 attached 0005 default");
  EXPECT_EQ(default_card(), card(2));
  expect_paid_with_the_default();
  EXPECT_EQ(world.audit(), "");
}

TEST_P(DefaultMethod, that_could_not_be_given_to_a_subscription_is_given_by_asking_again) {
  fail_once(Cut::throttled);
  members.now(members.making_default("ana", card(1)));
  ASSERT_EQ(default_card(), card(1));
  ASSERT_EQ(paid_with(), card(0));
  EXPECT_EQ(members.now(members.making_default("ana", card(1))), "200 attached 4444 default");
  expect_paid_with_the_default();
  EXPECT_EQ(world.audit(), "");
}

TEST_P(DefaultMethod, that_could_not_be_given_to_a_subscription_is_followed_by_the_next) {
  fail_once(Cut::throttled);
  members.now(members.making_default("ana", card(1)));
  ASSERT_EQ(paid_with(), card(0));
  EXPECT_EQ(members.now(members.making_default("ana", card(2))), "200 attached 0005 default");
  EXPECT_EQ(default_card(), card(2));
  expect_paid_with_the_default();
}

TEST_P(DefaultMethod, of_which_the_answer_was_lost_is_followed_by_the_next) {
  fail_once(Cut::answer_lost);
  members.now(members.making_default("ana", card(1)));
  EXPECT_EQ(members.now(members.making_default("ana", card(2))), "200 attached 0005 default");
  EXPECT_EQ(default_card(), card(2));
  expect_paid_with_the_default();
}

TEST_P(DefaultMethod, that_is_set_again_leaves_what_another_card_pays) {
  members.now(members.making_default("ana", card(1)));
  members.now(members.paying_with("ana", *members.only("ana").gateway_subscription_id, card(2)));
  EXPECT_EQ(members.now(members.making_default("ana", card(1))), "200 attached 4444 default");
  EXPECT_EQ(paid_with(), card(2));
}

TEST_P(DefaultMethod, that_is_asked_for_twice_at_once_is_given_once) {
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(members.making_default("ana", card(1)));
  tasks.push_back(members.making_default("ana", card(1)));
  for (const auto& answer : world.all(std::move(tasks)))
    EXPECT_EQ(Members::text(answer), "200 attached 4444 default");
  expect_paid_with_the_default();
}

TEST_P(DefaultMethod, that_is_set_back_while_it_is_changed_pays_what_followed_it) {
  const auto first = card(0);
  members.now(members.making_default("ana", card(1)));
  std::vector<base::Task<app::Answer>> tasks;
  tasks.push_back(members.making_default("ana", first));
  tasks.push_back(members.making_default("ana", card(1)));
  world.all(std::move(tasks));
  expect_paid_with_the_default();
  EXPECT_EQ(members.now(members.making_default("ana", first)), "200 attached 4242 default");
  EXPECT_EQ(default_card(), first);
  expect_paid_with_the_default();
}

INSTANTIATE_TEST_SUITE_P(Writes, DefaultMethod, ::testing::Bool());

}  // namespace
}  // namespace cobro::testing
