// A second gateway, which has nothing of Stripe's ways, behind the same port: what is in
// tests/app/tiny and the line that adds it is all that it takes.
#include <gtest/gtest.h>

#include "app/webhooks/webhooks.h"
#include "tests/app/tiny/tiny_gateway.h"
#include "tests/app/tiny/tiny_server.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;
using domain::PaymentState;

class TinyPay : public ::testing::Test {
 protected:
  World world;
  tiny::TinyGateway gateway;
  tiny::TinyServer server{world.clock};

  void SetUp() override {
    world.gateways.add(gateway);
    world.wire.inner.connect(tiny::kOrigin,
                             [this](wire::Request r) { return server.handle(std::move(r)); });
    world.order("100");
    world.pay(1, "100", "paypal");
  }
  static std::string text(const app::Answer& answer) {
    return answer ? answer->body : std::string(to_string(answer.error().code));
  }
  std::string process(const std::string& key = "") { return text(world.process(1, "", key)); }
  bool tell(const ports::WebhookRequest& request) {
    auto received = run(world.clock,
                        app::receive_webhook(*world.context, domain::GatewayName::paypal, request));
    if (received && received->left) world.inbox().add(*received->left);
    return received.has_value();
  }
  void pay() {
    process();
    server.approve("o1");
    ASSERT_TRUE(tell(server.webhook("o1")));
    world.work();
  }
  PaymentState state() { return world.payment(1).state; }
};

TEST_F(TinyPay, is_approved_by_its_customer_before_anything_is_taken) {
  ASSERT_EQ(process(), "1 requires_action 0.00/100.00 next:redirect_to_url");
  ASSERT_EQ(state(), PaymentState::requires_action);
  EXPECT_EQ(world.payment(1).next_action->url, "http://tiny.test/approve/o1");
  EXPECT_EQ(world.payment(1).captured.minor(), 0);
  server.approve("o1");
  EXPECT_TRUE(tell(server.webhook("o1")));
  world.work();
  EXPECT_EQ(state(), PaymentState::succeeded);
  EXPECT_EQ(server.orders.at("o1").string_at({"status"}), "TAKEN");
  EXPECT_EQ(world.order_row(1).status, domain::OrderStatus::paid);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(TinyPay, is_taken_when_the_customer_comes_back_and_no_webhook_came) {
  process();
  server.approve("o1");
  process();
  world.work();
  EXPECT_EQ(state(), PaymentState::succeeded);
  EXPECT_EQ(server.orders.size(), 1U);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(TinyPay, refunds_in_parts) {
  pay();
  EXPECT_TRUE(world.refund(1, "30"));
  EXPECT_EQ(server.refunds.size(), 1U);
  EXPECT_EQ(world.payment(1).refunded.to_decimal(), "30.00");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(TinyPay, fetches_a_token_once_and_again_when_it_ran_out_or_was_revoked) {
  process();
  EXPECT_EQ(server.tokens_given, 1);
  process();
  EXPECT_EQ(server.tokens_given, 1);
  world.advance(5min);
  process();
  EXPECT_EQ(server.tokens_given, 2);
  EXPECT_EQ(server.refused_for_token, 0) << "it knows when a token runs out";
  server.revoke_tokens();
  process();
  EXPECT_EQ(server.tokens_given, 3);
  EXPECT_EQ(server.refused_for_token, 1);
  EXPECT_EQ(state(), PaymentState::requires_action);
}

TEST_F(TinyPay, takes_only_what_is_signed_over_query_field_and_body) {
  process();
  server.approve("o1");
  const auto good = server.webhook("o1");
  auto other = good;
  other.query = "id=event-o2";
  EXPECT_FALSE(tell(other));
  other = good;
  other.headers.set("Tiny-Time", "13");
  EXPECT_FALSE(tell(other));
  other = good;
  other.body += " ";
  EXPECT_FALSE(tell(other));
  other = good;
  other.headers.set("Tiny-Key", "mine");
  EXPECT_FALSE(tell(other)) << "keys come from the gateway";
  EXPECT_TRUE(tell(good));
  EXPECT_TRUE(tell(good)) << "known already";
  EXPECT_EQ(server.keys_given, 1) << "and are fetched once";
}

TEST_F(TinyPay, keeps_the_whole_request_of_an_event) {
  process();
  ASSERT_TRUE(tell(server.webhook("o1")));
  const auto row =
      run(world.clock, world.store->load(
                           {.webhook = ports::WebhookRef{domain::GatewayName::paypal, "event-o1"}}))
          .webhook;
  ASSERT_TRUE(row);
  EXPECT_EQ(row->method, "POST");
  EXPECT_EQ(row->path, "/webhooks/paypal");
  EXPECT_EQ(row->query, "id=event-o1");
  EXPECT_EQ(row->headers.find("tiny-time"), "12");
}

TEST_F(TinyPay, a_lost_answer_is_recovered_under_the_same_key) {
  server.break_next_answer = true;
  EXPECT_EQ(process("k"), "outcome_unknown");
  EXPECT_EQ(state(), PaymentState::processing);
  world.advance(2min);
  world.work();
  EXPECT_EQ(server.orders.size(), 1U);
  EXPECT_EQ(state(), PaymentState::requires_action);
}

TEST_F(TinyPay, a_clear_refusal_is_a_refusal_and_locks_nothing) {
  server.refuse_next = "CURRENCY_NOT_TAKEN";
  EXPECT_EQ(process(), "gateway_refused");
  EXPECT_EQ(state(), PaymentState::pending);
  server.refuse_next = "NO_FUNDS";
  EXPECT_EQ(world.process(1, "")->status, 402);
  EXPECT_EQ(state(), PaymentState::failed);
  pay();
  EXPECT_EQ(state(), PaymentState::succeeded);
  EXPECT_EQ(world.audit(), "");
}

TEST_F(TinyPay, is_cancelled_there_too) {
  process();
  EXPECT_TRUE(world.cancel_payment(1));
  EXPECT_EQ(state(), PaymentState::cancelled);
  EXPECT_EQ(server.orders.at("o1").string_at({"status"}), "VOID");
}

}  // namespace
}  // namespace cobro::testing
