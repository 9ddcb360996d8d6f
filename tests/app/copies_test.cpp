// Customers, methods and subscriptions that their owner deletes in the gateway's dashboard: what
// we keep of them is a copy, and nobody is locked out by it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/calls/accounts.h"
#include "tests/app/buyer.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

class Copies : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};
  Members members{world};

  // Of what is deleted, nothing is heard but by asking.
  void SetUp() override { world.hold_webhooks = true; }

  std::string customer() { return *members.saved("ana").customer->gateway_customer_id; }
  void delete_there(const std::string& path) {
    ports::HttpRequest request{.method = "DELETE",
                               .url = "http://stripe.test" + path,
                               .headers = {{"Authorization", "Bearer sk_test_world"}},
                               .body = {}};
    const auto done = run(world.clock, world.wire.inner.send(std::move(request)));
    ASSERT_TRUE(done && done->status == 200) << path;
  }
  // The newest one of the gateway's list.
  std::string newest_there(const std::string& path) {
    ports::HttpRequest request{.method = "GET",
                               .url = "http://stripe.test" + path,
                               .headers = {{"Authorization", "Bearer sk_test_world"}},
                               .body = {}};
    const auto done = run(world.clock, world.wire.inner.send(std::move(request)));
    return *wire::parse_json(done->body)->find("data")->as_array()->front().string_at({"id"});
  }
  std::string make_method_there() {
    const auto made = world.sandbox_post("/v1/payment_methods", "type=card&card[token]=tok_visa");
    return *wire::parse_json(made.body)->string_at({"id"});
  }
  void delete_customer() { delete_there("/v1/customers/" + customer()); }
  // The keys under which customers were asked for.
  std::set<std::string> customer_keys() const {
    std::set<std::string> keys;
    for (const auto& request : world.wire.sent)
      if (request.method == "POST" && request.url.ends_with("/v1/customers"))
        keys.emplace(request.headers.find("Idempotency-Key").value_or(""));
    return keys;
  }
  // Our row names a subscription that the gateway does not know.
  void lose_subscription(const std::string& name) {
    const auto id = members.only("ana").id;
    const ports::Decide rename =
        [&](const ports::Loaded& loaded) -> base::Result<ports::Changes, domain::Refusal> {
      auto row = *loaded.subscription;
      row.gateway_subscription_id = name;
      ports::Changes changes;
      changes.update(std::move(row));
      return changes;
    };
    ASSERT_TRUE(run(world.clock, world.store->write({.subscription = id}, rename)).committed());
  }
  // The fields that a refused command blames.
  static std::string blamed(const app::Answer& answer) {
    return answer ? answer->body : answer.error().details.at(0).field;
  }
};

TEST_F(Copies, of_a_deleted_customer_are_made_again_within_the_request) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto old = customer();
  delete_customer();
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard", "k")),
            "200 attached 4444 default");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard", "k")),
            "200 attached 4444 default");
  const auto saved = members.saved("ana");
  ASSERT_EQ(saved.methods.size(), 1U);
  EXPECT_EQ(saved.methods.front().last4, "4444");
  EXPECT_NE(customer(), old);
  EXPECT_EQ(customer_keys().size(), 2U);
}

TEST_F(Copies, of_a_deleted_customer_hold_up_no_intent) {
  save_card(world, "pm_card_visa");
  delete_customer();
  EXPECT_EQ(to_string(make_intent(world, {}, "k")), to_string(make_intent(world, {}, "k")));
  EXPECT_TRUE(members.saved("ana").methods.empty());
  const auto payments = members.payments("ana");
  ASSERT_EQ(payments.size(), 2U);  // the one that was refused was cancelled
  EXPECT_EQ(payments.front().state, domain::PaymentState::pending);
  EXPECT_EQ(payments.front().gateway_customer_id, customer());
  EXPECT_EQ(to_string(process_intent(world, payments.front().number, "pm_card_visa")),
            std::to_string(payments.front().number) + " succeeded 100.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Copies, of_a_deleted_customer_hold_up_no_order) {
  save_card(world, "pm_card_visa");
  delete_customer();
  world.order("100");
  world.pay(1, "100");
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_visa")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Copies, of_a_deleted_customers_methods_are_named_when_they_are_paid_with) {
  const auto id = save_card(world, "pm_card_visa");
  delete_customer();
  world.order("100");
  world.pay(1, "100");
  EXPECT_EQ(blamed(process_intent(world, 1)), "payment_method_id");
  EXPECT_EQ(blamed(process_intent(world, 1, id)), "payment_method_id");
  EXPECT_EQ(blamed(make_intent(world, {.method = id})), "payment_method_id");
  EXPECT_TRUE(members.saved("ana").methods.empty());
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_visa")), "1 succeeded 100.00/100.00");
}

TEST_F(Copies, of_a_deleted_customers_subscriptions_are_fetched) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto first = members.only("ana").id;
  ASSERT_TRUE(members.has_access("ana"));
  delete_customer();
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
  const auto ended = run(world.clock, world.store->load({.subscription = first})).subscription;
  EXPECT_EQ(ended->status, domain::SubscriptionStatus::cancelled);
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa")), "200 active");
  EXPECT_TRUE(members.has_access("ana"));
}

