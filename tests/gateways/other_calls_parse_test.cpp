#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateways/billing_fixtures.h"

namespace cobro::gateways {
namespace {

using domain::Operation;
using fixtures::answer;
using fixtures::customer;
using fixtures::error;
using fixtures::json;
using fixtures::method;
using fixtures::stripe;
using ports::AnswerKind;
using testing::HasSubstr;
using testing::Not;

constexpr Operation kAll[] = {
    Operation::create_customer,
    Operation::attach_method,
    Operation::detach_method,
    Operation::create_subscription,
    Operation::end_at_period_end,
    Operation::end_now,
    Operation::resume,
    Operation::change_plan,
    Operation::set_method,
    Operation::pay_invoice,
};

ports::GatewayAnswer parse(Operation operation, const ports::HttpResponse& response) {
  const auto gateway = stripe();
  return gateway.subscriptions()->parse(operation, response);
}

wire::Json subscription(std::string_view status, bool ends = false) {
  return fixtures::basil_subscription(status, {{"cancel_at_period_end", ends}});
}

struct StateRow {
  Operation operation;
  wire::Json object;
  AnswerKind kind;
};

TEST(StripeOtherCallsParse, judges_every_object_by_the_operation) {
  using enum Operation;
  using enum AnswerKind;
  const std::vector<StateRow> rows = {
      {create_customer, customer(), accepted},
      {attach_method, method(), accepted},
      {attach_method, method({{"customer", wire::JsonNull{}}}), unknown},
      {detach_method, method({{"customer", wire::JsonNull{}}}), accepted},
      {detach_method, method(), unknown},
      {create_subscription, subscription("incomplete"), accepted},
      {create_subscription, subscription("trialing"), accepted},
      {create_subscription, subscription("active"), accepted},
      {create_subscription, subscription("canceled"), accepted},
      {create_subscription, subscription("a_new_word"), unknown},
      {end_at_period_end, subscription("active", true), accepted},
      {end_at_period_end, subscription("canceled"), accepted},
      {end_at_period_end, subscription("active"), unknown},
      {end_now, subscription("canceled"), accepted},
      {end_now, subscription("incomplete_expired"), accepted},
      {end_now, subscription("active", true), unknown},
      {resume, subscription("active"), accepted},
      {resume, subscription("active", true), not_executed},
      {resume, fixtures::basil_subscription("active", {{"cancel_at", 1'764'932'400}}),
       not_executed},
      {resume, subscription("canceled"), unknown},
      {change_plan, subscription("past_due"), accepted},
      {change_plan, subscription("canceled"), unknown},
      {change_plan, fixtures::subscription("active"), unknown},
      {set_method, subscription("active"), accepted},
      {set_method, subscription("canceled"), unknown},
      {set_method,
       fixtures::basil_subscription("active", {{"default_payment_method", wire::JsonNull{}}}),
       unknown},
      {pay_invoice, fixtures::basil_invoice("paid"), accepted},
      {pay_invoice, fixtures::basil_invoice("open"), unknown},
      {pay_invoice, fixtures::acacia_invoice("void"), unknown},
  };
  for (const auto& row : rows) {
    const auto got = parse(row.operation, answer(200, row.object));
    EXPECT_EQ(fixtures::judged(got), row.kind) << wire::to_text(row.object);
    EXPECT_FALSE(std::holds_alternative<std::monostate>(got.snapshot));
    EXPECT_EQ(got.message.empty(), row.kind == accepted);
  }
}

TEST(StripeOtherCallsParse, reads_customers_and_methods) {
  const auto made = parse(Operation::create_customer, answer(200, customer()));
  const auto& who = std::get<domain::GatewayCustomer>(made.snapshot);
  EXPECT_EQ(who.gateway_customer_id, "cus_1");
  EXPECT_EQ(who.our_customer->to_string(), fixtures::kCustomerId);
  const auto attached = parse(Operation::attach_method, answer(200, method()));
  const auto& card = std::get<domain::GatewayMethod>(attached.snapshot);
  EXPECT_EQ(card.gateway_payment_method_id, "pm_1");
  EXPECT_EQ(card.gateway_customer_id, "cus_1");
  EXPECT_EQ(card.type, "card");
  EXPECT_EQ(card.brand, "visa");
  EXPECT_EQ(card.last4, "4242");
  EXPECT_EQ(card.exp_month, 12);
  EXPECT_EQ(card.exp_year, 2030);
}

TEST(StripeOtherCallsParse, reads_a_method_that_is_no_card) {
  const auto debit = json(R"({"id":"pm_2","object":"payment_method","type":"sepa_debit",
    "customer":{"id":"cus_1","object":"customer"},"sepa_debit":{"last4":"3000"}})");
  const auto got = parse(Operation::attach_method, answer(200, debit));
  const auto& snapshot = std::get<domain::GatewayMethod>(got.snapshot);
  EXPECT_EQ(snapshot.gateway_customer_id, "cus_1");
  EXPECT_EQ(snapshot.type, "sepa_debit");
  EXPECT_EQ(snapshot.last4, "3000");
  EXPECT_FALSE(snapshot.brand || snapshot.exp_month || snapshot.exp_year);
}

TEST(StripeOtherCallsParse, takes_a_body_it_does_not_understand_for_unknown) {
  for (const std::string_view body :
       {"", "<html>", "[]", "{}", "null", R"({"object":"customer"})",
        R"({"id":"cus_1","object":"customer","deleted":true})",
        R"({"id":"../x","object":"customer"})", R"({"id":"../x","object":"payment_method"})",
        R"({"id":"sub_1","object":"subscription","status":"active"})",
        R"({"id":7,"object":"subscription","customer":"cus_1","status":"active"})",
        R"({"id":"pi_1","object":"payment_intent","customer":"cus_1","status":"succeeded"})"})
    for (const auto operation : kAll) {
      const auto got = parse(operation, {200, {}, std::string(body)});
      EXPECT_EQ(got.kind, AnswerKind::unknown) << body;
      EXPECT_TRUE(std::holds_alternative<std::monostate>(got.snapshot)) << body;
      EXPECT_FALSE(got.message.empty());
    }
}

struct ErrorRow {
  int status;
  std::string_view members;
  AnswerKind kind;
  bool busy = false;
};

// What no operation judges by itself.
constexpr ErrorRow kErrors[] = {
    {402, R"("type":"card_error","code":"card_declined")", AnswerKind::declined},
    {402, R"("type":"invalid_request_error")", AnswerKind::unknown},
    {401, R"("type":"invalid_request_error")", AnswerKind::not_executed},
    {403, R"("type":"invalid_request_error")", AnswerKind::not_executed},
    {404, R"("type":"idempotency_error")", AnswerKind::unknown},
    {429, R"("type":"invalid_request_error","code":"rate_limit")", AnswerKind::not_executed, true},
    {409, R"("type":"invalid_request_error","code":"lock_timeout")", AnswerKind::not_executed,
     true},
    {409, R"("type":"idempotency_error","code":"idempotency_key_in_use")", AnswerKind::unknown},
    {400, R"("type":"idempotency_error")", AnswerKind::unknown},
    {400, R"("type":"invalid_request_error","code":"rate_limit")", AnswerKind::not_executed, true},
    {400, R"("type":"invalid_request_error","code":"parameter_unknown")", AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","code":"parameter_missing","param":"customer")",
     AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","param":"customer")", AnswerKind::not_executed},
    {400, R"("type":"invalid_request_error","code":"a_new_code","param":"x")", AnswerKind::unknown},
    {302, R"("type":"x")", AnswerKind::unknown},
    {500, R"("type":"api_error")", AnswerKind::unknown},
    {503, R"("type":"api_error","code":"rate_limit")", AnswerKind::unknown},
};

TEST(StripeOtherCallsParse, judges_errors_as_it_does_for_payments) {
  for (const auto operation : kAll)
    for (const auto& row : kErrors) {
      const auto got = parse(operation, error(row.status, row.members));
      EXPECT_EQ(fixtures::judged(got), row.kind) << row.status << row.members;
      EXPECT_EQ(got.busy, row.busy) << row.status << row.members;
      EXPECT_EQ(got.decline.has_value(), row.kind == AnswerKind::declined) << row.members;
      EXPECT_FALSE(got.fault == ports::Fault::payment_method || got.fault == ports::Fault::price)
          << row.members;
      EXPECT_TRUE(std::holds_alternative<std::monostate>(got.snapshot));
      EXPECT_FALSE(got.message.empty());
    }
}

TEST(StripeOtherCallsParse, takes_any_error_without_a_readable_object_for_unknown) {
  for (const auto operation : kAll)
    for (const int status : {400, 401, 402, 403, 404, 409, 429, 500, 503})
      for (const std::string_view body : {"", "<html>blocked</html>", "{}", R"({"error":null})"})
        EXPECT_EQ(parse(operation, {status, {}, std::string(body)}).kind, AnswerKind::unknown);
}

TEST(StripeOtherCallsParse, tells_when_the_method_is_why_nothing_was_attached) {
  const ports::HttpResponse about_the_method[] = {
      error(404, R"("type":"invalid_request_error","code":"resource_missing",
                    "param":"payment_method","message":"No such PaymentMethod: 'pm_1'")"),
      error(400, R"("type":"invalid_request_error","code":"payment_method_unexpected_state")"),
      error(400, R"("type":"invalid_request_error","message":"The payment method you provided has )"
                 R"(already been attached to a customer.")"),
      error(400, R"("type":"invalid_request_error","message":"This PaymentMethod was previously )"
                 R"(used without being attached to a Customer, and may not be used again.")"),
  };
  for (const auto& response : about_the_method) {
    const auto got = parse(Operation::attach_method, response);
    EXPECT_EQ(got.kind, AnswerKind::not_executed) << response.body;
    EXPECT_TRUE(got.fault == ports::Fault::payment_method) << response.body;
    EXPECT_FALSE(got.busy);
  }
  const auto customer =
      parse(Operation::attach_method,
            error(404, R"("type":"invalid_request_error","code":"resource_missing",
                          "param":"customer","message":"No such customer: 'cus_1'")"));
  EXPECT_EQ(customer.kind, AnswerKind::not_executed);
  EXPECT_FALSE(customer.fault == ports::Fault::payment_method);
}

TEST(StripeOtherCallsParse, reads_the_decline_of_a_card_that_is_verified_when_attached) {
  const auto got =
      parse(Operation::attach_method, error(402, R"("type":"card_error","code":"card_declined",
                            "decline_code":"insufficient_funds","message":"Declined.")"));
  EXPECT_EQ(got.kind, AnswerKind::declined);
  EXPECT_EQ(got.decline->code, "card_declined");
  EXPECT_EQ(got.decline->decline_code, "insufficient_funds");
  EXPECT_EQ(got.decline->message, "Declined.");
}

TEST(StripeOtherCallsParse, tells_when_there_is_nothing_to_detach) {
  const ports::HttpResponse gone[] = {
      error(404, R"("type":"invalid_request_error","code":"resource_missing",
                    "param":"payment_method","message":"No such PaymentMethod: 'pm_1'")"),
      error(404, R"("type":"invalid_request_error","code":"resource_missing")"),
      error(400, R"("type":"invalid_request_error","message":"The payment method you )"
                 R"(provided is not attached to a customer so detachment is impossible.")"),
  };
  for (const auto& response : gone) {
    const auto got = parse(Operation::detach_method, response);
    EXPECT_EQ(got.kind, AnswerKind::not_executed) << response.body;
    EXPECT_TRUE(got.look_first) << response.body;
    EXPECT_TRUE(got.fault == ports::Fault::payment_method) << response.body;
  }
  const auto other = parse(Operation::detach_method,
                           error(400, R"("type":"invalid_request_error","message":"Not so.")"));
  EXPECT_EQ(fixtures::judged(other), AnswerKind::unknown);
  EXPECT_FALSE(other.fault == ports::Fault::payment_method);
}

TEST(StripeOtherCallsParse, tells_what_of_a_new_subscription_stripe_does_not_know) {
  struct Row {
    std::string_view parameter;
    bool bad_method;
    bool bad_price;
  };
  const Row rows[] = {{"items[0][price]", false, true},
                      {"default_payment_method", true, false},
                      {"items[0][id]", false, false},
                      {"customer", false, false}};
  for (const auto& row : rows)
    for (const auto operation : {Operation::create_subscription, Operation::change_plan}) {
      const auto got = parse(operation, error(400, fmt::format(R"("type":"invalid_request_error",
            "code":"resource_missing","param":"{}","message":"No such thing: 'x'")",
                                                               row.parameter)));
      EXPECT_EQ(got.kind, AnswerKind::not_executed) << row.parameter;
      EXPECT_EQ(got.fault == ports::Fault::payment_method, row.bad_method) << row.parameter;
      EXPECT_EQ(got.fault == ports::Fault::price, row.bad_price) << row.parameter;
      EXPECT_THAT(got.message, HasSubstr("No such thing"));
    }
}

TEST(StripeOtherCallsParse, looks_before_it_says_why_a_subscription_is_not_there_to_be_ended) {
  const auto gone = error(404, R"("type":"invalid_request_error","code":"resource_missing",
                                  "param":"id","message":"No such subscription: 'sub_1'")");
  EXPECT_EQ(fixtures::judged(parse(Operation::end_now, gone)), AnswerKind::unknown);
  EXPECT_EQ(parse(Operation::end_at_period_end, gone).kind, AnswerKind::not_executed);
  EXPECT_EQ(parse(Operation::resume, gone).kind, AnswerKind::not_executed);
}

TEST(StripeOtherCallsParse, keeps_keys_and_secrets_out_of_messages) {
  const auto got = parse(Operation::create_customer,
                         error(400, R"("type":"invalid_request_error","code":"parameter_unknown",
                   "message":"Unknown: sk_live_canary and pi_1_secret_canary")"));
  EXPECT_THAT(got.message, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace cobro::gateways
