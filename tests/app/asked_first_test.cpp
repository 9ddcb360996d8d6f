// What would be refused or left undone because of a copy of ours is asked of the gateway first:
// something was done there, its event is lost, and the request here sees it all the same.
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/words.h"
#include "tests/app/members.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPremium = "price_1Sb3k74dPtEGmLmpHfLpUkvQ";

class AskedFirst : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};
  Members members{world};

  void SetUp() override {
    ASSERT_EQ(members.now(members.subscribing("ana", kBasic, "pm_card_visa")), "200 active");
  }

  std::string id() { return *members.only("ana").gateway_subscription_id; }
  std::string path() { return "/v1/subscriptions/" + id(); }
  void post_there(const std::string& form) {
    const auto done = world.sandbox_post(path(), form);
    ASSERT_EQ(done.status, 200) << done.body;
  }
  void end_there() {
    ports::HttpRequest request{.method = "DELETE",
                               .url = "http://stripe.test" + path(),
                               .headers = {{"Authorization", "Bearer sk_test_world"}},
                               .body = {}};
    const auto done = run(world.clock, world.wire.inner.send(std::move(request)));
    ASSERT_TRUE(done && done->status == 200);
  }
  std::string field_there(const std::string& field) {
    const auto body = wire::parse_json(world.sandbox_get(path()));
    const auto* value = body->find(field);
    return value == nullptr ? "?" : wire::to_text(*value);
  }
  std::string price_there() {
    const auto body = wire::parse_json(world.sandbox_get(path()));
    return *body->at({"items", "data"})->as_array()->front().string_at({"price", "id"});
  }
  void change_price_there(const std::string& price) {
    post_there("items[0][id]=" + *members.only("ana").gateway_item_id +
               "&items[0][price]=" + price + "&proration_behavior=none");
  }
  // The subscription's one item makes way for another.
  void replace_item_there(const std::string& price) {
    post_there("items[0][id]=" + *members.only("ana").gateway_item_id +
               "&items[0][deleted]=true&items[1][price]=" + price + "&proration_behavior=none");
  }
  // The newest of ana's saved methods.
  domain::PaymentMethod saved(const std::string& card) {
    members.now(members.saving("ana", card));
    return members.saved("ana").methods.back();
  }
  void detach_there(const domain::PaymentMethod& method) {
    const auto done = world.sandbox_post(
        "/v1/payment_methods/" + method.gateway_payment_method_id + "/detach", "");
    ASSERT_EQ(done.status, 200) << done.body;
  }
  bool is_attached_there(const domain::PaymentMethod& method) {
    const auto body = wire::parse_json(
        world.sandbox_get("/v1/payment_methods/" + method.gateway_payment_method_id));
    return body->string_at({"customer"}).has_value();
  }
  // Requests of that method that the act sends to the gateway; a preview changes nothing.
  std::ptrdiff_t sent(const std::string& method, const auto& act) {
    const auto before = world.wire.sent.size();
    act();
    return std::count_if(world.wire.sent.begin() + static_cast<std::ptrdiff_t>(before),
                         world.wire.sent.end(), [&](const auto& request) {
                           return request.method == method && !request.url.ends_with("_preview");
                         });
  }
  void hush() {
    world.wire.fate = [](const ports::HttpRequest& request) {
      return request.method == "GET" ? Cut::answer_lost : Cut::none;
    };
  }
  // Every change whose URL has that part meets this.
  void lose(const std::string& part, Cut kind) {
    world.wire.fate = [=](const ports::HttpRequest& request) {
      return request.method == "POST" && request.url.contains(part) ? kind : Cut::none;
    };
  }
  base::Task<app::Answer> after(base::Duration span, base::Task<app::Answer> task) {
    co_await world.clock.sleep(span);
    co_return co_await std::move(task);
  }
};

TEST_P(AskedFirst, an_end_that_was_taken_back_there_is_asked_for_again) {
  EXPECT_EQ(members.now(members.ending("ana", id(), false)), "200 active ending");
  post_there("cancel_at_period_end=false");
  EXPECT_EQ(members.now(members.ending("ana", id(), false)), "200 active ending");
  EXPECT_EQ(field_there("cancel_at_period_end"), "true");
  EXPECT_TRUE(
      members.history("ana").ends_with(", active resumed gateway, active cancel_requested user"));
}

