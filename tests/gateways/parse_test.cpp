#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateways/fixtures.h"

namespace cobro::gateways {
namespace {

using domain::Operation;
using domain::RemoteState;
using fixtures::answer;
using fixtures::error;
using fixtures::intent;
using fixtures::json;
using fixtures::money;
using fixtures::refund;
using fixtures::stripe;
using ports::AnswerKind;
using testing::HasSubstr;
using testing::Not;

ports::GatewayAnswer parse(Operation operation, const ports::HttpResponse& response) {
  return stripe().parse(operation, response);
}

const wire::JsonObject kDeclinedBefore = {
    {"last_payment_error", json(R"({"type":"card_error","code":"card_declined",
       "decline_code":"insufficient_funds","message":"Insufficient funds."})")}};

struct StateRow {
  Operation operation;
  std::string_view status;
  wire::JsonObject more;
  AnswerKind kind;
  RemoteState state;
};

TEST(StripeParse, judges_every_status_of_an_intent_by_the_operation) {
  using enum Operation;
  const std::vector<StateRow> rows = {
      {confirm,
       "succeeded",
       {{"amount_received", 2990}},
       AnswerKind::accepted,
       RemoteState::succeeded},
      {confirm, "processing", {}, AnswerKind::accepted, RemoteState::processing},
      {confirm, "requires_action", {}, AnswerKind::accepted, RemoteState::requires_action},
      {confirm, "requires_capture", {}, AnswerKind::accepted, RemoteState::authorized},
      {confirm, "canceled", {}, AnswerKind::accepted, RemoteState::cancelled},
      {confirm, "requires_confirmation", {}, AnswerKind::unknown, RemoteState::unconfirmed},
      {confirm, "requires_payment_method", {}, AnswerKind::unknown, RemoteState::unconfirmed},
      {confirm, "requires_payment_method", kDeclinedBefore, AnswerKind::declined,
       RemoteState::declined},
      {confirm, "a_new_word", {}, AnswerKind::unknown, RemoteState::unrecognized},
      {capture, "succeeded", {}, AnswerKind::accepted, RemoteState::succeeded},
      {capture, "processing", {}, AnswerKind::accepted, RemoteState::processing},
      {capture, "requires_capture", {}, AnswerKind::unknown, RemoteState::authorized},
      {capture, "canceled", {}, AnswerKind::unknown, RemoteState::cancelled},
      {capture, "a_new_word", {}, AnswerKind::unknown, RemoteState::unrecognized},
      {cancel, "canceled", {}, AnswerKind::accepted, RemoteState::cancelled},
      {create, "requires_payment_method", {}, AnswerKind::accepted, RemoteState::unconfirmed},
      {create, "requires_confirmation", {}, AnswerKind::accepted, RemoteState::unconfirmed},
      {create, "succeeded", {}, AnswerKind::unknown, RemoteState::succeeded},
      {create, "requires_payment_method", kDeclinedBefore, AnswerKind::unknown,
       RemoteState::declined},
      {cancel, "succeeded", {}, AnswerKind::unknown, RemoteState::succeeded},
      {cancel, "requires_payment_method", kDeclinedBefore, AnswerKind::unknown,
       RemoteState::declined},
  };
  for (const auto& row : rows) {
    const auto got = parse(row.operation, answer(200, intent(row.status, row.more)));
    EXPECT_EQ(fixtures::judged(got), row.kind) << row.status;
    ASSERT_TRUE(got.payment) << row.status;
    EXPECT_EQ(got.payment->state, row.state) << row.status;
    EXPECT_EQ(got.message.empty(), got.kind != AnswerKind::unknown) << row.status;
    EXPECT_FALSE(got.busy);
  }
}

TEST(StripeParse, reads_what_an_intent_says) {
  const auto got =
      parse(Operation::confirm, answer(200, intent("succeeded", {{"amount_received", 2000}})));
  EXPECT_EQ(got.payment->gateway_payment_id, "pi_1");
  EXPECT_EQ(got.payment->amount, money("29.90", "USD"));
  EXPECT_EQ(got.payment->captured, money("20.00", "USD"));
  EXPECT_EQ(got.payment->charge_id, "ch_1");
  EXPECT_EQ(got.payment->our_payment->to_string(), fixtures::kPaymentId);
  EXPECT_EQ(got.payment->our_call->to_string(), fixtures::kAttemptId);
  EXPECT_FALSE(got.payment->next_action);
}

TEST(StripeParse, hands_out_the_client_secret_beside_what_is_kept) {
  for (const std::string_view status : {"requires_payment_method", "succeeded", "canceled"}) {
    const auto got = parse(Operation::create, answer(200, intent(status)));
    EXPECT_EQ(got.payment->client_secret, "pi_1_secret_canary");
    EXPECT_THAT(got.payment->redacted, Not(HasSubstr("secret")));
  }
  const auto none = intent("requires_payment_method", {{"client_secret", wire::JsonNull{}}});
  EXPECT_FALSE(parse(Operation::create, answer(200, none)).payment->client_secret);
}

TEST(StripeParse, reads_a_charge_that_is_only_an_id_or_missing) {
  const auto id =
      parse(Operation::confirm, answer(200, intent("processing", {{"latest_charge", "ch_2"}})));
  EXPECT_EQ(id.payment->charge_id, "ch_2");
  const auto none = parse(Operation::confirm,
                          answer(200, intent("processing", {{"latest_charge", wire::JsonNull{}}})));
  EXPECT_FALSE(none.payment->charge_id);
}

TEST(StripeParse, has_no_amount_when_the_echo_cannot_be_read) {
  for (const auto& more :
       {wire::JsonObject{{"currency", "xyz"}}, wire::JsonObject{{"amount", "2990"}},
        wire::JsonObject{{"amount", -1}}, wire::JsonObject{{"amount", wire::JsonNumber{"29.9"}}},
        wire::JsonObject{{"currency", "isk"}, {"amount", 150}}}) {
    const auto got = parse(Operation::confirm, answer(200, intent("succeeded", more)));
    ASSERT_TRUE(got.payment);
    EXPECT_FALSE(got.payment->amount);
  }
}

TEST(StripeParse, hands_out_the_next_action_with_its_client_secret) {
  const auto redirect = parse(
      Operation::confirm,
      answer(200, intent("requires_action", {{"next_action", json(R"({"type":"redirect_to_url",
                             "redirect_to_url":{"url":"https://hooks.stripe.com/3ds"}})")}})));
  EXPECT_EQ(redirect.payment->next_action->type, "redirect_to_url");
  EXPECT_EQ(redirect.payment->next_action->url, "https://hooks.stripe.com/3ds");
  EXPECT_EQ(redirect.payment->next_action->client_secret, "pi_1_secret_canary");
  for (const std::string_view action :
       {R"({"type":"use_stripe_sdk","use_stripe_sdk":{"type":"x"}})", R"({"type":"a_new_word"})",
        R"({"type":"redirect_to_url","redirect_to_url":{"url":"javascript:alert"}})"}) {
    const auto sdk = parse(Operation::confirm,
                           answer(200, intent("requires_action", {{"next_action", json(action)}})));
    EXPECT_EQ(sdk.payment->next_action->type, "use_stripe_sdk");
    EXPECT_FALSE(sdk.payment->next_action->url);
    EXPECT_EQ(sdk.payment->next_action->client_secret, "pi_1_secret_canary");
  }
}

TEST(StripeParse, takes_a_body_it_does_not_understand_for_unknown) {
  for (const std::string_view body :
       {"", "<html>", "[]", "{}", "null", R"({"object":"payment_intent"})",
        R"({"id":"pi_1","object":"charge","status":"succeeded"})",
        R"({"id":"../x","object":"payment_intent","status":"succeeded"})",
        R"({"id":7,"object":"payment_intent","status":"succeeded"})"})
    for (const auto operation : {Operation::create, Operation::confirm, Operation::capture,
                                 Operation::cancel, Operation::refund}) {
      const auto got = parse(operation, {200, {}, std::string(body)});
      EXPECT_EQ(got.kind, AnswerKind::unknown) << body;
      EXPECT_FALSE(got.payment || got.refund) << body;
      EXPECT_FALSE(got.message.empty());
    }
}

TEST(StripeParse, judges_every_status_of_a_refund) {
  using enum domain::RefundStatus;
  const std::pair<std::string_view, domain::RefundStatus> rows[] = {{"pending", pending},
                                                                    {"requires_action", pending},
                                                                    {"succeeded", succeeded},
                                                                    {"failed", failed},
                                                                    {"canceled", failed}};
  for (const auto& [word, status] : rows) {
    const auto got = parse(Operation::refund, answer(200, refund(word)));
    EXPECT_EQ(got.kind, AnswerKind::accepted) << word;
    EXPECT_EQ(got.refund->status, status) << word;
    EXPECT_EQ(got.refund->amount, money("10.00", "USD"));
    EXPECT_EQ(got.refund->gateway_payment_id, "pi_1");
    EXPECT_EQ(got.refund->our_payment->to_string(), fixtures::kPaymentId);
    EXPECT_EQ(got.refund->our_call->to_string(), fixtures::kAttemptId);
  }
  const auto got = parse(Operation::refund, answer(200, refund("a_new_word")));
  EXPECT_EQ(got.kind, AnswerKind::unknown);
  EXPECT_EQ(got.refund->gateway_refund_id, "re_1");
  EXPECT_FALSE(got.refund->status);
}

TEST(StripeParse, reads_why_a_refund_was_made_and_why_it_failed) {
  const auto theirs = parse(Operation::refund,
                            answer(200, refund("failed", {{"reason", "duplicate"},
                                                          {"failure_reason", "lost_or_stolen_card"},
                                                          {"metadata", wire::JsonObject{}}})));
  EXPECT_EQ(theirs.refund->reason, "duplicate");
  EXPECT_EQ(theirs.refund->failure_reason, "lost_or_stolen_card");
  const auto ours =
      parse(Operation::refund,
            answer(200, refund("succeeded", {{"metadata", json(R"({"reason":"x"})")}})));
  EXPECT_EQ(ours.refund->reason, "x");
}

struct ErrorRow {
  int status;
  std::string_view members;
  AnswerKind kind;
  bool busy = false;
};

constexpr ErrorRow kErrors[] = {
    {402, R"("type":"card_error","code":"card_declined")", AnswerKind::declined},
    {402, R"("type":"card_error","code":"authentication_required")", AnswerKind::declined},
    {402, R"("type":"card_error","code":"expired_card")", AnswerKind::declined},
    {402, R"("type":"card_error","code":"processing_error")", AnswerKind::declined},
    {402, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {402, R"("type":"api_error")", AnswerKind::unknown},
    {401, R"("type":"invalid_request_error")", AnswerKind::not_executed},
    {403, R"("type":"invalid_request_error")", AnswerKind::not_executed},
    {404, R"("type":"idempotency_error")", AnswerKind::unknown},
    {429, R"("type":"invalid_request_error","code":"rate_limit")", AnswerKind::not_executed, true},
    {429, R"("type":"api_error")", AnswerKind::not_executed, true},
    {429, R"("type":"invalid_request_error","code":"lock_timeout")", AnswerKind::not_executed,
     true},
    {409, R"("type":"invalid_request_error","code":"lock_timeout")", AnswerKind::not_executed,
     true},
    {409, R"("type":"idempotency_error","code":"idempotency_key_in_use")", AnswerKind::unknown},
    {409, R"("type":"invalid_request_error","code":"idempotency_key_in_use")", AnswerKind::unknown},
    {409, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {400, R"("type":"idempotency_error")", AnswerKind::unknown},
    {400, R"("type":"invalid_request_error","code":"rate_limit")", AnswerKind::not_executed, true},
    {400, R"("type":"invalid_request_error","code":"parameter_missing","param":"amount")",
     AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","code":"parameter_unknown")", AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","code":"parameter_invalid_integer")",
     AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","code":"amount_too_small")", AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","code":"livemode_mismatch")", AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","param":"currency")", AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {400, R"("type":"invalid_request_error","code":"a_new_code","param":"amount")",
     AnswerKind::unknown},
    {400, R"("type":"invalid_request_error","code":"payment_intent_unexpected_state")",
     AnswerKind::unknown},
    {400, R"("type":"invalid_request_error","code":"charge_already_captured")",
     AnswerKind::unknown},
    {400, R"("type":"invalid_request_error","code":"charge_already_refunded")",
     AnswerKind::unknown},
    {400, R"("type":"api_error","code":"parameter_missing")", AnswerKind::unknown},
    {300, R"("type":"x")", AnswerKind::unknown},
    {302, R"("type":"x")", AnswerKind::unknown},
    {405, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {418, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {424, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {500, R"("type":"api_error")", AnswerKind::unknown},
    {502, R"("type":"api_error")", AnswerKind::unknown},
    {503, R"("type":"api_error","code":"rate_limit")", AnswerKind::unknown},
    {504, R"("type":"api_error","code":"lock_timeout")", AnswerKind::unknown},
};

TEST(StripeParse, judges_every_error_alike_for_every_operation) {
  for (const auto operation : {Operation::create, Operation::confirm, Operation::capture,
                               Operation::cancel, Operation::refund})
    for (const auto& row : kErrors) {
      const auto got = parse(operation, error(row.status, row.members));
      EXPECT_EQ(fixtures::judged(got), row.kind) << row.status << row.members;
      EXPECT_EQ(got.busy, row.busy) << row.status << row.members;
      EXPECT_EQ(got.decline.has_value(), row.kind == AnswerKind::declined) << row.members;
      EXPECT_FALSE(got.message.empty());
    }
}

TEST(StripeParse, takes_any_error_without_a_readable_object_for_unknown) {
  for (const int status : {400, 401, 402, 403, 404, 409, 429, 500, 503})
    for (const std::string_view body :
         {"", "<html>blocked</html>", "{}", R"({"error":"x"})", R"({"error":null})", "[]"}) {
      const auto got = parse(Operation::confirm, {status, {}, std::string(body)});
      EXPECT_EQ(got.kind, AnswerKind::unknown) << status << body;
      EXPECT_FALSE(got.busy);
    }
}

// What is in our path exists as far as we know; nothing else is worth a look.
TEST(StripeParse, looks_for_an_object_in_our_path_that_is_missing) {
  const auto missing = R"("type":"invalid_request_error","code":"resource_missing")";
  for (const int status : {400, 404})
    for (const auto operation :
         {Operation::confirm, Operation::capture, Operation::cancel, Operation::refund}) {
      const auto got = parse(operation, error(status, missing));
      EXPECT_EQ(got.kind, AnswerKind::not_executed) << status;
      EXPECT_TRUE(got.look_first && got.gone) << status;
    }
  const auto made = parse(Operation::create, error(400, missing));
  EXPECT_EQ(made.kind, AnswerKind::not_executed);
  EXPECT_FALSE(made.look_first);
}

TEST(StripeParse, lets_the_retry_hint_change_busy_and_nothing_else) {
  const wire::Headers hint = {{"stripe-should-retry", "true"}};
  for (const auto& row : kErrors) {
    const auto got = parse(Operation::capture, error(row.status, row.members, hint));
    EXPECT_EQ(fixtures::judged(got), row.kind) << row.status << row.members;
    EXPECT_EQ(got.busy, row.kind == AnswerKind::not_executed) << row.status << row.members;
  }
  const wire::Headers no = {{"Stripe-Should-Retry", "false"}};
  EXPECT_TRUE(parse(Operation::capture, error(429, R"("type":"api_error")", no)).busy);
}

TEST(StripeParse, reads_a_decline_and_the_intent_it_left) {
  const auto after = intent("requires_payment_method", kDeclinedBefore);
  const auto got =
      parse(Operation::confirm,
            error(402, R"("type":"card_error","code":"card_declined","decline_code":"lost_card",
                   "message":"Your card was declined.","payment_intent":)" +
                           wire::to_text(after)));
  EXPECT_EQ(got.kind, AnswerKind::declined);
  EXPECT_EQ(got.decline->code, "card_declined");
  EXPECT_EQ(got.decline->decline_code, "lost_card");
  EXPECT_EQ(got.decline->message, "Your card was declined.");
  EXPECT_EQ(got.payment->gateway_payment_id, "pi_1");
  EXPECT_EQ(got.payment->state, RemoteState::declined);
  EXPECT_EQ(got.payment->decline->decline_code, "insufficient_funds");
}

TEST(StripeParse, does_not_believe_a_decline_beside_an_intent_that_went_on) {
  for (const std::string_view status : {"succeeded", "processing", "requires_capture"}) {
    const auto got = parse(
        Operation::confirm,
        error(402, R"("type":"card_error","payment_intent":)" + wire::to_text(intent(status))));
    EXPECT_EQ(got.kind, AnswerKind::unknown) << status;
    EXPECT_FALSE(got.decline) << status;
  }
  const auto capture =
      parse(Operation::capture, error(402, R"("type":"card_error","payment_intent":)" +
                                               wire::to_text(intent("requires_capture"))));
  EXPECT_EQ(capture.kind, AnswerKind::declined) << "the hold stays: nothing was captured";
}

TEST(StripeParse, keeps_keys_and_secrets_out_of_messages) {
  const auto credentials = parse(
      Operation::confirm, error(401, R"("message":"Invalid API Key provided: sk_test_****1234")"));
  EXPECT_EQ(credentials.message, "Stripe answered 401: our credentials were refused");
  const auto other = parse(Operation::confirm,
                           error(400, R"("type":"invalid_request_error","code":"parameter_unknown",
                   "message":"Unknown: sk_live_canary and pi_1_secret_canary and whsec_canary")"));
  EXPECT_THAT(other.message, HasSubstr("parameter_unknown: Unknown: *** and *** and ***"));
  EXPECT_THAT(other.message, Not(HasSubstr("canary")));
  const auto wordy =
      parse(Operation::confirm, error(500, R"("message":")" + std::string(900, 'a') + "\""));
  EXPECT_LE(wordy.message.size(), 300U);
}

TEST(StripeParse, keeps_only_harmless_fields) {
  const auto declined = json(R"({"type":"card_error","code":"card_declined",
    "decline_code":"generic_decline","message":"Declined.","payment_method":{"id":"pm_1",
    "billing_details":{"name":"canary"},"card":{"brand":"visa","last4":"0002",
    "fingerprint":"canary"}}})");
  const auto action = json(R"({"type":"use_stripe_sdk","use_stripe_sdk":{"key":"canary"}})");
  for (const auto& object : {intent("succeeded", {{"amount_received", 2990}}),
                             intent("requires_payment_method", {{"last_payment_error", declined}}),
                             intent("requires_action", {{"next_action", action}})}) {
    const auto got = parse(Operation::confirm, answer(200, object));
    EXPECT_THAT(got.payment->redacted, Not(HasSubstr("canary")));
    EXPECT_THAT(got.payment->redacted, Not(HasSubstr("secret")));
    EXPECT_THAT(got.payment->redacted, Not(HasSubstr("metadata")));
    EXPECT_TRUE(wire::parse_json(got.payment->redacted));
  }
  const auto got = parse(Operation::refund, answer(200, refund("pending")));
  EXPECT_THAT(got.refund->redacted, Not(HasSubstr("canary")));
}

TEST(StripeParse, keeps_what_support_needs) {
  const auto got =
      parse(Operation::confirm, answer(200, intent("succeeded", {{"amount_received", 2990}})));
  const auto kept = json(got.payment->redacted);
  EXPECT_EQ(kept.string_at({"id"}), "pi_1");
  EXPECT_EQ(kept.string_at({"status"}), "succeeded");
  EXPECT_EQ(kept.int_at({"amount"}), 2990);
  EXPECT_EQ(kept.string_at({"latest_charge", "id"}), "ch_1");
  EXPECT_EQ(kept.string_at({"latest_charge", "outcome", "network_status"}), "approved_by_network");
  EXPECT_EQ(kept.string_at({"latest_charge", "card", "last4"}), "4242");
  EXPECT_EQ(json(parse(Operation::refund, answer(200, refund("pending"))).refund->redacted)
                .string_at({"id"}),
            "re_1");
}

}  // namespace
}  // namespace cobro::gateways