TEST_F(Copies, of_a_deleted_customer_hold_up_no_subscription) {
  const auto id = save_card(world, "pm_card_visa");
  delete_customer();
  EXPECT_EQ(blamed(run(world.clock, members.subscribing("ana", kPro, id))), "payment_method_id");
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k")), "200 active");
  EXPECT_EQ(members.now(members.subscribing("ana", kPro, "pm_card_visa", 0, "k")), "200 active");
}

TEST_F(Copies, of_a_deleted_customer_are_made_again_once_for_eight_at_the_same_instant) {
  save_card(world, "pm_card_visa");
  delete_customer();
  std::vector<base::Task<app::Answer>> tasks;
  for (int i = 0; i < 8; ++i)
    tasks.push_back(members.saving("ana", i % 2 == 0 ? "pm_card_visa" : "pm_card_mastercard"));
  for (const auto& answer : world.all(std::move(tasks)))
    EXPECT_TRUE(answer) << Members::text(answer);
  EXPECT_EQ(customer_keys().size(), 2U);
}

TEST_F(Copies, of_a_deleted_customer_are_not_saved_when_we_hear_of_them_later) {
  members.now(members.saving("ana", "pm_card_visa"));
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/pm_card_mastercard/attach") ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard", "k")), "outcome_unknown");
  delete_customer();
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_amex")), "200 attached 0005 default");
  world.wire.fate = nullptr;
  world.advance(5min);
  run(world.clock, app::recover(*world.context));
  const auto saved = members.saved("ana");
  ASSERT_EQ(saved.methods.size(), 1U);
  EXPECT_EQ(saved.methods.front().last4, "0005");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard", "k")), "200 attached 4444");
}

// The first answer is lost, and what was made is gone when the second one tells of it.
TEST_F(Copies, of_a_customer_that_was_deleted_before_we_heard_of_it_are_not_kept) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/v1/customers") ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "outcome_unknown");
  world.wire.fate = nullptr;
  delete_there("/v1/customers/" + newest_there("/v1/customers"));
  world.advance(5min);
  run(world.clock, app::recover(*world.context));
  EXPECT_FALSE(members.saved("ana").customer->gateway_customer_id);
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
}

// After the key's window: found in the list, and nobody says whether it is there still.
TEST_F(Copies, of_a_customer_that_was_found_are_not_given_up) {
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/v1/customers") ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "outcome_unknown");
  const auto made = newest_there("/v1/customers");
  world.wire.fate = [&](const ports::HttpRequest& request) {
    return request.url.ends_with("/" + made) ? Cut::request_lost : Cut::none;
  };
  world.advance(13h);
  run(world.clock, app::recover(*world.context));
  world.wire.fate = nullptr;
  world.advance(25h);
  run(world.clock, app::recover(*world.context));
  EXPECT_EQ(customer(), made);
}

TEST_F(Copies, of_a_method_that_was_detached_before_we_heard_of_it_are_not_kept) {
  members.now(members.saving("ana", "pm_card_visa"));
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/attach") ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "outcome_unknown");
  const auto newest = newest_there("/v1/customers/" + customer() + "/payment_methods");
  world.sandbox_post("/v1/payment_methods/" + newest + "/detach", "");
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.contains("/v1/payment_methods/pm_1") ? Cut::request_lost : Cut::none;
  };
  world.advance(5min);
  run(world.clock, app::recover(*world.context));  // nobody says whether it is there
  world.wire.fate = nullptr;
  world.advance(1h);
  run(world.clock, app::recover(*world.context));
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "200 attached 4444");
}