TEST_P(AskedFirst, an_end_that_stands_there_is_not_sent_twice_and_a_key_asks_nothing) {
  EXPECT_EQ(members.now(members.ending("ana", id(), false, "k")), "200 active ending");
  EXPECT_EQ(sent("GET", [&] { members.now(members.ending("ana", id(), false, "k")); }), 0);
  EXPECT_EQ(sent("POST", [&] { members.now(members.ending("ana", id(), false)); }), 0);
  EXPECT_EQ(sent("GET", [&] { members.now(members.ending("ana", id(), false, "l")); }), 2);
  EXPECT_EQ(sent("GET", [&] { members.now(members.ending("ana", id(), false, "l")); }), 0);
  hush();
  EXPECT_EQ(members.now(members.ending("ana", id(), false)), "gateway_busy");
}

TEST_P(AskedFirst, one_that_was_paid_there_meanwhile_is_not_cut_short) {
  members.now(members.subscribing("bob", kBasic, "pm_card_authenticationRequired"));
  const auto row = members.only("bob");
  ASSERT_EQ(row.status, domain::SubscriptionStatus::incomplete);
  const auto done = world.sandbox_post("/v1/invoices/" + *row.latest_invoice_id + "/pay",
                                       "paid_out_of_band=true");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(members.now(members.ending("bob", row.id.to_string(), false)), "200 active ending");
}

TEST_P(AskedFirst, another_plan_there_is_changed_to_the_one_that_we_believed) {
  change_price_there(kPro);
  EXPECT_EQ(members.now(members.changing("ana", id(), kBasic, true)),
            "200 pro credit 49.00 charge 19.00");
  EXPECT_EQ(price_there(), kPro);
  EXPECT_EQ(members.now(members.changing("ana", id(), kBasic, false)),
            "200 basic credit 49.00 charge 19.00");
  EXPECT_EQ(price_there(), kBasic);
  EXPECT_EQ(sent("POST", [&] { members.now(members.changing("ana", id(), kBasic, false)); }), 0);
}

