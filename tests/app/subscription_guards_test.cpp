// What each operation on a subscription answers in each state that it may be in, and where it
// leaves it.
#include <gtest/gtest.h>

#include "tests/app/members.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

struct Life {
  World world;
  Members members{world};

  std::string there() {
    const auto row = members.only("ana");
    return row.gateway_subscription_id.value_or(row.id.to_string());
  }
  void pass(base::Duration span) {
    world.advance(span);
    world.work();
  }
  void subscribe(const char* card, int trial_days = 0) {
    members.now(members.subscribing("ana", kBasic, card, trial_days));
    pass(1min);
  }
};

struct State {
  std::string status;
  std::function<void(Life&)> reach;
};

const std::vector<State> kStates = {
    {"incomplete", [](Life& life) { life.subscribe("pm_card_threeDSecure2Required"); }},
    {"trialing", [](Life& life) { life.subscribe("pm_card_visa", 14); }},
    {"active", [](Life& life) { life.subscribe("pm_card_visa"); }},
    {"active, to end",
     [](Life& life) {
       life.subscribe("pm_card_visa");
       life.members.now(life.members.ending("ana", life.there(), false));
       life.pass(1min);
     }},
    {"past_due",
     [](Life& life) {
       life.subscribe("pm_card_visa");
       life.members.now(
           life.members.paying_with("ana", life.there(), "pm_card_chargeCustomerFail"));
       life.pass(31 * 24h);
       life.pass(2h);
     }},
    {"cancelled",
     [](Life& life) {
       life.subscribe("pm_card_visa");
       life.members.now(life.members.ending("ana", life.there(), true));
       life.pass(1min);
     }},
    {"incomplete_expired",
     [](Life& life) {
       life.subscribe("pm_card_threeDSecure2Required");
       life.pass(25h);
     }},
};

struct Act {
  std::string name;
  std::function<base::Task<app::Answer>(Life&)> call;
};

const std::vector<Act> kActs = {
    {"end", [](Life& life) { return life.members.ending("ana", life.there(), false); }},
    {"end now", [](Life& life) { return life.members.ending("ana", life.there(), true); }},
    {"resume", [](Life& life) { return life.members.resuming("ana", life.there()); }},
    {"what another plan costs",
     [](Life& life) { return life.members.changing("ana", life.there(), kPro, true); }},
    {"another plan",
     [](Life& life) { return life.members.changing("ana", life.there(), kPro, false); }},
    {"the same plan",
     [](Life& life) { return life.members.changing("ana", life.there(), kBasic, false); }},
    {"another card",
     [](Life& life) {
       return life.members.paying_with("ana", life.there(), "pm_card_mastercard");
     }},
    {"somebody else's", [](Life& life) { return life.members.ending("bea", life.there(), true); }},
};

std::string standing(Life& life) {
  const auto row = life.members.only("ana");
  return std::string(to_string(row.status)) + " " + row.plan_code.value_or("?") +
         (row.cancel_at_period_end ? " ending" : "");
}

std::string outcome(const State& state, const Act& act) {
  Life life;
  state.reach(life);
  EXPECT_TRUE(state.status.starts_with(life.members.status("ana")) ||
              life.members.status("ana").starts_with(state.status))
      << life.members.status("ana");
  const auto before = standing(life);
  auto text = life.members.now(act.call(life));
  if (standing(life) != before) text += " > " + standing(life);
  EXPECT_EQ(life.world.audit(), "");
  return text;
}

constexpr std::string_view kTable = R"(
incomplete
  end: 200 cancelled > cancelled basic
  end now: 200 cancelled > cancelled basic
  resume: invalid_state
  what another plan costs: invalid_state
  another plan: invalid_state
  the same plan: invalid_state
  another card: 200 active > active basic
  somebody else's: not_found
trialing
  end: 200 trialing ending > trialing basic ending
  end now: 200 cancelled > cancelled basic
  resume: 200 trialing
  what another plan costs: 200 basic credit 0.00 charge 0.00
  another plan: 200 pro credit 0.00 charge 0.00 > trialing pro
  the same plan: 200 basic credit 0.00 charge 0.00
  another card: 200 trialing
  somebody else's: not_found
active
  end: 200 active ending > active basic ending
  end now: 200 cancelled > cancelled basic
  resume: 200 active
  what another plan costs: 200 basic credit 19.00 charge 49.00
  another plan: 200 pro credit 19.00 charge 49.00 > active pro
  the same plan: 200 basic credit 0.00 charge 0.00
  another card: 200 active
  somebody else's: not_found
active, to end
  end: 200 active ending
  end now: 200 cancelled ending > cancelled basic ending
  resume: 200 active > active basic
  what another plan costs: 200 basic credit 19.00 charge 49.00
  another plan: 200 pro credit 19.00 charge 49.00 > active pro ending
  the same plan: 200 basic credit 0.00 charge 0.00
  another card: 200 active ending
  somebody else's: not_found
past_due
  end: 200 past_due ending > past_due basic ending
  end now: 200 cancelled > cancelled basic
  resume: 200 past_due
  what another plan costs: 200 basic credit 18.34 charge 47.29
  another plan: 200 pro credit 18.34 charge 47.29 > past_due pro
  the same plan: 200 basic credit 0.00 charge 0.00
  another card: 200 active > active basic
  somebody else's: not_found
cancelled
  end: 200 cancelled
  end now: 200 cancelled
  resume: invalid_state
  what another plan costs: invalid_state
  another plan: invalid_state
  the same plan: invalid_state
  another card: invalid_state
  somebody else's: not_found
incomplete_expired
  end: 200 incomplete_expired
  end now: 200 incomplete_expired
  resume: invalid_state
  what another plan costs: invalid_state
  another plan: invalid_state
  the same plan: invalid_state
  another card: invalid_state
  somebody else's: not_found
)";

TEST(SubscriptionGuards, let_through_and_refuse_by_this_table) {
  std::string table = "\n";
  for (const auto& state : kStates) {
    table += state.status + "\n";
    for (const auto& act : kActs) table += "  " + act.name + ": " + outcome(state, act) + "\n";
  }
  EXPECT_EQ(table, kTable);
}

// The earlier change waits for the next invoice; it is no part of what the later one costs.
TEST(SubscriptionGuards, a_plan_change_in_the_second_of_another_costs_only_itself) {
  constexpr auto kPremium = "price_1Sb3k74dPtEGmLmpHfLpUkvQ";
  Life life;
  auto& members = life.members;
  life.subscribe("pm_card_visa");
  const auto at = base::Timestamp::from_unix_seconds(life.world.clock.now().unix_seconds());
  const auto change = [&](const std::string& price, bool dry_run) {
    return members.now(members.changing("ana", life.there(), price, dry_run, "", at));
  };
  EXPECT_EQ(change(kPro, false), "200 pro credit 19.00 charge 49.00");
  EXPECT_EQ(change(kPremium, true), "200 pro credit 49.00 charge 99.00");
  EXPECT_EQ(change(kPremium, false), "200 premium credit 49.00 charge 99.00");
}

}  // namespace
}  // namespace cobro::testing