// A token of its own, as a browser makes it: once it was attached and detached it is used up.
TEST_F(Copies, of_a_deleted_customer_end_an_unknown_call_that_was_to_attach_to_it) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto old = customer();
  const auto raw = make_method_there();
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/attach") ? Cut::server_error_after : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", raw)), "outcome_unknown");
  world.wire.fate = nullptr;
  delete_customer();
  const auto began = world.clock.now();
  const auto answer = members.now(members.saving("ana", raw));
  EXPECT_TRUE(answer == "validation_failed" || answer.starts_with("200 attached")) << answer;
  EXPECT_LE(world.clock.now() - began, 1s);
  EXPECT_NE(members.saved("ana").customer->gateway_customer_id, old);
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "200 attached 4444 default");
  EXPECT_TRUE(run(world.clock, world.store->due_calls(world.clock.now() + 24h, 10)).empty());
}

TEST_F(Copies, of_a_method_that_is_another_customers_end_an_unknown_call_that_was_to_attach_it) {
  members.now(members.saving("ana", "pm_card_visa"));
  const auto raw = make_method_there();
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/attach") ? Cut::server_error_before : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", raw)), "outcome_unknown");
  world.wire.fate = nullptr;
  const auto made = world.sandbox_post("/v1/customers", "name=Other");
  const auto other = *wire::parse_json(made.body)->string_at({"id"});
  world.sandbox_post("/v1/payment_methods/" + raw + "/attach", "customer=" + other);
  EXPECT_EQ(members.now(members.saving("ana", raw)), "validation_failed");
  EXPECT_TRUE(run(world.clock, world.store->due_calls(world.clock.now() + 24h, 10)).empty());
}

TEST_F(Copies, that_could_not_be_looked_at_stay) {
  save_card(world, "pm_card_visa");
  const auto old = customer();
  delete_customer();
  world.wire.fate = [&](const ports::HttpRequest& request) {
    return request.method == "GET" && request.url.ends_with(old) ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "gateway_refused");
  EXPECT_EQ(customer(), old);
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "200 attached 4444 default");
}