TEST_P(AskedFirst, a_change_to_another_plan_there_is_made_by_the_first_request) {
  change_price_there(kPro);
  EXPECT_EQ(members.now(members.changing("ana", id(), kBasic, false, "k")),
            "200 basic credit 49.00 charge 19.00");
  EXPECT_EQ(price_there(), kBasic);
  EXPECT_EQ(members.only("ana").plan_code, "basic");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(AskedFirst, what_a_change_costs_is_said_of_the_item_that_is_there) {
  replace_item_there(kPro);
  EXPECT_EQ(members.now(members.changing("ana", id(), kPremium, true)),
            "200 pro credit 49.00 charge 99.00");
  replace_item_there(kBasic);
  EXPECT_EQ(members.now(members.changing("ana", id(), kPremium, false, "k")),
            "200 premium credit 19.00 charge 99.00");
  EXPECT_EQ(price_there(), kPremium);
  replace_item_there(kPro);  // that is wanted now
  EXPECT_EQ(sent("POST",
                 [&] {
                   EXPECT_EQ(members.now(members.changing("ana", id(), kPro, false)),
                             "200 pro credit 0.00 charge 0.00");
                 }),
            0);
  EXPECT_EQ(world.audit(), "");
}

// Of one that is there as we know it, the gateway's refusal stands.
TEST_P(AskedFirst, what_a_change_costs_is_asked_once_more_only_of_another_item) {
  const auto before = world.wire.sent.size();
  EXPECT_EQ(members.now(members.changing("ana", id(), "price_of_nobody", true)),
            "validation_failed");
  const auto asked = std::count_if(
      world.wire.sent.begin() + static_cast<std::ptrdiff_t>(before), world.wire.sent.end(),
      [](const auto& request) { return request.url.ends_with("_preview"); });
  EXPECT_EQ(asked, 1);
}

TEST_P(AskedFirst, another_method_there_is_replaced_by_the_one_that_we_believed) {
  const auto first = members.saved("ana").methods.front();
  const auto second = saved("pm_card_mastercard");
  for (const auto& there : {second.gateway_payment_method_id, std::string()}) {
    post_there("default_payment_method=" + there);
    EXPECT_EQ(members.now(members.paying_with("ana", id(), first.id.to_string())), "200 active");
    EXPECT_EQ(field_there("default_payment_method"), '"' + first.gateway_payment_method_id + '"');
  }
  const auto again = [&] { members.now(members.paying_with("ana", id(), first.id.to_string())); };
  EXPECT_EQ(sent("POST", again), 0);
}

TEST_P(AskedFirst, a_method_that_pays_there_is_not_removed_here) {
  const auto second = saved("pm_card_mastercard");
  post_there("default_payment_method=" + second.gateway_payment_method_id);
  const auto remove = [&] { return members.now(members.removing("ana", second.id.to_string())); };
  hush();
  EXPECT_EQ(remove(), "gateway_busy");
  world.wire.fate = nullptr;
  EXPECT_EQ(remove(), "method_in_use");
  EXPECT_TRUE(is_attached_there(second));
  EXPECT_EQ(members.only("ana").gateway_payment_method_id, second.gateway_payment_method_id);
  const auto first = members.saved("ana").methods.front().id.to_string();
  EXPECT_EQ(members.now(members.removing("ana", first)), "200 detached 4242");
}

TEST_P(AskedFirst, a_method_of_a_subscription_that_has_ended_there_is_let_go) {
  const auto first = members.saved("ana").methods.front().id.to_string();
  EXPECT_EQ(members.now(members.removing("ana", first)), "method_in_use");
  end_there();
  EXPECT_EQ(members.now(members.removing("ana", first)), "200 detached 4242");
  EXPECT_EQ(members.status("ana"), "cancelled");
  EXPECT_FALSE(members.has_access("ana"));
}

TEST_P(AskedFirst, a_method_that_is_detached_there_is_named_and_leaves_the_list) {
  const auto first = members.saved("ana").methods.front();
  detach_there(first);
  EXPECT_EQ(members.now(members.paying_with("ana", id(), first.id.to_string())),
            "validation_failed");
  EXPECT_TRUE(members.saved("ana").methods.empty());

  const auto second = saved("pm_card_mastercard");
  const auto third = saved("pm_card_amex");
  detach_there(third);
  const auto refused = run(world.clock, members.making_default("ana", third.id.to_string()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().details.at(0).field, "payment_method_id");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
  detach_there(second);  // the default already
  EXPECT_EQ(members.now(members.making_default("ana", second.id.to_string())), "validation_failed");
  EXPECT_EQ(members.now(members.making_default("ana", second.id.to_string())), "not_found");
}

TEST_P(AskedFirst, a_method_that_is_detached_there_is_not_saved_because_it_was) {
  const auto first = members.saved("ana").methods.front();
  EXPECT_EQ(members.now(members.saving("ana", first.gateway_payment_method_id)),
            "200 attached 4242 default");
  detach_there(first);
  EXPECT_EQ(members.now(members.saving("ana", first.gateway_payment_method_id)),
            "validation_failed");
  EXPECT_TRUE(members.saved("ana").methods.empty());
}

TEST_P(AskedFirst, a_new_default_is_asked_about_once_and_its_key_asks_nothing) {
  const auto second = saved("pm_card_mastercard").id.to_string();
  hush();
  EXPECT_EQ(members.now(members.making_default("ana", second, "k")), "gateway_busy");
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.making_default("ana", second, "k")), "200 attached 4444 default");
  EXPECT_EQ(sent("GET", [&] { members.now(members.making_default("ana", second, "k")); }), 0);
}

// ---- what became of an operation whose answer was lost ----------------------------------------

