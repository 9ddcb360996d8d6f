#include <gtest/gtest.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "gateways/fixtures.h"

namespace cobro::gateways {
namespace {

using namespace std::chrono_literals;
using domain::RefundStatus;
using domain::RemoteState;
using fixtures::intent;
using fixtures::money;
using fixtures::read_event;
using fixtures::refund;
using fixtures::said;
using fixtures::says_nothing;
using fixtures::stripe;

// The signatures were made by Stripe's own SDK (stripe 23.1.0, generateTestHeaderString),
// the first one again by `openssl dgst -sha256 -hmac whsec_first`.
constexpr std::string_view kBody =
    R"({"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1762340400,)"
    R"("data":{"object":{"id":"pi_1","object":"payment_intent","status":"succeeded",)"
    R"("amount":2990,"amount_received":2990,"currency":"usd"}}})";
const std::string kFirst = "9f8f3ef7272b812463de0b6ef614834b42162a49951814f3897627979b45525c";
const std::string kSecond = "909a2d64e0d1b01dddc99a3f8bbb4617c9b157a5c8b00bb123b6d8a5569fc8d7";
const std::string kOdd = "a7d381d1e8362f3a609a2be634178bc23a7a2b16126088681a5de556a75fa96d";
const std::string kAt = "t=1762340400";
const auto kNow = base::Timestamp::from_unix_seconds(1'762'340'400);

bool verifies(const std::string& header, std::string_view body = kBody,
              base::Timestamp now = kNow) {
  return stripe()
      .verify(fixtures::hook(body, {{"stripe-signature", header}}), nullptr, now)
      .has_value();
}

TEST(StripeSignature, accepts_what_stripes_sdk_signs_with_any_of_the_secrets) {
  EXPECT_TRUE(verifies(kAt + ",v1=" + kFirst));
  EXPECT_TRUE(verifies(kAt + ",v1=" + kSecond));
  EXPECT_TRUE(verifies(kAt + ",v1=" + kSecond + ",v1=" + kFirst + ",v0=00"));
  EXPECT_TRUE(verifies(kAt + ",v1=00,v1=zz,v1=" + std::string(64, '0') + ",v1=" + kFirst));
}

TEST(StripeSignature, covers_the_raw_bytes) {
  // Verified, then refused as no event: the message tells which of the two it was.
  const std::string odd = "{\"name\":\"caf\xc3\xa9 \\u00e9\"}\n";
  const auto got = stripe().verify(fixtures::hook(odd, {{"Stripe-Signature", kAt + ",v1=" + kOdd}}),
                                   nullptr, kNow);
  EXPECT_EQ(got.error().message, "the body is not an event");
  EXPECT_FALSE(verifies(kAt + ",v1=" + kFirst, std::string(kBody) + " "));
  std::string changed(kBody);
  changed[changed.find("2990")] = '3';
  EXPECT_FALSE(verifies(kAt + ",v1=" + kFirst, changed));
  EXPECT_FALSE(verifies("t=1762340401,v1=" + kFirst)) << "the time is signed too";
}

TEST(StripeSignature, tolerates_five_minutes_of_age_and_one_of_future) {
  const std::string header = kAt + ",v1=" + kFirst;
  EXPECT_TRUE(verifies(header, kBody, kNow + 300s));
  EXPECT_FALSE(verifies(header, kBody, kNow + 300s + 1us));
  EXPECT_TRUE(verifies(header, kBody, kNow - 60s));
  EXPECT_FALSE(verifies(header, kBody, kNow - 60s - 1us));
}

TEST(StripeSignature, refuses_garbage) {
  for (const std::string& header : std::vector<std::string>{
           "", ",", "t", "t=", "v1=" + kFirst, kAt, kAt + ",v0=" + kFirst, kAt + ",v1=",
           kAt + ",v1=" + kFirst.substr(2), kAt + ",v1=" + kFirst + "00", "t=x,v1=" + kFirst,
           "t=-1762340400,v1=" + kFirst, "t= ,v1=" + kFirst, "t=99999999999999999999,v1=" + kFirst,
           kAt + "," + kAt + ",v1=" + kFirst, kAt + ";v1=" + kFirst, kAt + ",v1=" + kFirst + ",x"})
    EXPECT_FALSE(verifies(header)) << header;
  std::string many = kAt;
  for (int i = 0; i < 17; ++i) many += ",v1=" + kFirst;
  EXPECT_FALSE(verifies(many));
  EXPECT_FALSE(stripe().verify(fixtures::hook(kBody), nullptr, kNow));
}

TEST(StripeSignature, never_accepts_an_empty_secret) {
  const std::string by_nothing =
      base::to_hex(crypto::hmac_sha256("", "1762340400." + std::string(kBody)));
  const wire::Headers headers = {{"Stripe-Signature", kAt + ",v1=" + by_nothing}};
  EXPECT_FALSE(Stripe{StripeSettings{.webhook_secrets = {base::Secret{}}}}.verify(
      fixtures::hook(kBody, headers), nullptr, kNow));
  EXPECT_FALSE(Stripe{StripeSettings{}}.verify(fixtures::hook(kBody, headers), nullptr, kNow));
}

TEST(StripeEvent, takes_final_facts_of_a_payment_as_they_are) {
  const auto event =
      read_event("payment_intent.succeeded", intent("succeeded", {{"amount_received", 2990}}));
  EXPECT_EQ(event.event_id, "evt_1");
  EXPECT_EQ(event.type, "payment_intent.succeeded");
  EXPECT_EQ(event.created_at, kNow);
  const auto paid = said<ports::PaymentEnded>(event);
  ASSERT_TRUE(paid);
  EXPECT_EQ(paid->payment.captured, money("29.90", "USD"));
  EXPECT_EQ(paid->payment.gateway_payment_id, "pi_1");
  EXPECT_EQ(paid->payment.our_payment->to_string(), fixtures::kPaymentId);
  const auto cancelled =
      said<ports::PaymentEnded>(read_event("payment_intent.canceled", intent("canceled")));
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->payment.state, RemoteState::cancelled);
}

TEST(StripeEvent, fetches_when_the_event_does_not_say_what_its_type_promises) {
  for (const auto& object :
       {intent("processing"), intent("succeeded", {{"currency", "xyz"}}), intent("a_new_word")})
    EXPECT_TRUE(said<ports::PaymentChanged>(read_event("payment_intent.succeeded", object)))
        << wire::to_text(object);
  EXPECT_TRUE(says_nothing(read_event("payment_intent.succeeded", fixtures::json("{}"))));
}

TEST(StripeEvent, fetches_the_payment_for_what_is_not_final) {
  for (const std::string_view type :
       {"payment_intent.processing", "payment_intent.requires_action",
        "payment_intent.payment_failed", "payment_intent.amount_capturable_updated",
        "payment_intent.a_new_word"}) {
    const auto changed = said<ports::PaymentChanged>(read_event(type, intent("requires_capture")));
    ASSERT_TRUE(changed) << type;
    EXPECT_EQ(changed->payment.gateway_payment_id, "pi_1") << type;
    EXPECT_EQ(changed->payment.our_payment->to_string(), fixtures::kPaymentId) << type;
  }
}

TEST(StripeEvent, takes_the_end_of_a_refund_and_fetches_before_it) {
  for (const std::string_view type :
       {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}) {
    const std::pair<std::string_view, RefundStatus> ends[] = {
        {"succeeded", RefundStatus::succeeded},
        {"failed", RefundStatus::failed},
        {"canceled", RefundStatus::failed}};
    for (const auto& [word, status] : ends) {
      const auto ended = said<ports::RefundEnded>(read_event(type, refund(word)));
      ASSERT_TRUE(ended) << type << word;
      EXPECT_EQ(ended->refund.status, status);
      EXPECT_EQ(ended->refund.gateway_payment_id, "pi_1");
      EXPECT_EQ(ended->refund.our_payment->to_string(), fixtures::kPaymentId);
    }
    for (const std::string_view word : {"pending", "requires_action", "a_new_word"}) {
      const auto changed = said<ports::RefundsChanged>(read_event(type, refund(word)));
      ASSERT_TRUE(changed) << type << word;
      EXPECT_EQ(changed->payment.gateway_payment_id, "pi_1") << type << word;
    }
  }
}

TEST(StripeEvent, fetches_the_refunds_of_a_refunded_charge) {
  const auto charge =
      fixtures::json(R"({"id":"ch_1","object":"charge","payment_intent":"pi_1","metadata":{}})");
  const auto changed = said<ports::RefundsChanged>(read_event("charge.refunded", charge));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->payment.gateway_payment_id, "pi_1");
  EXPECT_FALSE(changed->payment.our_payment);
  EXPECT_FALSE(changed->refunded);
  const auto told = said<ports::RefundsChanged>(read_event(
      "charge.refunded", fixtures::json(R"({"id":"ch_1","object":"charge","payment_intent":"pi_1",
        "currency":"pen","amount_refunded":2999})")));
  EXPECT_EQ(told->refunded, domain::Money(2999, *domain::Currency::parse("PEN")));
  const auto nobodys = fixtures::json(R"({"id":"ch_1","payment_intent":null})");
  EXPECT_TRUE(says_nothing(read_event("charge.refunded", nobodys)));
}

TEST(StripeEvent, names_the_object_when_the_metadata_is_not_ours) {
  const auto paid = said<ports::PaymentEnded>(read_event(
      "payment_intent.succeeded",
      intent("succeeded", {{"amount_received", 2990}, {"metadata", wire::JsonObject{}}})));
  ASSERT_TRUE(paid);
  EXPECT_EQ(paid->payment.gateway_payment_id, "pi_1");
  EXPECT_FALSE(paid->payment.our_payment);
}

TEST(StripeEvent, ignores_what_it_does_not_handle) {
  for (const std::string_view type :
       {"payment_intent.created", "charge.succeeded", "charge.updated", "charge.dispute.created",
        "charge.dispute.funds_withdrawn", "customer.created", "a.new.type"})
    EXPECT_TRUE(says_nothing(read_event(type, intent("succeeded")))) << type;
}

TEST(StripeEvent, refuses_a_body_that_is_no_event) {
  for (const std::string_view body :
       {"", "[]", "{}", R"({"object":"event","id":"../x","type":"x","created":1})",
        R"({"object":"event","id":"evt_1","created":1})",
        R"({"object":"event","type":"x","created":1})",
        R"({"object":"charge","id":"evt_1","type":"x","created":1})"})
    EXPECT_FALSE(stripe().read_event(fixtures::hook(body))) << body;
}

TEST(StripeEvent, does_without_a_time_that_it_cannot_read) {
  for (const std::string_view created : {"null", "-1", "9223372036854775807", "\"today\""}) {
    const auto event = stripe().read_event(fixtures::hook(
        fmt::format(R"({{"object":"event","id":"evt_1","type":"x","created":{}}})", created)));
    ASSERT_TRUE(event) << created;
    EXPECT_EQ(event->created_at, base::Timestamp{}) << created;
  }
}

TEST(StripeEvent, is_of_the_other_mode_when_our_key_is) {
  struct Row {
    std::string_view key;
    std::string_view livemode;
    bool other;
  };
  for (const auto& row : std::vector<Row>{{"sk_test_1", "true", true},
                                          {"sk_test_1", "false", false},
                                          {"rk_test_1", "true", true},
                                          {"sk_live_1", "true", false},
                                          {"sk_live_1", "false", true},
                                          {"rk_live_1", "false", true},
                                          {"sk_test_1", "null", false},
                                          {"sk_live_1", "\"false\"", false},
                                          {"key", "true", false},
                                          {"key", "false", false}}) {
    const Stripe ours{StripeSettings{.secret_key = base::Secret{std::string(row.key)}}};
    const auto event = ours.read_event(fixtures::hook(
        fmt::format(R"({{"object":"event","id":"evt_1","type":"x","created":1,"livemode":{}}})",
                    row.livemode)));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->other_mode, row.other) << row.key << row.livemode;
  }
}

