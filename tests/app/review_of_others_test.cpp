// Outcomes that nobody told, of calls that are not about a payment: of making a customer, of saving
// and removing a card, of a subscription. A person says how each ended, and the row follows.
#include <gtest/gtest.h>

#include "app/review/reviews.h"
#include "tests/app/members.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;
using domain::ReviewOutcome;
using domain::ReviewStatus;

class UntoldOutcome : public ::testing::Test {
 protected:
  World world{{.deliver_webhooks = false}};
  Members members{world};

  // From now on no request that changes something, to a URL with this in it, gets there, nor does
  // any look.
  void cut(std::string part) {
    world.wire.fate = [part = std::move(part)](const ports::HttpRequest& request) {
      const bool asks = request.method == "POST" || request.method == "DELETE";
      return !asks || request.url.find(part) != std::string::npos ? Cut::request_lost : Cut::none;
    };
  }
  std::vector<domain::Review> reviews() {
    return run(world.clock, world.store->list_reviews({}, {})).items;
  }
  domain::Review put_before_a_person() {
    for (int i = 0; i < 26 * 6; ++i) {
      world.advance(10min);
      world.work();
    }
    const auto all = reviews();
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
  std::string resolve(ReviewOutcome outcome, std::optional<std::string> made = {}) {
    const app::Call call{.caller = {"root", app::Role::admin, std::nullopt},
                         .idempotency = {},
                         .render_refusal = {}};
    const app::RenderReview render = [](const domain::Review& row, const domain::Payment* payment) {
      return app::StoredReply{
          200, {}, std::string(to_string(row.status)) + (payment == nullptr ? "" : " payment")};
    };
    return Members::text(run(
        world.clock,
        app::resolve_review(*world.context, call,
                            {reviews().at(0).id, outcome, std::move(made), "seen in the dashboard"},
                            render)));
  }
  // Nothing is open afterwards: the gateway can be reached, and the same can be asked for again.
  void heal() {
    world.wire.fate = {};
    EXPECT_TRUE(
        run(world.clock, world.store->due_calls(world.clock.now() + 24h * 365, 10)).empty());
    EXPECT_EQ(world.audit(), "");
  }
};

TEST_F(UntoldOutcome, of_saving_a_card_is_put_before_a_person_with_whose_it_is) {
  cut("/attach");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "outcome_unknown");
  const auto row = put_before_a_person();
  EXPECT_EQ(row.kind, domain::ReviewKind::unknown_outcome);
  EXPECT_EQ(row.operation, domain::Operation::attach_method);
  EXPECT_EQ(row.user_id, "ana");
  EXPECT_EQ(row.tenant_id, std::nullopt);
  EXPECT_EQ(row.payment_id, std::nullopt);
  EXPECT_EQ(row.status, ReviewStatus::open);
}

TEST_F(UntoldOutcome, of_saving_a_card_that_was_saved_attaches_it) {
  cut("/attach");
  members.now(members.saving("ana", "pm_card_visa"));
  put_before_a_person();
  EXPECT_EQ(resolve(ReviewOutcome::succeeded), "200 resolved");
  const auto saved = members.saved("ana").methods;
  ASSERT_EQ(saved.size(), 1U);
  EXPECT_EQ(saved.front().status, domain::MethodStatus::attached);
  EXPECT_EQ(saved.front().updated_at, world.clock.now());
  heal();
}

TEST_F(UntoldOutcome, of_saving_a_card_that_was_not_saved_refuses_it_and_lets_another_in) {
  cut("/attach");
  members.now(members.saving("ana", "pm_card_visa"));
  put_before_a_person();
  EXPECT_EQ(resolve(ReviewOutcome::failed), "200 resolved");
  EXPECT_TRUE(members.saved("ana").methods.empty());
  heal();
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "200 attached 4444 default");
}

TEST_F(UntoldOutcome, of_removing_a_card_removes_it_or_leaves_it) {
  for (const auto outcome : {ReviewOutcome::succeeded, ReviewOutcome::failed}) {
    World fresh{{.deliver_webhooks = false}};
    Members people{fresh};
    EXPECT_EQ(people.now(people.saving("ana", "pm_card_visa")), "200 attached 4242 default");
    const auto id = people.saved("ana").methods.front().id.to_string();
    fresh.wire.fate = [](const ports::HttpRequest&) { return Cut::request_lost; };
    EXPECT_EQ(people.now(people.removing("ana", id)), "outcome_unknown");
    for (int i = 0; i < 26 * 6; ++i) {
      fresh.advance(10min);
      fresh.work();
    }
    const auto rows = run(fresh.clock, fresh.store->list_reviews({}, {})).items;
    ASSERT_EQ(rows.size(), 1U);
    const app::Call call{.caller = {"root", app::Role::admin, std::nullopt},
                         .idempotency = {},
                         .render_refusal = {}};
    const app::RenderReview render = [](const domain::Review&, const domain::Payment*) {
      return app::StoredReply{200, {}, "resolved"};
    };
    const auto answer = run(
        fresh.clock,
        app::resolve_review(*fresh.context, call, {rows.front().id, outcome, {}, "seen"}, render));
    EXPECT_EQ(Members::text(answer), "200 resolved");
    EXPECT_EQ(people.saved("ana").methods.size(), outcome == ReviewOutcome::succeeded ? 0U : 1U);
  }
}

TEST_F(UntoldOutcome, of_making_a_customer_is_settled_by_its_id_and_by_nothing_less) {
  cut("/v1/customers");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "outcome_unknown");
  EXPECT_EQ(put_before_a_person().operation, domain::Operation::create_customer);
  EXPECT_EQ(resolve(ReviewOutcome::succeeded), "validation_failed");
  EXPECT_EQ(resolve(ReviewOutcome::succeeded, "cus_seen_there"), "200 resolved");
  EXPECT_EQ(members.saved("ana").customer->gateway_customer_id, "cus_seen_there");
  heal();
}

TEST_F(UntoldOutcome, of_making_a_customer_that_was_not_made_makes_one_the_next_time) {
  cut("/v1/customers");
  members.now(members.saving("ana", "pm_card_visa"));
  put_before_a_person();
  EXPECT_EQ(resolve(ReviewOutcome::failed), "200 resolved");
  heal();
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
}

TEST_F(UntoldOutcome, of_a_subscription_that_was_not_made_ends_it_for_good) {
  ASSERT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
  const auto card = members.saved("ana").methods.front().id.to_string();
  cut("/v1/subscriptions");
  EXPECT_EQ(members.now(members.subscribing("ana", kBasic, card)), "outcome_unknown");
  const auto row = put_before_a_person();
  EXPECT_EQ(row.operation, domain::Operation::create_subscription);
  EXPECT_EQ(row.user_id, "ana");
  EXPECT_EQ(resolve(ReviewOutcome::failed), "200 resolved");
  EXPECT_EQ(members.history("ana").substr(members.history("ana").rfind(", ") + 2),
            "incomplete_expired not_created admin");
  heal();
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, card)), "200 active");
}

TEST_F(UntoldOutcome, of_a_subscription_that_was_made_takes_its_id) {
  ASSERT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
  const auto card = members.saved("ana").methods.front().id.to_string();
  cut("/v1/subscriptions");
  members.now(members.subscribing("ana", kBasic, card));
  put_before_a_person();
  EXPECT_EQ(resolve(ReviewOutcome::succeeded, "sub_seen_there"), "200 resolved");
  EXPECT_EQ(members.only("ana").gateway_subscription_id, "sub_seen_there");
  EXPECT_EQ(members.only("ana").updated_at, world.clock.now());
}

}  // namespace
}  // namespace cobro::testing