TEST_P(AskedFirst, an_unknown_change_that_stands_there_holds_up_nothing) {
  const auto second = saved("pm_card_mastercard").id.to_string();
  const std::vector<std::pair<std::string, std::function<base::Task<app::Answer>()>>> acts = {
      {"200 active", [&] { return members.resuming("ana", id()); }},
      {"200 attached 4444 default", [&] { return members.making_default("ana", second); }},
      {"200 active", [&] { return members.paying_with("ana", id(), second); }},
      {"200 pro credit 0.00 charge 0.00",
       [&] { return members.changing("ana", id(), kPro, false); }},
      {"200 active ending", [&] { return members.ending("ana", id(), false); }},
      {"200 cancelled ending", [&] { return members.ending("ana", id(), true); }}};
  for (const auto& [answer, act] : acts) {
    lose("/v1/subscriptions/", Cut::answer_lost);
    const auto* other = members.only("ana").plan_code == "pro" ? kBasic : kPro;
    EXPECT_EQ(members.now(members.changing("ana", id(), other, false)), "outcome_unknown");
    world.wire.fate = nullptr;
    EXPECT_EQ(members.now(act()), answer);
    EXPECT_EQ(price_there(), members.only("ana").gateway_price_id);
    if (other == kPro) members.now(members.changing("ana", id(), kBasic, false));
  }
  EXPECT_EQ(world.audit(), "");
}

TEST_P(AskedFirst, an_unknown_change_of_one_that_has_ended_there_holds_up_no_end) {
  for (const bool immediate : {true, false}) {
    lose("/v1/subscriptions/", Cut::answer_lost);
    EXPECT_EQ(members.now(members.changing("ana", id(), kPro, false)), "outcome_unknown");
    end_there();
    hush();
    EXPECT_EQ(members.now(members.ending("ana", id(), immediate)), "payment_in_progress");
    world.wire.fate = nullptr;
    EXPECT_EQ(members.now(members.ending("ana", id(), immediate)), "200 cancelled");
    EXPECT_FALSE(members.has_access("ana"));
    members.now(members.subscribing("ana", kBasic, "pm_card_visa"));
  }
}

// Whether it was ever there nobody can say before its deadline; then the same bytes go once more.
TEST_P(AskedFirst, an_unknown_change_that_is_not_shown_is_sent_again_after_its_deadline) {
  lose("/v1/subscriptions/", Cut::server_error_before);
  EXPECT_EQ(members.now(members.changing("ana", id(), kPro, false)), "outcome_unknown");
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.resuming("ana", id())), "payment_in_progress");
  EXPECT_EQ(price_there(), kBasic);
  world.advance(30s);
  EXPECT_EQ(members.now(members.resuming("ana", id())), "200 active");
  EXPECT_EQ(price_there(), kPro);
  EXPECT_EQ(members.only("ana").plan_code, "pro");
}

TEST_P(AskedFirst, an_operation_that_is_under_way_is_not_asked_about) {
  lose("/v1/subscriptions/", Cut::answer_slow);
  std::vector<base::Task<app::Answer>> both;
  both.push_back(members.changing("ana", id(), kPro, false));
  both.push_back(after(1s, members.resuming("ana", id())));
  const auto answers = world.all(std::move(both));
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(Members::text(answers[1]), "payment_in_progress");
}

TEST_P(AskedFirst, an_unknown_removal_is_asked_about) {
  const auto second = saved("pm_card_mastercard").id.to_string();
  lose("/detach", Cut::answer_lost);
  EXPECT_EQ(members.now(members.removing("ana", second)), "outcome_unknown");
  hush();
  EXPECT_NE(members.now(members.removing("ana", second)), "200 detached 4444");
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.removing("ana", second)), "200 detached 4444");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
  EXPECT_EQ(members.now(members.removing("ana", second)), "not_found");
}

TEST_P(AskedFirst, an_unknown_removal_of_what_is_wanted_again_is_named) {
  const auto second = saved("pm_card_mastercard").id.to_string();
  lose("/detach", Cut::answer_lost);
  EXPECT_EQ(members.now(members.removing("ana", second)), "outcome_unknown");
  world.wire.fate = nullptr;
  EXPECT_EQ(members.now(members.paying_with("ana", id(), second)), "validation_failed");
  EXPECT_EQ(members.saved("ana").methods.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Writes, AskedFirst, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

class RefundAskedFirst : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};

  void pay(const std::string& card) {
    world.order("100");
    world.pay(1, "100");
    ASSERT_TRUE(world.process(1, card));
  }
  std::string refund(std::optional<std::string> amount = {}) {
    const auto answer = world.refund(1, std::move(amount));
    return answer ? answer->body.substr(0, answer->body.find(' '))
                  : std::string(to_string(answer.error().code));
  }
  base::Task<app::Answer> after(base::Duration span, base::Task<app::Answer> task) {
    co_await world.clock.sleep(span);
    co_return co_await std::move(task);
  }
  void refuse_to_tell() {
    world.wire.fate = [](const ports::HttpRequest& request) {
      return request.method == "GET" ? Cut::answer_lost : Cut::none;
    };
  }
};