TEST(StripeEvent, that_tells_no_mode_is_of_its_objects) {
  const Stripe ours{StripeSettings{.secret_key = base::Secret{"sk_test_1"}}};
  for (const std::string_view mode : {"", R"(,"livemode":null)", R"(,"livemode":"x")"})
    for (const bool live : {true, false}) {
      const auto event = ours.read_event(
          fixtures::hook(fmt::format(R"({{"object":"event","id":"evt_1","type":"x","created":1{},
            "data":{{"object":{{"id":"pi_1","livemode":{}}}}}}})",
                                     mode, live)));
      ASSERT_TRUE(event);
      EXPECT_EQ(event->other_mode, live) << mode;
    }
}

TEST(StripeEvent, tells_the_account_that_it_is_of) {
  const auto account = [](std::string_view members) {
    const auto event = stripe().read_event(fixtures::hook(
        fmt::format(R"({{"object":"event","id":"evt_1","type":"x","created":1{}}})", members)));
    return event->account.value_or("-");
  };
  EXPECT_EQ(account(R"(,"account":"acct_1")"), "acct_1");
  EXPECT_EQ(account(R"(,"account":"acct_1","context":"acct_2")"), "acct_1");
  EXPECT_EQ(account(R"(,"context":"acct_2")"), "acct_2");
  EXPECT_EQ(account(R"(,"account":null,"context":"acct_1/acct_2")"), "acct_2");
  for (const auto* none : {"", R"(,"account":null,"context":null)", R"(,"account":7,"context":7)",
                           R"(,"account":"","context":"")"})
    EXPECT_EQ(account(none), "-") << none;
}

