#include "gateways/stripe/error_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "gateways/billing_fixtures.h"

namespace cobro::gateways {
namespace {

using fixtures::error;
using ports::AnswerKind;
using stripe::Asked;
using stripe::Culprit;
using stripe::Meaning;
using stripe::StripeError;

constexpr std::string_view kInvalid = "invalid_request_error";

constexpr Asked kEverything[] = {Asked::create,           Asked::confirm,
                                 Asked::capture,          Asked::cancel,
                                 Asked::refund,           Asked::create_customer,
                                 Asked::attach,           Asked::detach,
                                 Asked::subscribe,        Asked::change_subscription,
                                 Asked::end_subscription, Asked::pay_invoice};

StripeError refusal(std::string_view code, std::string_view parameter = "", int status = 400,
                    std::string_view type = kInvalid, std::string_view message = "") {
  return {.status = status,
          .type = std::string(type),
          .code = std::string(code),
          .parameter = std::string(parameter),
          .message = std::string(message)};
}

StripeError words(std::string_view message, std::string_view parameter = "") {
  return refusal("", parameter, 400, kInvalid, message);
}

struct Row {
  Asked asked;
  StripeError error;
  Meaning meaning;
  Culprit culprit = Culprit::nothing;
  bool gone = false;
};

void expect(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto got = stripe::judge(row.asked, row.error);
    const auto name = ::testing::Message()
                      << static_cast<int>(row.asked) << " " << row.error.status << " "
                      << row.error.code << " " << row.error.parameter << " " << row.error.message;
    EXPECT_EQ(got.meaning, row.meaning) << name;
    EXPECT_EQ(got.culprit, row.culprit) << name;
    EXPECT_EQ(got.gone, row.gone) << name;
  }
}

TEST(StripeErrorTable, takes_a_refusal_that_names_its_reason_for_a_no) {
  using enum Asked;
  expect({
      {confirm,
       words("This PaymentMethod was previously used without being attached to a "
             "Customer, and may not be used again."),
       Meaning::refused, Culprit::payment_method},
      {create,
       words("The provided PaymentMethod was previously used with a PaymentIntent. It may "
             "not be used again."),
       Meaning::refused, Culprit::payment_method},
      {confirm, words("The PaymentMethod provided belongs to the Customer cus_2."),
       Meaning::refused, Culprit::payment_method},
      {subscribe,
       words("You cannot combine currencies on a single customer. This customer has "
             "had a subscription with currency usd"),
       Meaning::refused, Culprit::customer},
      {subscribe,
       refusal("resource_missing", "", 400, kInvalid,
               "This customer has no attached payment source or default payment "
               "method."),
       Meaning::refused, Culprit::payment_method},
      {refund, refusal("balance_insufficient"), Meaning::refused},
      {subscribe, refusal("customer_max_subscriptions"), Meaning::refused, Culprit::customer},
      {attach, refusal("customer_max_payment_methods"), Meaning::refused, Culprit::customer},
      {create, refusal("amount_too_small"), Meaning::refused},
      {create, refusal("amount_too_large"), Meaning::refused},
      {create, refusal("parameters_exclusive"), Meaning::refused},
      {create, refusal("url_invalid", "return_url"), Meaning::refused},
      {confirm, refusal("payment_method_unactivated"), Meaning::refused, Culprit::payment_method},
      {confirm, refusal("payment_method_currency_mismatch"), Meaning::refused,
       Culprit::payment_method},
      {subscribe, refusal("subscription_payment_intent_requires_action"), Meaning::refused,
       Culprit::payment_method},
      {change_subscription, refusal("invoice_payment_intent_requires_action"), Meaning::refused,
       Culprit::payment_method},
      {change_subscription, refusal("product_inactive"), Meaning::refused, Culprit::price},
      {create, refusal("", "currency"), Meaning::refused},
      {confirm, refusal("", "payment_method_data[card]"), Meaning::refused,
       Culprit::payment_method},
      {create, refusal("api_key_expired", "", 401), Meaning::refused},
      {create, refusal("", "", 403), Meaning::refused},
      {create, refusal("account_invalid"), Meaning::refused},
      {create, refusal("", "", 401, "authentication_error"), Meaning::refused},
  });
}

TEST(StripeErrorTable, names_what_stripe_does_not_have) {
  using enum Asked;
  const auto missing = [](std::string_view parameter, int status) {
    return refusal("resource_missing", parameter, status);
  };
  for (const int status : {400, 404})
    expect({
        {create, missing("customer", status), Meaning::refused, Culprit::customer, true},
        {subscribe, missing("customer", status), Meaning::refused, Culprit::customer, true},
        {attach, missing("customer", status), Meaning::refused, Culprit::customer, true},
        {attach, missing("payment_method", status), Meaning::refused, Culprit::payment_method,
         true},
        {detach, missing("payment_method", status), Meaning::look_first, Culprit::payment_method,
         true},
        {confirm, missing("payment_method", status), Meaning::refused, Culprit::payment_method,
         true},
        {confirm, missing("intent", status), Meaning::look_first, Culprit::path, true},
        {capture, missing("", status), Meaning::look_first, Culprit::path, true},
        {refund, missing("payment_intent", status), Meaning::look_first, Culprit::path, true},
        {subscribe, missing("items[0][price]", status), Meaning::refused, Culprit::price, true},
        {subscribe, missing("default_payment_method", status), Meaning::refused,
         Culprit::payment_method, true},
        {change_subscription, missing("items[0][price]", status), Meaning::refused, Culprit::price,
         true},
        {change_subscription, missing("items[0][id]", status), Meaning::look_first, Culprit::path,
         true},
        {end_subscription, missing("id", status), Meaning::look_first, Culprit::path, true},
        {end_subscription, missing("subscription", status), Meaning::look_first, Culprit::path,
         true},
        {create_customer, missing("", status), Meaning::refused},
    });
}

TEST(StripeErrorTable, takes_an_object_of_the_other_mode_for_no_absence) {
  const auto other = refusal("resource_missing", "customer", 400, kInvalid,
                             "No such customer: 'cus_1'; a similar object exists in live mode, "
                             "but a test mode key was used to make this request.");
  expect({{Asked::subscribe, other, Meaning::refused, Culprit::customer, false}});
}

TEST(StripeErrorTable, looks_where_the_object_may_have_moved) {
  using enum Asked;
  for (const std::string_view code :
       {"payment_intent_unexpected_state", "charge_already_captured", "charge_already_refunded",
        "charge_disputed", "charge_expired_for_capture", "charge_not_refundable",
        "refund_disputed_payment", "capture_charge_authorization_expired",
        "capture_unauthorized_payment", "status_transition_invalid"})
    for (const auto asked : kEverything)
      expect({{asked, refusal(code), Meaning::look_first, Culprit::path}});
  const auto more = words(
      "Refund amount ($2.00) is greater than unrefunded amount on charge "
      "($1.00)",
      "amount");
  expect({
      {refund, more, Meaning::look_first, Culprit::path},
      {refund, refusal("", "amount"), Meaning::look_first, Culprit::path},
      {refund, refusal("amount_too_large", "amount"), Meaning::look_first, Culprit::path},
      {capture, refusal("amount_too_large", "amount_to_capture"), Meaning::look_first,
       Culprit::path},
      {capture, refusal("", "amount_to_capture"), Meaning::look_first, Culprit::path},
      {confirm, refusal("payment_intent_authentication_failure"), Meaning::look_first,
       Culprit::payment_method},
      {change_subscription, words("A canceled subscription can only update its metadata."),
       Meaning::look_first, Culprit::path},
      {detach,
       words("The payment method you provided is not attached to a customer so "
             "detachment is impossible."),
       Meaning::look_first, Culprit::payment_method},
      {confirm, refusal("a_code_of_next_year"), Meaning::look_first},
      {confirm, refusal("a_code_of_next_year", "amount"), Meaning::look_first},
      {end_subscription, words("Something else is wrong."), Meaning::look_first},
  });
}

TEST(StripeErrorTable, proves_nothing_by_what_is_under_way_or_broken) {
  for (const auto asked : kEverything)
    expect({
        {asked, refusal("", "", 400, "idempotency_error"), Meaning::unknown},
        {asked, refusal("", "", 429, "idempotency_error"), Meaning::unknown},
        {asked, refusal("idempotency_key_in_use", "", 409), Meaning::unknown},
        {asked, refusal("idempotency_key_in_use", "", 400), Meaning::unknown},
        {asked, refusal("resource_already_exists"), Meaning::unknown},
        {asked, refusal("token_in_use"), Meaning::unknown},
        {asked, refusal("parameter_missing", "", 408), Meaning::unknown},
        {asked, refusal("", "", 409), Meaning::unknown},
        {asked, refusal("", "", 423), Meaning::unknown},
        {asked, refusal("", "", 424), Meaning::unknown},
        {asked, refusal("", "", 425), Meaning::unknown},
        {asked, refusal("parameter_missing", "", 400, "api_error"), Meaning::unknown},
        {asked, refusal("balance_insufficient", "", 402), Meaning::unknown},
        {asked, refusal("parameter_missing", "", 500), Meaning::unknown},
        {asked, refusal("rate_limit", "", 503, "api_error"), Meaning::unknown},
        {asked, refusal("parameter_missing", "", 302), Meaning::unknown},
        // A proxy's words, in an object that looks like Stripe's.
        {asked, refusal("", "", 403, ""), Meaning::unknown},
        {asked, refusal("", "", 404, "not_found"), Meaning::unknown},
    });
}

TEST(StripeErrorTable, knows_who_only_wants_us_to_wait) {
  for (const auto asked : kEverything)
    expect({
        {asked, refusal("", "", 429), Meaning::busy},
        {asked, refusal("rate_limit", "", 429, "rate_limit_error"), Meaning::busy},
        {asked, refusal("rate_limit"), Meaning::busy},
        {asked, refusal("lock_timeout", "", 409), Meaning::busy},
        {asked, refusal("lock_timeout", "", 429), Meaning::busy},
    });
}

TEST(StripeErrorTable, declines_for_the_card_alone) {
  for (const auto asked : kEverything)
    for (const std::string_view code : {"card_declined", "expired_card", "authentication_required",
                                        "processing_error", "a_code_of_next_year"}) {
      expect({{asked, refusal(code, "", 402, "card_error"), Meaning::declined}});
      expect({{asked, refusal(code, "", 402), Meaning::unknown}});
    }
  expect({{Asked::confirm, refusal("card_declined", "", 400, "card_error"), Meaning::refused,
           Culprit::payment_method}});
}

TEST(StripeErrorTable, an_invoice_that_waits_for_the_customer_is_looked_at) {
  const auto waits = refusal("invoice_payment_intent_requires_action", "", 402, "card_error");
  for (const auto asked : kEverything)
    expect({{asked, waits, asked == Asked::pay_invoice ? Meaning::look_first : Meaning::declined}});
  // What a change is refused for is voided there: nothing is left to act on.
  const auto voided = refusal("subscription_payment_intent_requires_action", "", 402, "card_error");
  expect({{Asked::change_subscription, voided, Meaning::declined}});
}

TEST(StripeErrors, tell_which_refusals_lock_nothing) {
  const auto used = error(400, R"("type":"invalid_request_error","message":"This PaymentMethod )"
                               R"(was previously used and may not be used again.")");
  const auto got = fixtures::stripe().parse(domain::Operation::confirm, used);
  EXPECT_EQ(got.kind, AnswerKind::not_executed);
  EXPECT_TRUE(got.fault == ports::Fault::payment_method);
  const auto balance = error(400, R"("type":"invalid_request_error","code":"balance_insufficient",)"
                                  R"("message":"Insufficient funds in your Stripe balance.")");
  EXPECT_EQ(fixtures::stripe().parse(domain::Operation::refund, balance).kind,
            AnswerKind::not_executed);
}