TEST_P(RefundAskedFirst, a_dispute_that_was_won_there_forbids_nothing) {
  pay("pm_card_createDispute");
  world.advance(5s);
  EXPECT_EQ(refund("10"), "gateway_refused");  // it books the dispute
  EXPECT_EQ(refund("10"), "payment_disputed");
  const auto listed = wire::parse_json(world.sandbox_get("/v1/disputes"));
  const auto id = *listed->find("data")->as_array()->front().string_at({"id"});
  world.sandbox_post("/v1/disputes/" + id, "evidence[uncategorized_text]=winning_evidence");
  world.advance(5s);
  refuse_to_tell();
  EXPECT_EQ(refund("10"), "gateway_busy");
  world.wire.fate = nullptr;
  EXPECT_NE(refund("10"), "payment_disputed");
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "10.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(RefundAskedFirst, a_refund_that_failed_there_after_all_leaves_its_room) {
  pay("pm_card_refundFail");
  ASSERT_TRUE(world.refund(1));
  EXPECT_EQ(refund(), "refund_exceeds_remaining");
  world.advance(5s);
  EXPECT_TRUE(world.refund(1));
  const auto rows = world.load(1).refunds;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].status, domain::RefundStatus::failed);
  EXPECT_EQ(world.sandbox_count("/v1/refunds"), 2);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(RefundAskedFirst, a_pending_refund_that_settled_there_holds_up_no_other) {
  pay("pm_card_pendingRefund");
  ASSERT_TRUE(world.refund(1, "20"));
  EXPECT_EQ(refund("20"), "refund_in_progress");
  EXPECT_EQ(world.sandbox_count("/v1/refunds"), 1);
  world.advance(5s);
  EXPECT_TRUE(world.refund(1, "20"));
  EXPECT_EQ(world.load(1).refunds.front().status, domain::RefundStatus::succeeded);
  EXPECT_EQ(world.sandbox_count("/v1/refunds"), 2);
  EXPECT_EQ(world.audit(), "");
}

// A second click while the first is on its way is refused at once: were the gateway asked, the
// first one would be found there, ended, and the second would be another refund.
TEST_P(RefundAskedFirst, two_clicks_at_the_same_instant_are_one_refund) {
  pay("pm_card_visa");
  std::vector<base::Task<app::Answer>> clicks;
  clicks.push_back(world.refunding(1, "20", "broken", ""));
  clicks.push_back(after(1ms, world.refunding(1, "20", "broken", "")));
  const auto answers = world.all(std::move(clicks));
  EXPECT_NE(answers[0].has_value(), answers[1].has_value());
  EXPECT_EQ(world.sandbox_count("/v1/refunds"), 1);
}

