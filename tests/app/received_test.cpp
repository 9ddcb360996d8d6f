// What is kept of an event as it comes, and what becomes of it in the write that stores it: of a
// row of ours, of nobody, of no interest, a second time.
#include <gtest/gtest.h>

#include "app/webhooks/webhooks.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "tests/app/members.h"
#include "tests/app/world.h"

namespace cobro::testing {
namespace {

using domain::GatewayName;
using ports::WebhookStatus;
using namespace std::chrono_literals;

struct ReceivedEvents : ::testing::Test {
  World world{{.deliver_webhooks = false}};
  int events = 0;

  wire::Request letter(const std::string& type, const std::string& object) {
    const auto now = std::to_string(world.clock.now().unix_seconds());
    wire::Request request;
    request.method = "POST";
    request.path = "/webhooks/stripe";
    request.body = R"({"id":"evt_)" + std::to_string(++events) +
                   R"(","object":"event","api_version":"2025-03-31.basil","created":)" + now +
                   R"(,"livemode":false,"type":")" + type + R"(","data":{"object":)" + object +
                   "}}";
    sign(request, now);
    return request;
  }
  static void sign(wire::Request& request, const std::string& now,
                   const std::string& secret = "whsec_test") {
    request.headers.set(
        "Stripe-Signature",
        "t=" + now + ",v1=" + base::to_hex(crypto::hmac_sha256(secret, now + "." + request.body)));
  }
  base::Result<app::Received, domain::Refusal> receive(const wire::Request& request,
                                                       GatewayName at = GatewayName::stripe) {
    return run(world.clock, app::receive_webhook(*world.context, at, webhook_of(request)));
  }
  std::optional<ports::StoredWebhook> row() {
    ports::Reads reads;
    reads.webhook = ports::WebhookRef{GatewayName::stripe, "evt_" + std::to_string(events)};
    return run(world.clock, world.store->load(reads)).webhook;
  }
  // "ignored: nothing of ours", or "left".
  std::string outcome(const std::string& type, const std::string& object) {
    const auto received = receive(letter(type, object));
    if (!received) return received.error().message;
    if (received->left) return "left";
    const auto stored = row().value();
    EXPECT_EQ(stored.applied_at, world.clock.now());
    EXPECT_EQ(stored.tries, 1);
    return (stored.status == WebhookStatus::ignored   ? "ignored: "
            : stored.status == WebhookStatus::applied ? "applied: "
                                                      : "other: ") +
           stored.note;
  }
};

TEST_F(ReceivedEvents, are_kept_as_they_came_but_for_what_lets_somebody_in) {
  auto request = letter("payment_intent.processing",
                        R"({"id":"pi_9","object":"payment_intent","metadata":{"cobro_payment":)"
                        R"("0192f0c1-2345-7abc-8def-0123456789ab"}})");
  request.query = "a=b";
  for (const auto* name : {"Authorization", "proxy-authorization", "COOKIE", "X-Forwarded-For",
                           "Cookie-Consent", "User-Agent"})
    request.headers.add(name, "value");
  const auto received = receive(request);
  ASSERT_TRUE(received);
  EXPECT_FALSE(received->duplicate);
  const auto stored = row().value();
  EXPECT_EQ(stored.type, "payment_intent.processing");
  EXPECT_EQ(stored.method, "POST");
  EXPECT_EQ(stored.path, "/webhooks/stripe");
  EXPECT_EQ(stored.query, "a=b");
  EXPECT_EQ(stored.body, request.body);
  EXPECT_EQ(stored.received_at, world.clock.now());
  EXPECT_EQ(stored.next_try_at, world.clock.now() + 15s);
  EXPECT_EQ(stored.status, WebhookStatus::pending);
  EXPECT_EQ(stored.tries, 0);
  EXPECT_FALSE(stored.applied_at);
  EXPECT_TRUE(stored.headers.find("Stripe-Signature"));
  EXPECT_TRUE(stored.headers.find("X-Forwarded-For"));
  EXPECT_TRUE(stored.headers.find("Cookie-Consent"));
  EXPECT_TRUE(stored.headers.find("User-Agent"));
  for (const auto* name : {"Authorization", "Proxy-Authorization", "Cookie"})
    EXPECT_FALSE(stored.headers.find(name)) << name;
  ASSERT_TRUE(received->left);
  EXPECT_EQ(received->left->id, stored.id);
}