TEST(StripeEvent, tells_that_a_customer_was_deleted) {
  const auto customer = fixtures::json(R"({"id":"cus_1","object":"customer"})");
  const auto deleted = said<ports::CustomerDeleted>(read_event("customer.deleted", customer));
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->gateway_customer_id, "cus_1");
  EXPECT_TRUE(says_nothing(read_event("customer.updated", customer)));
  EXPECT_TRUE(says_nothing(read_event("customer.deleted", intent("succeeded"))));
  EXPECT_TRUE(said<ports::CustomerDeleted>(
      read_event("customer.deleted", fixtures::json(R"({"id":"cus_1"})"))));
}

TEST(StripeEvent, tells_that_a_method_changed_or_was_detached) {
  const auto method = fixtures::json(R"({"id":"pm_1","object":"payment_method","type":"card",
    "customer":null,"card":{"brand":"visa","last4":"4242","exp_month":1,"exp_year":2031}})");
  for (const std::string_view type :
       {"payment_method.detached", "payment_method.updated", "payment_method.automatically_updated",
        "payment_method.card_automatically_updated"}) {
    const auto changed = said<ports::MethodChanged>(read_event(type, method));
    ASSERT_TRUE(changed) << type;
    EXPECT_EQ(changed->gateway_payment_method_id, "pm_1");
  }
  EXPECT_TRUE(says_nothing(read_event("payment_method.attached", method)));
  EXPECT_TRUE(says_nothing(read_event("payment_method.updated", intent("succeeded"))));
  EXPECT_TRUE(said<ports::MethodChanged>(
      read_event("payment_method.detached", fixtures::json(R"({"id":"pm_1","type":"card"})"))));
}

TEST(StripeEvent, that_does_not_say_that_its_object_is_a_dispute_has_it_fetched) {
  const auto event = read_event(
      "charge.dispute.created",
      fixtures::json(R"({"id":"du_1","charge":"ch_1","payment_intent":"pi_1","amount":2900,
        "currency":"usd","status":"needs_response","balance_transactions":[]})"));
  const auto changed = said<ports::DisputesChanged>(event);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->payment.gateway_payment_id, "pi_1");
}

}  // namespace
}  // namespace cobro::gateways