INSTANTIATE_TEST_SUITE_P(Writes, RefundAskedFirst, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

// A payment whose authorisation, capture or end came to no ear of ours.
class PaymentAskedFirst : public ::testing::TestWithParam<bool> {
 protected:
  World world{{.split_writes = GetParam(), .deliver_webhooks = false}};

  void authorize(const std::string& card = "pm_card_visa") {
    world.order("100");
    world.pay(1, "100", "stripe", domain::CaptureMethod::manual);
    ASSERT_TRUE(world.process(1, card));
  }
  void do_there(const std::string& act, const std::string& form = "") {
    const auto done = world.sandbox_post(
        "/v1/payment_intents/" + *world.payment(1).gateway_payment_id + "/" + act, form);
    ASSERT_EQ(done.status, 200) << done.body;
  }
  void authenticate() {
    const auto url = world.payment(1).next_action.value().url.value();
    ASSERT_EQ(world.sandbox_post(url.substr(url.find('/', url.find("://") + 3)), "outcome=approve")
                  .status,
              303);
  }
  void hush() {
    world.wire.fate = [](const ports::HttpRequest& request) {
      return request.method == "GET" ? Cut::answer_lost : Cut::none;
    };
  }
  std::string said(const app::Answer& answer) {
    return answer ? std::to_string(answer->status) : std::string(to_string(answer.error().code));
  }
  std::string state() { return std::string(to_string(world.payment(1).state)); }
  // Requests that the act sends to the gateway.
  std::size_t asked(const auto& act) {
    const auto before = world.wire.sent.size();
    act();
    return world.wire.sent.size() - before;
  }
};

TEST_P(PaymentAskedFirst, what_was_authorized_there_is_captured) {
  authorize("pm_card_threeDSecure2Required");
  ASSERT_EQ(state(), "requires_action");
  EXPECT_EQ(said(world.capture(1)), "invalid_state");
  authenticate();
  hush();
  EXPECT_EQ(said(world.capture(1)), "gateway_busy");
  world.wire.fate = nullptr;
  EXPECT_EQ(said(world.capture(1)), "200");
  EXPECT_EQ(state(), "succeeded");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(PaymentAskedFirst, what_was_captured_there_is_refunded) {
  authorize();
  EXPECT_EQ(said(world.refund(1, "10")), "invalid_state");
  do_there("capture", "amount_to_capture=6000");
  hush();
  EXPECT_EQ(said(world.refund(1)), "gateway_busy");
  world.wire.fate = nullptr;
  EXPECT_EQ(said(world.refund(1, "61")), "refund_exceeds_remaining");
  EXPECT_EQ(said(world.refund(1)), "200");
  EXPECT_EQ(world.standing(1), world.standing_there(1));
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "60.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(PaymentAskedFirst, what_was_cancelled_there_holds_up_no_other_payment) {
  authorize();
  EXPECT_EQ(said(world.pay(1, "100")), "order_amount_taken");
  EXPECT_EQ(state(), "authorized");
  do_there("cancel");
  EXPECT_EQ(said(world.pay(1, "100")), "200");
  EXPECT_EQ(state(), "cancelled");
  EXPECT_EQ(world.audit(), "");
}

TEST_P(PaymentAskedFirst, a_declined_payment_that_was_paid_there_is_not_paid_again_by_another) {
  world.order("100");
  world.pay(1, "100");
  ASSERT_EQ(said(world.process(1, "pm_card_chargeDeclined")), "402");
  world.pay(1, "100");
  do_there("confirm", "payment_method=pm_card_visa");
  EXPECT_EQ(said(world.process(2)), "invalid_state");
  EXPECT_EQ(state(), "succeeded");
  EXPECT_EQ(world.order_row(1).captured.to_decimal(), "100.00");
  EXPECT_EQ(world.payment(2).state, domain::PaymentState::cancelled);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(PaymentAskedFirst, a_declined_payment_is_asked_about_before_its_order_is_called_paid) {
  world.order("100");
  world.pay(1, "100");
  ASSERT_EQ(said(world.process(1, "pm_card_chargeDeclined")), "402");
  world.pay(1, "100");
  ASSERT_EQ(said(world.process(2)), "200");
  EXPECT_EQ(said(world.process(1)), "invalid_state");
  EXPECT_FALSE(world.payment(1).overpayment);
  do_there("confirm", "payment_method=pm_card_visa");
  EXPECT_EQ(said(world.process(1)), "invalid_state");
  EXPECT_TRUE(world.payment(1).overpayment);
  EXPECT_EQ(world.audit(), "");
}

TEST_P(PaymentAskedFirst, an_end_is_believed_without_a_question) {
  authorize();
  ASSERT_EQ(said(world.cancel_payment(1)), "200");
  EXPECT_EQ(asked([&] { EXPECT_EQ(said(world.capture(1)), "invalid_state"); }), 0U);
  EXPECT_EQ(asked([&] { EXPECT_EQ(said(world.refund(1)), "invalid_state"); }), 0U);
}

INSTANTIATE_TEST_SUITE_P(Writes, PaymentAskedFirst, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "split" : "whole"; });

}  // namespace
}  // namespace cobro::testing