TEST_F(ReceivedEvents, that_come_again_change_nothing) {
  const auto request = letter("customer.created", R"({"id":"cus_9","object":"customer"})");
  EXPECT_FALSE(receive(request)->duplicate);
  const auto before = row().value();
  world.advance(1min);
  auto again = request;
  sign(again, std::to_string(world.clock.now().unix_seconds()));
  const auto second = receive(again);
  EXPECT_TRUE(second->duplicate);
  EXPECT_FALSE(second->left);
  EXPECT_EQ(row()->version, before.version);
  EXPECT_EQ(row()->received_at, before.received_at);
}

TEST_F(ReceivedEvents, that_nobody_signed_or_for_no_gateway_are_refused_and_not_kept) {
  auto request = letter("customer.created", R"({"id":"cus_9","object":"customer"})");
  sign(request, std::to_string(world.clock.now().unix_seconds()), "whsec_other");
  const auto unsigned_one = receive(request);
  ASSERT_FALSE(unsigned_one);
  EXPECT_EQ(unsigned_one.error().code, domain::RefusalCode::validation_failed);
  EXPECT_FALSE(row());
  const auto elsewhere = receive(request, GatewayName::paypal);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, domain::RefusalCode::gateway_not_available);
}

TEST_F(ReceivedEvents, of_nobody_are_ignored_as_they_come) {
  const std::string nobody = "ignored: nothing of ours";
  for (const auto& [type, object] : std::vector<std::pair<std::string, std::string>>{
           {"payment_intent.succeeded",
            R"({"id":"pi_9","object":"payment_intent","status":"succeeded","amount":1000,)"
            R"("amount_received":1000,"currency":"pen"})"},
           {"payment_intent.processing",
            R"({"id":"pi_9","object":"payment_intent","status":"processing"})"},
           {"customer.subscription.updated",
            R"({"id":"sub_9","object":"subscription","customer":"cus_9","status":"active"})"},
           {"customer.deleted", R"({"id":"cus_9","object":"customer","deleted":true})"},
           {"payment_method.detached", R"({"id":"pm_9","object":"payment_method","type":"card"})"}})
    EXPECT_EQ(outcome(type, object), nobody) << type;
  EXPECT_TRUE(outcome("customer.created", R"({"id":"cus_9","object":"customer"})")
                  .starts_with("ignored: "));
  EXPECT_NE(outcome("customer.created", R"({"id":"cus_9","object":"customer"})"), nobody);
}

// Refunds and disputes of an object whose payment we do not know yet may be ours.
TEST_F(ReceivedEvents, that_may_be_ours_wait_for_the_inbox) {
  EXPECT_EQ(outcome("charge.refunded", R"({"id":"ch_9","object":"charge","payment_intent":"pi_9",)"
                                       R"("amount_refunded":5,"currency":"pen"})"),
            "left");
  EXPECT_EQ(outcome("charge.dispute.created",
                    R"({"id":"dp_9","object":"dispute","payment_intent":"pi_9",)"
                    R"("status":"needs_response","amount":5,"currency":"pen"})"),
            "left");
}

TEST_F(ReceivedEvents, of_a_payment_of_ours_are_applied_or_left) {
  world.order("100");
  world.pay(1, "100");
  world.process(1);
  const auto intent = *world.payment(1).gateway_payment_id;
  const auto charge = [&](int refunded) {
    return R"({"id":"ch_1","object":"charge","payment_intent":")" + intent +
           R"(","amount_refunded":)" + std::to_string(refunded) + R"(,"currency":"pen"})";
  };
  EXPECT_EQ(outcome("charge.refunded", charge(0)), "applied: nothing that was not booked");
  EXPECT_EQ(outcome("charge.refunded", charge(100)), "left");
  EXPECT_EQ(outcome("payment_intent.processing",
                    R"({"id":")" + intent + R"(","object":"payment_intent"})"),
            "left");
  EXPECT_EQ(outcome("payment_intent.succeeded", world.sandbox_get("/v1/payment_intents/" + intent)),
            "applied: nothing new");
  EXPECT_EQ(world.audit(), "");
}

TEST_F(ReceivedEvents, of_a_customer_or_a_method_of_ours_are_left) {
  Members members{world};
  members.now(members.saving("ana", "pm_card_visa"));
  const auto saved = members.saved("ana");
  const auto& method = saved.methods.front();
  EXPECT_EQ(outcome("customer.deleted", R"({"id":")" + method.gateway_customer_id +
                                            R"(","object":"customer","deleted":true})"),
            "left");
  EXPECT_EQ(outcome("payment_method.detached", R"({"id":")" + method.gateway_payment_method_id +
                                                   R"(","object":"payment_method"})"),
            "left");
}

}  // namespace
}  // namespace cobro::testing