TEST_F(Copies, of_a_customer_that_is_there_stay_whatever_was_refused) {
  save_card(world, "pm_card_visa");
  const auto old = customer();
  EXPECT_EQ(members.now(members.saving("ana", "pm_nobody_knows")), "validation_failed");
  EXPECT_EQ(customer(), old);
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

TEST_F(Copies, of_a_detached_method_leave_the_list_when_they_are_refused) {
  const auto first = save_card(world, "pm_card_visa");
  const auto second = save_card(world, "pm_card_mastercard");
  const auto token = members.saved("ana").methods.front().gateway_payment_method_id;
  ASSERT_EQ(world.sandbox_post("/v1/payment_methods/" + token + "/detach", "").status, 200);
  world.order("100");
  world.pay(1, "100");
  EXPECT_EQ(blamed(process_intent(world, 1, first)), "payment_method_id");
  const auto saved = members.saved("ana");
  ASSERT_EQ(saved.methods.size(), 1U);
  EXPECT_EQ(saved.customer->default_method_id->to_string(), second);
  EXPECT_EQ(to_string(process_intent(world, 1)), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.audit(), "");
}

// The caller named none: what is the default now is paid with, and none that is gone is spoken of.
TEST_F(Copies, of_a_default_that_was_detached_there_give_way_to_the_next) {
  for (const auto* card : {"pm_card_visa", "pm_card_mastercard", "pm_card_amex"})
    save_card(world, card);
  const auto methods = members.saved("ana").methods;
  const auto detach = [&](std::size_t number) {
    const auto path =
        "/v1/payment_methods/" + methods.at(number).gateway_payment_method_id + "/detach";
    ASSERT_EQ(world.sandbox_post(path, "").status, 200);
  };
  detach(0);  // the default
  detach(2);  // that would be it next
  world.order("100");
  world.pay(1, "100");
  EXPECT_EQ(to_string(process_intent(world, 1, {}, "k")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(to_string(process_intent(world, 1, {}, "k")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);

  detach(1);
  world.order("100");
  world.pay(2, "100");
  const auto refused = process_intent(world, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().details.at(0).code, "required");
  EXPECT_EQ(world.payment(2).state, domain::PaymentState::pending);
  EXPECT_TRUE(members.saved("ana").methods.empty());
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Copies, of_a_default_that_is_there_keep_the_refusal) {
  save_card(world, "pm_card_visa");
  world.order("100");
  world.pay(1, "100");
  const auto* rule =
      "fault=refused&times=1&operation=payment_intent.create&code=payment_method_unexpected_state";
  ASSERT_EQ(world.sandbox_post("/_sandbox/faults", rule).status, 200);
  EXPECT_EQ(blamed(process_intent(world, 1)), "payment_method_id");
  EXPECT_EQ(to_string(process_intent(world, 1)), "1 succeeded 100.00/100.00");
}

TEST_F(Copies, of_a_subscription_that_is_gone_end_and_are_never_made_again) {
  members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  const std::string id = "sub_gone";
  lose_subscription(id);
  EXPECT_EQ(members.now(members.changing("ana", id, kPro, false)), "invalid_state");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_EQ(members.history("ana"),
            "incomplete subscription_created user, active payment_completed user, cancelled gone "
            "gateway");
  EXPECT_FALSE(members.has_access("ana"));
  EXPECT_EQ(members.now(members.ending("ana", id, true)), "200 cancelled");
  EXPECT_EQ(world.sandbox_count("/v1/subscriptions"), 1);
}

TEST_F(Copies, of_a_subscription_that_is_gone_end_when_they_are_to_end) {
  for (const bool immediate : {true, false}) {
    const std::string id = immediate ? "sub_gone" : "sub_gone_too";
    members.now(members.subscribing("ana", kPro, "pm_card_visa"));
    lose_subscription(id);
    EXPECT_EQ(members.now(members.ending("ana", id, immediate)), "200 cancelled");
    EXPECT_FALSE(members.has_access("ana"));
  }
}

TEST_F(Copies, of_a_payment_that_is_not_there_go_to_a_person) {
  make_intent(world, {.method = "pm_card_visa"});
  const ports::Decide rename =
      [](const ports::Loaded& loaded) -> base::Result<ports::Changes, domain::Refusal> {
    auto row = *loaded.payment;
    row.gateway_payment_id = "pi_gone";
    ports::Changes changes;
    changes.update(std::move(row));
    return changes;
  };
  const auto id = world.payment(1).id;
  ASSERT_TRUE(
      run(world.clock, world.store->write({.root = ports::PaymentRef{id}}, rename)).committed());
  EXPECT_EQ(to_string(process_intent(world, 1)), "outcome_unknown");
  EXPECT_TRUE(world.payment(1).conflicted);
  EXPECT_EQ(to_string(process_intent(world, 1)), "payment_conflicted");
  const auto listed = run(world.clock, world.store->list_reviews({}, {.after = {}}));
  EXPECT_EQ(listed.total, 1);
}

// ---- what is told without being asked for ---------------------------------------------------

class ToldCopies : public Copies {
 protected:
  void SetUp() override {}
  void pass(base::Duration span = 5s) {
    world.advance(span);
    world.work();
  }
  std::string only_method() { return members.saved("ana").methods.at(0).gateway_payment_method_id; }
};

TEST_F(ToldCopies, of_a_deleted_customer_are_gone_when_it_is_told) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  delete_customer();
  pass();
  EXPECT_FALSE(members.saved("ana").customer->gateway_customer_id);
  EXPECT_TRUE(members.saved("ana").methods.empty());
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_visa")), "200 attached 4242 default");
}

TEST_F(ToldCopies, of_a_deleted_customer_do_not_hold_up_a_key_that_was_answered) {
  const auto answered = to_string(make_intent(world, {}, "k"));
  delete_customer();
  pass();
  ASSERT_FALSE(members.saved("ana").customer->gateway_customer_id);
  world.wire.fate = [](const ports::HttpRequest&) { return Cut::answer_lost; };
  EXPECT_EQ(to_string(make_intent(world, {}, "k")), answered);
  EXPECT_NE(to_string(make_intent(world, {}, "other")), answered);
}

TEST_F(ToldCopies, of_a_detached_method_leave_the_list) {
  save_card(world, "pm_card_visa");
  const auto first = only_method();
  const auto second = save_card(world, "pm_card_mastercard");
  world.sandbox_post("/v1/payment_methods/" + first + "/detach", "");
  pass();
  const auto saved = members.saved("ana");
  ASSERT_EQ(saved.methods.size(), 1U);
  EXPECT_EQ(saved.methods.front().id.to_string(), second);
  EXPECT_EQ(saved.customer->default_method_id->to_string(), second);
}

TEST_F(ToldCopies, of_a_method_say_what_it_says_now) {
  save_card(world, "pm_card_visa");
  const auto form = "card[exp_month]=7&card[exp_year]=2041";
  ASSERT_EQ(world.sandbox_post("/v1/payment_methods/" + only_method(), form).status, 200);
  pass();
  const auto method = members.saved("ana").methods.at(0);
  EXPECT_EQ(method.exp_month, 7);
  EXPECT_EQ(method.exp_year, 2041);
  EXPECT_EQ(method.last4, "4242");
}

TEST_F(ToldCopies, wait_while_the_gateway_gives_no_answer) {
  save_card(world, "pm_card_visa");
  const auto old = customer();
  delete_customer();
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "GET" ? Cut::answer_lost : Cut::none;
  };
  pass();
  EXPECT_EQ(customer(), old);
  world.wire.fate = nullptr;
  pass(1h);
  EXPECT_FALSE(members.saved("ana").customer->gateway_customer_id);
}

// Found by our own call: of its subscriptions no event tells.
TEST_F(Copies, of_a_method_that_is_detached_there_leave_what_was_paid_with_it) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto paid = members.only("ana");
  const auto token = *paid.gateway_payment_method_id;
  members.now(members.subscribing("ana", kBasic, "pm_card_mastercard"));
  const auto other = members.only("ana");
  ASSERT_NE(other.id, paid.id);
  world.sandbox_post("/v1/payment_methods/" + token + "/detach", "");
  EXPECT_EQ(blamed(run(world.clock, members.subscribing("ana", kPro, token))), "payment_method_id");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
  const auto method_of = [&](domain::SubscriptionId id) {
    return run(world.clock, world.store->load({.subscription = id}))
        .subscription->gateway_payment_method_id;
  };
  EXPECT_EQ(method_of(paid.id), std::nullopt);
  EXPECT_EQ(method_of(other.id), other.gateway_payment_method_id);
  const auto looked_at = std::ranges::count_if(world.wire.sent, [&](const auto& request) {
    return request.method == "GET" && request.url.contains(*other.gateway_subscription_id);
  });
  EXPECT_EQ(looked_at, 0);
}

TEST_F(Copies, of_a_method_that_is_removed_here_leave_what_was_to_be_paid_with_it) {
  members.now(members.subscribing("ana", kPro, "pm_card_authenticationRequired"));
  ASSERT_EQ(members.status("ana"), "incomplete");
  const auto method = members.saved("ana").methods.front();
  ASSERT_EQ(members.only("ana").gateway_payment_method_id, method.gateway_payment_method_id);
  EXPECT_EQ(members.now(members.removing("ana", method.id.to_string())), "200 detached 3184");
  EXPECT_EQ(members.only("ana").gateway_payment_method_id, std::nullopt);
}

// ---- under whose account --------------------------------------------------------------------

class Accounts : public Copies {
 protected:
  void keep(const std::string& account_id) {
    const ports::Decide decide =
        [&](const ports::Loaded&) -> base::Result<ports::Changes, domain::Refusal> {
      return ports::Changes().insert(
          domain::GatewayAccount{.gateway = domain::GatewayName::stripe, .account_id = account_id});
    };
    ASSERT_TRUE(run(world.clock, world.store->write({}, decide)).committed());
  }
  std::optional<domain::GatewayAccount> kept() {
    return run(world.clock, world.store->load({.account = domain::GatewayName::stripe})).account;
  }
  bool check() {
    return run(world.clock, app::is_our_account(*world.context, domain::GatewayName::stripe));
  }
};

TEST_F(Accounts, the_first_one_is_kept_with_its_mode) {
  EXPECT_TRUE(check());
  const auto there = wire::parse_json(world.sandbox_get("/v1/account"));
  EXPECT_EQ(kept()->account_id, there->string_at({"id"}));
  EXPECT_EQ(kept()->live, false);
  EXPECT_TRUE(check());
  EXPECT_TRUE(app::refused_accounts(*world.context).empty());
}

TEST_F(Accounts, another_one_is_refused_by_name_and_gets_nothing) {
  save_card(world, "pm_card_visa");
  delete_customer();
  keep("acct_another");
  EXPECT_FALSE(check());
  ASSERT_EQ(app::refused_accounts(*world.context).size(), 1U);
  EXPECT_NE(app::refused_accounts(*world.context)[0].find("acct_another"), std::string::npos);
  const auto sent = world.wire.sent.size();
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "gateway_refused");
  EXPECT_EQ(world.wire.sent.size(), sent);
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

// What is asked before anything is decided tells it too, and does not say that the gateway is busy.
TEST_F(Accounts, another_one_is_named_by_whatever_asks_first) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  const auto first = members.only("ana");
  const auto method = members.saved("ana").methods.front();
  keep("acct_another");
  EXPECT_FALSE(check());
  const auto sent = world.wire.sent.size();
  const auto ours = first.id.to_string();
  const auto card = method.id.to_string();
  const auto& token = method.gateway_payment_method_id;
  EXPECT_EQ(members.now(members.removing("ana", card)), "gateway_refused");
  EXPECT_EQ(members.now(members.making_default("ana", card)), "gateway_refused");
  EXPECT_EQ(members.now(members.saving("ana", token)), "gateway_refused");
  EXPECT_EQ(members.now(members.paying_with("ana", ours, token)), "gateway_refused");
  EXPECT_EQ(members.now(members.resuming("ana", ours)), "gateway_refused");
  EXPECT_EQ(members.now(members.ending("ana", ours, false)), "gateway_refused");
  EXPECT_EQ(members.now(members.changing("ana", ours, kPro, true)), "gateway_refused");
  EXPECT_EQ(members.now(members.changing("ana", ours, kBasic, true)), "gateway_refused");
  EXPECT_EQ(world.wire.sent.size(), sent);
}

