// Payments without an order: made at the gateway first, confirmed by the browser or by us.
#include <gtest/gtest.h>

#include "tests/app/buyer.h"
#include "wire/json.h"

namespace cobro::testing {
namespace {

using domain::PaymentState;
using namespace std::chrono_literals;

class Intents : public ::testing::Test {
 protected:
  World world{{.split_writes = true}};

  wire::Json object(std::int64_t payment) {
    return *wire::parse_json(
        world.sandbox_get("/v1/payment_intents/" + *world.payment(payment).gateway_payment_id));
  }
  // The last request to that path.
  std::string sent_to(const std::string& path) {
    for (auto it = world.wire.sent.rbegin(); it != world.wire.sent.rend(); ++it)
      if (it->method == "POST" && it->url.ends_with(path)) return it->body;
    return "";
  }
  // Of the calls to make an intent, the first that are sent.
  void cut_creation(Cut cut, int times = 1) {
    world.wire.fate = [cut, left = times](const ports::HttpRequest& request) mutable {
      const bool makes = request.method == "POST" && request.url.ends_with("/v1/payment_intents");
      return makes && left-- > 0 ? cut : Cut::none;
    };
  }
};

TEST_F(Intents, is_made_unconfirmed_with_the_callers_customer) {
  const auto answer = make_intent(world, {.method = "pm_card_visa"});
  ASSERT_EQ(to_string(answer), "1 pending 0.00/100.00");
  const auto payment = world.payment(1);
  EXPECT_TRUE(payment.client_secret.has_value());
  EXPECT_EQ(payment.gateway_payment_method_id, "pm_card_visa");
  EXPECT_EQ(object(1).string_at({"customer"}), payment.gateway_customer_id);
  EXPECT_EQ(object(1).string_at({"status"}), "requires_confirmation");
  EXPECT_EQ(object(1).string_at({"client_secret"}), payment.client_secret);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, the_same_key_makes_one_and_a_customer_is_made_once) {
  EXPECT_EQ(to_string(make_intent(world, {}, "k")), to_string(make_intent(world, {}, "k")));
  make_intent(world, {}, "other");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 2);
  EXPECT_EQ(world.sandbox_count("/v1/customers"), 1);
}

TEST_F(Intents, paid_in_the_browser_it_succeeds_by_webhook) {
  make_intent(world);
  EXPECT_EQ(pay_in_browser(world, 1).status, 200);
  world.advance(5s);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.standing_there(1), world.standing(1));
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, declined_in_the_browser_it_may_be_tried_again_there) {
  make_intent(world);
  EXPECT_EQ(pay_in_browser(world, 1, "4000000000000002").status, 402);
  world.advance(5s);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::failed);
  EXPECT_EQ(pay_in_browser(world, 1).status, 200);
  world.advance(5s);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::succeeded);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, process_confirms_the_object_that_is_there) {
  make_intent(world, {.method = "pm_card_visa"});
  EXPECT_EQ(to_string(process_intent(world, 1)), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, process_learns_that_the_browser_was_faster) {
  world.hold_webhooks = true;
  make_intent(world);
  pay_in_browser(world, 1);
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_visa")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.sandbox_charged("pen"), 10'000);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, process_takes_a_saved_method_by_our_id_and_by_the_gateways) {
  const auto id = save_card(world, "pm_card_visa");
  make_intent(world);
  EXPECT_EQ(to_string(process_intent(world, 1, id)), "1 succeeded 100.00/100.00");
  make_intent(world, {.method = id});
  const auto token = world.payment(2).gateway_payment_method_id;
  ASSERT_TRUE(token && token->starts_with("pm_1"));
  EXPECT_EQ(to_string(process_intent(world, 2, token)), "2 succeeded 100.00/100.00");
  EXPECT_EQ(object(2).string_at({"payment_method"}), token);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, without_a_method_the_default_one_is_taken_or_the_call_refused) {
  make_intent(world);
  const auto none = process_intent(world, 1);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().details.front().code, "required");
  save_card(world, "pm_card_mastercard");
  EXPECT_EQ(to_string(process_intent(world, 1)), "1 succeeded 100.00/100.00");
}

TEST_F(Intents, an_id_that_is_no_saved_method_is_refused_before_anything_is_sent) {
  const auto theirs = save_card(world, "pm_card_visa", "bob");
  make_intent(world);
  const auto sent = world.wire.sent.size();
  for (const auto& answer :
       {process_intent(world, 1, theirs), make_intent(world, {.method = theirs})}) {
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().details.front().field, "payment_method_id");
  }
  EXPECT_EQ(world.wire.sent.size(), sent);
}