TEST(StripeErrors, hold_the_intent_that_the_error_names) {
  const auto moved = error(400, R"("type":"invalid_request_error",
      "code":"payment_intent_unexpected_state","message":"Not so.","payment_intent":)" +
                                    wire::to_text(fixtures::intent("canceled")));
  const auto got = fixtures::stripe().parse(domain::Operation::confirm, moved);
  ASSERT_TRUE(got.payment);
  EXPECT_EQ(got.payment->gateway_payment_id, "pi_1");
  EXPECT_EQ(got.payment->state, domain::RemoteState::cancelled);
  EXPECT_FALSE(got.decline);
}

TEST(StripeErrors, prove_nothing_beside_an_intent_that_has_come_where_we_wanted_it) {
  using enum domain::Operation;
  struct Beside {
    domain::Operation operation;
    std::string_view status;
    AnswerKind kind;
  };
  for (const auto& row :
       std::vector<Beside>{{create, "succeeded", AnswerKind::unknown},
                           {confirm, "requires_capture", AnswerKind::unknown},
                           {capture, "succeeded", AnswerKind::unknown},
                           {capture, "requires_capture", AnswerKind::not_executed},
                           {cancel, "canceled", AnswerKind::unknown},
                           {cancel, "succeeded", AnswerKind::not_executed},
                           {refund, "succeeded", AnswerKind::not_executed}}) {
    const auto got = fixtures::stripe().parse(
        row.operation,
        error(400,
              R"("type":"invalid_request_error","code":"parameter_unknown","payment_intent":)" +
                  wire::to_text(fixtures::intent(row.status))));
    EXPECT_EQ(got.kind, row.kind) << row.status;
    EXPECT_FALSE(got.fault == ports::Fault::payment_method);
  }
}

}  // namespace
}  // namespace cobro::gateways