TEST_F(Accounts, another_one_is_named_by_whatever_asks_first_about_a_payment) {
  const auto lose = [&](const std::string& ending) {
    world.wire.fate = [=](const ports::HttpRequest& request) {
      return request.url.ends_with(ending) ? Cut::answer_lost : Cut::none;
    };
  };
  for (std::int64_t order = 1; order <= 3; ++order) {
    world.order("100");
    world.pay(order, "100");
  }
  world.process(1, "pm_card_authenticationRequired");
  world.process(2);
  world.refund(2);
  lose("/v1/payment_intents");
  world.process(3);
  world.wire.fate = nullptr;
  ASSERT_EQ(world.payment(1).state, domain::PaymentState::requires_action);
  ASSERT_TRUE(world.payment(3).pending_operation);
  keep("acct_another");
  EXPECT_FALSE(check());
  const auto sent = world.wire.sent.size();
  EXPECT_EQ(Members::text(world.capture(1)), "gateway_refused");
  EXPECT_EQ(Members::text(world.refund(1)), "gateway_refused");
  EXPECT_EQ(Members::text(world.pay(1, "100")), "gateway_refused");
  EXPECT_EQ(Members::text(world.refund(2)), "gateway_refused");
  EXPECT_EQ(Members::text(world.process(3)), "gateway_refused");
  EXPECT_EQ(Members::text(world.cancel_payment(3)), "gateway_refused");
  EXPECT_EQ(Members::text(world.cancel_order(3)), "gateway_refused");
  EXPECT_EQ(Members::text(world.describe(3, "a lamp")), "gateway_refused");
  EXPECT_EQ(world.wire.sent.size(), sent);
}

TEST_F(Accounts, an_operation_under_another_one_is_named_instead_of_awaited) {
  members.now(members.subscribing("ana", kPro, "pm_card_visa"));
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.method == "GET" ? Cut::none : Cut::answer_lost;
  };
  const auto id = members.only("ana").id.to_string();
  EXPECT_EQ(members.now(members.ending("ana", id, false)), "outcome_unknown");
  world.wire.fate = nullptr;
  keep("acct_another");
  EXPECT_FALSE(check());
  EXPECT_EQ(members.now(members.ending("ana", id, true)), "gateway_refused");
}

TEST_F(Accounts, nothing_is_marked_gone_while_it_is_not_known) {
  save_card(world, "pm_card_visa");
  const auto old = customer();
  delete_customer();
  world.wire.fate = [](const ports::HttpRequest& request) {
    return request.url.ends_with("/v1/account") ? Cut::answer_lost : Cut::none;
  };
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "gateway_refused");
  EXPECT_EQ(customer(), old);
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.saving("ana", "pm_card_mastercard")), "200 attached 4444 default");
}

}  // namespace
}  // namespace cobro::testing