TEST_F(Intents, an_orders_payment_with_a_saved_method_brings_its_customer) {
  const auto id = save_card(world, "pm_card_visa");
  world.order("100");
  world.pay(1, "100");
  EXPECT_EQ(to_string(process_intent(world, 1, id)), "1 succeeded 100.00/100.00");
  EXPECT_NE(sent_to("/v1/payment_intents").find("customer=cus_"), std::string::npos);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, an_admin_pays_with_the_owners_methods) {
  save_card(world, "pm_card_visa", "root");
  world.order("100");
  world.pay(1, "100");
  const auto none = process_intent(world, 1, {}, "", "root", app::Role::admin);
  ASSERT_FALSE(none.has_value());
  const auto id = save_card(world, "pm_card_visa");
  EXPECT_EQ(to_string(process_intent(world, 1, id, "k", "root", app::Role::admin)),
            "1 succeeded 100.00/100.00");
}

TEST_F(Intents, what_was_never_made_is_cancelled_and_its_key_may_be_used_again) {
  cut_creation(Cut::throttled);
  EXPECT_EQ(to_string(make_intent(world, {}, "k")), "gateway_busy");
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(to_string(make_intent(world, {}, "k")).substr(2), "pending 0.00/100.00");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, a_method_that_the_gateway_does_not_know_is_a_field_error) {
  const auto answer = make_intent(world, {.method = "pm_nobody"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, domain::RefusalCode::validation_failed);
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
}

TEST_F(Intents, a_lost_answer_is_made_good_and_the_key_tells_the_intent) {
  cut_creation(Cut::answer_lost);
  EXPECT_EQ(to_string(make_intent(world, {}, "k")), "outcome_unknown");
  EXPECT_EQ(world.payment(1).pending_operation, domain::Operation::create);
  EXPECT_EQ(to_string(process_intent(world, 1, "pm_card_visa")), "1 succeeded 100.00/100.00")
      << "asked about, it is found and confirmed";
  EXPECT_EQ(to_string(make_intent(world, {}, "k")), "1 succeeded 100.00/100.00");
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, found_by_its_metadata_after_the_keys_window) {
  cut_creation(Cut::answer_lost, 1000);
  make_intent(world, {}, "k");
  world.advance(13h);
  world.work();
  EXPECT_FALSE(world.payment(1).pending_operation.has_value());
  EXPECT_TRUE(world.payment(1).client_secret.has_value());
  EXPECT_EQ(world.payment(1).state, PaymentState::pending);
  EXPECT_EQ(world.sandbox_count("/v1/payment_intents"), 1);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, without_a_trace_after_the_window_it_is_cancelled) {
  cut_creation(Cut::request_lost, 1000);
  make_intent(world, {}, "k");
  world.advance(13h);
  world.work();
  EXPECT_EQ(world.payment(1).state, PaymentState::cancelled);
  EXPECT_EQ(world.audit(), "");
  world.wire.fate = {};
  EXPECT_EQ(to_string(make_intent(world, {}, "k")).substr(2), "pending 0.00/100.00");
}

TEST_F(Intents, a_gateway_that_nothing_is_made_at_is_refused) {
  EXPECT_EQ(to_string(make_intent(world, {.gateway = domain::GatewayName::manual})),
            "gateway_not_available");
}

TEST_F(Intents, a_course_is_granted_while_its_payment_stands) {
  make_intent(world, {.amount = "29.90",
                      .kind = domain::PaymentKind::course_purchase,
                      .method = "pm_card_visa",
                      .course = "course-7"});
  EXPECT_TRUE(entitlements(world).empty());
  process_intent(world, 1);
  ASSERT_EQ(entitlements(world).size(), 1U);
  const auto granted = entitlements(world).front();
  EXPECT_EQ(granted.reference, "course-7");
  EXPECT_EQ(granted.payment_id, world.payment(1).id);
  EXPECT_EQ(granted.amount->to_string(), "29.90 PEN");
  EXPECT_FALSE(granted.revoked_at.has_value());
  world.refund(1, "9.90");
  EXPECT_FALSE(entitlements(world).front().revoked_at.has_value());
  world.refund(1, {}, "rest");
  EXPECT_TRUE(entitlements(world).front().revoked_at.has_value());
  EXPECT_EQ(entitlements(world).size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(Intents, a_course_is_granted_again_when_its_refund_fails_later) {
  make_intent(world, {.kind = domain::PaymentKind::course_purchase,
                      .method = "pm_card_refundFail",
                      .course = "course-7"});
  process_intent(world, 1);
  world.refund(1);
  EXPECT_TRUE(entitlements(world).front().revoked_at.has_value());
  world.advance(5s);
  world.work();
  EXPECT_TRUE(world.payment(1).refunded.is_zero());
  EXPECT_FALSE(entitlements(world).front().revoked_at.has_value());
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace cobro::testing
