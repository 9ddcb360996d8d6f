#include <gtest/gtest.h>

#include "base/check.h"
#include "gateways/fixtures.h"

namespace cobro::gateways {
namespace {

using namespace std::chrono_literals;
using fixtures::call_id;
using fixtures::known_payment;
using fixtures::money;
using fixtures::payment;
using fixtures::stripe;

constexpr std::string_view kOurs =
    "metadata[cobro_payment]=01980000-0000-7000-8000-000000000001"
    "&metadata[cobro_attempt]=01980000-0000-7000-8000-000000000002";

domain::GatewayRequest build(const ports::PaymentCommand& command, const domain::Payment& of) {
  return stripe().build(command, of, call_id()).value();
}

ports::RefundCommand refund(std::string reason, std::string_view amount = "10.00") {
  return {domain::RefundId::parse(fixtures::kRefundId).value(), money(amount, "USD"),
          std::move(reason)};
}

TEST(StripeBuild, confirms_by_creating_when_nothing_exists_there) {
  const auto request = build(ports::ConfirmCommand{"pm_card_visa", {}, std::nullopt}, payment());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/payment_intents");
  EXPECT_EQ(request.version, "2025-03-31.basil");
  EXPECT_EQ(request.body,
            "amount=2990&currency=usd&confirm=true&payment_method=pm_card_visa"
            "&capture_method=automatic&automatic_payment_methods[enabled]=true"
            "&automatic_payment_methods[allow_redirects]=never&" +
                std::string(kOurs) + "&expand[]=latest_charge");
}

TEST(StripeBuild, confirms_with_everything_a_payment_may_have) {
  auto full = payment("500", "ISK");
  full.capture_method = domain::CaptureMethod::manual;
  full.description = "Café & más";
  full.order_id = domain::OrderId::parse(fixtures::kOrderId);
  full.metadata = R"({"their":"own"})";
  const auto request =
      build(ports::ConfirmCommand{"pm_1", {}, "https://shop.example/back?a=1"}, full);
  EXPECT_EQ(request.body,
            "amount=50000&currency=isk&confirm=true&payment_method=pm_1&capture_method=manual"
            "&automatic_payment_methods[enabled]=true"
            "&automatic_payment_methods[allow_redirects]=never"
            "&return_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1"
            "&description=Caf%C3%A9%20%26%20m%C3%A1s&" +
                std::string(kOurs) +
                "&metadata[cobro_order]=01980000-0000-7000-8000-000000000003"
                "&expand[]=latest_charge");
}

TEST(StripeBuild, confirms_the_object_that_exists) {
  const auto request =
      build(ports::ConfirmCommand{"pm_2", {}, "https://shop.example/back"}, known_payment());
  EXPECT_EQ(request.path, "/v1/payment_intents/pi_1/confirm");
  EXPECT_EQ(request.body,
            "payment_method=pm_2&return_url=https%3A%2F%2Fshop.example%2Fback"
            "&expand[]=latest_charge");
}

TEST(StripeBuild, confirms_the_object_with_the_method_that_it_was_made_with) {
  const auto request = build(ports::ConfirmCommand{{}, "cus_1", {}}, known_payment());
  EXPECT_EQ(request.path, "/v1/payment_intents/pi_1/confirm");
  EXPECT_EQ(request.body, "expand[]=latest_charge") << "Stripe takes no customer here";
}

TEST(StripeBuild, makes_an_object_without_confirming_it) {
  auto bare = payment();
  const std::string tail =
      "&automatic_payment_methods[enabled]=true"
      "&automatic_payment_methods[allow_redirects]=never";
  const auto request = build(ports::CreateCommand{}, bare);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/payment_intents");
  EXPECT_EQ(request.body, "amount=2990&currency=usd&capture_method=automatic" + tail + "&" +
                              std::string(kOurs) + "&expand[]=latest_charge");
  bare.gateway_customer_id = "cus_1";
  bare.gateway_payment_method_id = "pm_1";
  bare.capture_method = domain::CaptureMethod::manual;
  bare.description = "Course";
  EXPECT_EQ(build(ports::CreateCommand{}, bare).body,
            "amount=2990&currency=usd&customer=cus_1&payment_method=pm_1&capture_method=manual" +
                tail + "&description=Course&" + std::string(kOurs) + "&expand[]=latest_charge");
  EXPECT_THROW((void)build(ports::CreateCommand{}, known_payment()), base::Bug);
  EXPECT_FALSE(stripe().build(ports::CreateCommand{}, payment("0.49"), call_id()));
}

TEST(StripeBuild, confirms_a_saved_method_with_its_customer) {
  const auto fields = [](std::string_view customer, std::string_view method) {
    return fmt::format("amount=2990&currency=usd&confirm=true&customer={}&payment_method={}&",
                       customer, method);
  };
  auto saved = payment();
  EXPECT_TRUE(build(ports::ConfirmCommand{"pm_1", "cus_1", {}}, saved)
                  .body.starts_with(fields("cus_1", "pm_1")));
  saved.gateway_customer_id = "cus_2";
  saved.gateway_payment_method_id = "pm_2";
  EXPECT_TRUE(build(ports::ConfirmCommand{}, saved).body.starts_with(fields("cus_2", "pm_2")));
  EXPECT_TRUE(build(ports::ConfirmCommand{"pm_1", "cus_1", {}}, saved)
                  .body.starts_with(fields("cus_1", "pm_1")));
}

TEST(StripeBuild, captures_and_cancels) {
  const auto capture = build(ports::CaptureCommand{money("20.00", "USD")}, known_payment());
  EXPECT_EQ(capture.path, "/v1/payment_intents/pi_1/capture");
  EXPECT_EQ(capture.body, "amount_to_capture=2000&expand[]=latest_charge");
  const auto cancel = build(ports::CancelCommand{}, known_payment());
  EXPECT_EQ(cancel.path, "/v1/payment_intents/pi_1/cancel");
  EXPECT_EQ(cancel.body, "cancellation_reason=requested_by_customer&expand[]=latest_charge");
}

TEST(StripeBuild, refunds_with_stripes_reasons_as_such_and_others_as_metadata) {
  const std::string head = "payment_intent=pi_1&amount=1000";
  const std::string tail =
      "&" + std::string(kOurs) + "&metadata[cobro_refund]=01980000-0000-7000-8000-000000000004";
  const std::pair<std::string, std::string> rows[] = {
      {"duplicate", "&reason=duplicate"},
      {"fraudulent", "&reason=fraudulent"},
      {"requested_by_customer", "&reason=requested_by_customer"},
      {"customer_request", "&reason=requested_by_customer"},
      {"Damaged in transit", "&metadata[reason]=Damaged%20in%20transit"},
      {"", ""},
  };
  for (const auto& [reason, field] : rows) {
    const auto request = build(refund(reason), known_payment());
    EXPECT_EQ(request.path, "/v1/refunds");
    EXPECT_EQ(request.body, head + field + tail);
  }
}

TEST(StripeBuild, refuses_amounts_before_anything_is_sent) {
  const auto gateway = stripe();
  EXPECT_EQ(gateway.check_amount(money("0.49", "USD"))->code,
            domain::RefusalCode::validation_failed);
  EXPECT_EQ(gateway.check_amount(money("10", "CUP"))->code,
            domain::RefusalCode::currency_not_supported);
  EXPECT_FALSE(gateway.check_amount(money("0.50", "USD")));
  EXPECT_FALSE(gateway.build(ports::ConfirmCommand{"pm_1", {}, {}}, payment("0.49"), call_id()));
  EXPECT_FALSE(
      gateway.build(ports::ConfirmCommand{"pm_1", {}, {}}, payment("1.234", "KWD"), call_id()));
}

TEST(StripeBuild, refunds_and_captures_below_the_minimum_of_a_charge) {
  EXPECT_TRUE(stripe().build(refund("", "0.10"), known_payment(), call_id()));
  EXPECT_TRUE(
      stripe().build(ports::CaptureCommand{money("0.10", "USD")}, known_payment(), call_id()));
}

TEST(StripeBuild, takes_an_id_that_could_leave_its_place_in_a_path_for_a_bug) {
  for (const std::string_view id : {"", "..", "pi_1/../x", "pi_1?a=b", "pi 1", "pi_%2e"}) {
    auto bad = payment();
    bad.gateway_payment_id = std::string(id);
    EXPECT_THROW((void)build(ports::CancelCommand{}, bad), base::Bug) << id;
    EXPECT_THROW((void)build(refund(""), bad), base::Bug) << id;
    EXPECT_THROW((void)stripe().look_up_refunds(bad), base::Bug) << id;
  }
  EXPECT_THROW((void)build(ports::CancelCommand{}, payment()), base::Bug);
}

TEST(StripeBuild, puts_credentials_and_key_only_on_the_wire) {
  const auto request = build(ports::ConfirmCommand{"pm_card_visa", {}, std::nullopt}, payment());
  EXPECT_EQ(request.body.find("canary"), std::string::npos);
  const auto http = stripe().to_http(request, "cobro-d-p-confirm-1", 8s, nullptr);
  EXPECT_EQ(http.method, "POST");
  EXPECT_EQ(http.url, "https://api.stripe.com/v1/payment_intents");
  EXPECT_EQ(http.headers.find("authorization"), "Bearer sk_test_canary");
  EXPECT_EQ(http.headers.find("stripe-version"), "2025-03-31.basil");
  EXPECT_EQ(http.headers.find("idempotency-key"), "cobro-d-p-confirm-1");
  EXPECT_EQ(http.headers.find("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(http.body, request.body);
  EXPECT_EQ(http.timeout, 8s);
}

TEST(StripeBuild, asks_the_configured_base_and_sends_no_key_with_a_look_up) {
  const Stripe local{StripeSettings{.api_base = "http://127.0.0.1:12111/"}};
  const auto request = local.look_up_refunds(known_payment());
  const auto http = local.to_http(request, std::nullopt, 8s, nullptr);
  EXPECT_EQ(http.method, "GET");
  EXPECT_EQ(http.url, "http://127.0.0.1:12111/v1/refunds?payment_intent=pi_1&limit=100");
  EXPECT_FALSE(http.headers.find("idempotency-key"));
  EXPECT_FALSE(http.headers.find("content-type"));
}

TEST(StripeBuild, remembers_a_key_for_half_of_what_stripe_promises) {
  EXPECT_EQ(stripe().capabilities().key_window, 12h);
  EXPECT_TRUE(stripe().capabilities().remote);
  EXPECT_TRUE(stripe().capabilities().capture_later);
  EXPECT_TRUE(stripe().capabilities().partial_refund);
}

}  // namespace
}  // namespace cobro::gateways
