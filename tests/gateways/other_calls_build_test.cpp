#include <gtest/gtest.h>

#include "base/check.h"
#include "gateways/billing_fixtures.h"
#include "gateways/manual/manual.h"

namespace cobro::gateways {
namespace {

using namespace std::chrono_literals;
using fixtures::stripe;
using fixtures::subscription_id;

constexpr std::string_view kOurs =
    "&metadata[cobro_subscription]=01980000-0000-7000-8000-000000000006"
    "&metadata[cobro_errand]=01980000-0000-7000-8000-000000000007";
constexpr std::string_view kExpansions =
    "&expand[]=latest_invoice.payments&expand[]=latest_invoice.confirmation_secret"
    "&expand[]=pending_setup_intent";

const ports::ChangePlanCommand kChange{"sub_1", "si_1", "price_2",
                                       base::Timestamp::from_unix_seconds(1762340400)};

domain::GatewayRequest build(const fixtures::OtherCommand& command) {
  const auto gateway = stripe();
  return fixtures::build(gateway, command).value();
}

struct Row {
  fixtures::OtherCommand command;
  std::string method;
  std::string path;
  std::string body;
};

TEST(StripeOtherCallsBuild, makes_the_exact_bytes_of_every_command) {
  const auto customer = domain::CustomerId::parse(fixtures::kCustomerId).value();
  const std::string of_customer =
      "metadata[cobro_customer]=01980000-0000-7000-8000-000000000005&metadata[user_id]=user%201";
  const std::string ours(kOurs);
  const std::string expansions(kExpansions);
  const std::vector<Row> rows = {
      {ports::CreateCustomerCommand{customer, "user 1", {}, {}}, "POST", "/v1/customers",
       of_customer},
      {ports::CreateCustomerCommand{customer, "user 1", "", ""}, "POST", "/v1/customers",
       of_customer},
      {ports::CreateCustomerCommand{customer, "user 1", "a+b@example.com", "José & Co"}, "POST",
       "/v1/customers", "email=a%2Bb%40example.com&name=Jos%C3%A9%20%26%20Co&" + of_customer},
      {ports::AttachMethodCommand{"pm_card_visa", "cus_1"}, "POST",
       "/v1/payment_methods/pm_card_visa/attach", "customer=cus_1"},
      {ports::DetachMethodCommand{"pm_1"}, "POST", "/v1/payment_methods/pm_1/detach", ""},
      {ports::CreateSubscriptionCommand{subscription_id(), "cus_1", "price_1", "pm_1", 0}, "POST",
       "/v1/subscriptions",
       "customer=cus_1&items[0][price]=price_1&default_payment_method=pm_1"
       "&payment_behavior=allow_incomplete" +
           ours + expansions},
      {ports::CreateSubscriptionCommand{subscription_id(), "cus_1", "price_1", {}, 14}, "POST",
       "/v1/subscriptions",
       "customer=cus_1&items[0][price]=price_1&payment_behavior=default_incomplete"
       "&payment_settings[save_default_payment_method]=on_subscription&trial_period_days=14" +
           ours + expansions},
      {ports::EndAtPeriodEndCommand{"sub_1"}, "POST", "/v1/subscriptions/sub_1",
       "cancel_at_period_end=true" + expansions},
      {ports::ResumeCommand{"sub_1"}, "POST", "/v1/subscriptions/sub_1",
       "cancel_at_period_end=false" + expansions},
      {ports::EndNowCommand{"sub_1"}, "DELETE", "/v1/subscriptions/sub_1", ""},
      {ports::ResumeCommand{"sub_1", true}, "POST", "/v1/subscriptions/sub_1",
       "cancel_at=" + expansions},
      {kChange, "POST", "/v1/subscriptions/sub_1",
       "items[0][id]=si_1&items[0][price]=price_2&proration_behavior=create_prorations"
       "&proration_date=1762340400&payment_behavior=error_if_incomplete" +
           expansions},
      {ports::SetMethodCommand{"sub_1", "pm_2"}, "POST", "/v1/subscriptions/sub_1",
       "default_payment_method=pm_2" + expansions},
      {ports::PayInvoiceCommand{"in_1"}, "POST", "/v1/invoices/in_1/pay",
       "expand[]=payments.data.payment.payment_intent"},
  };
  for (const auto& row : rows) {
    const auto request = build(row.command);
    EXPECT_EQ(request.method, row.method);
    EXPECT_EQ(request.path, row.path);
    EXPECT_EQ(request.version, "2025-03-31.basil");
    EXPECT_EQ(request.body, row.body);
  }
}

TEST(StripeOtherCallsBuild, refuses_a_methods_id_that_could_leave_its_place_in_the_path) {
  const auto gateway = stripe();
  for (const std::string id : {"", "..", "pm_1/../x", "pm_1?a=b", "pm 1", "pm_%2e"}) {
    const auto attach = fixtures::build(gateway, ports::AttachMethodCommand{id, "cus_1"});
    ASSERT_FALSE(attach) << id;
    EXPECT_EQ(attach.error().code, domain::RefusalCode::validation_failed);
    EXPECT_EQ(attach.error().details[0].field, "payment_method_id");
    EXPECT_THROW((void)build(ports::EndNowCommand{id}), base::Bug) << id;
    EXPECT_THROW((void)gateway.subscriptions()->fetch_subscription(id), base::Bug) << id;
    EXPECT_THROW((void)gateway.subscriptions()->fetch_invoice(id), base::Bug) << id;
  }
}

TEST(StripeOtherCallsBuild, previews_a_change_on_the_terms_of_the_change) {
  const auto preview = stripe().subscriptions()->preview(kChange);
  EXPECT_EQ(preview.method, "POST");
  EXPECT_EQ(preview.path, "/v1/invoices/create_preview");
  EXPECT_EQ(preview.body,
            "subscription=sub_1&subscription_details[items][0][id]=si_1"
            "&subscription_details[items][0][price]=price_2"
            "&subscription_details[proration_behavior]=create_prorations"
            "&subscription_details[proration_date]=1762340400");
}

TEST(StripeOtherCallsBuild, fetches_with_what_the_readers_want_to_see) {
  const auto gateway = stripe();
  const auto* billing = gateway.subscriptions();
  EXPECT_EQ(billing->fetch_subscription("sub_1").path,
            "/v1/subscriptions/sub_1?expand%5B%5D=latest_invoice.payments"
            "&expand%5B%5D=latest_invoice.confirmation_secret"
            "&expand%5B%5D=pending_setup_intent");
  EXPECT_EQ(billing->fetch_invoice("in_1").path,
            "/v1/invoices/in_1?expand%5B%5D=payments.data.payment.payment_intent");
  EXPECT_EQ(billing->fetch_invoice("in_1").method, "GET");
}

TEST(StripeOtherCallsBuild, sends_a_key_with_posts_only) {
  const auto http =
      stripe().to_http(build(ports::EndNowCommand{"sub_1"}), "cobro-d-s-end_now-1", 8s, nullptr);
  EXPECT_EQ(http.method, "DELETE");
  EXPECT_EQ(http.url, "https://api.stripe.com/v1/subscriptions/sub_1");
  EXPECT_FALSE(http.headers.find("idempotency-key"));
  EXPECT_FALSE(http.headers.find("content-type"));
  const auto post = stripe().to_http(build(ports::DetachMethodCommand{"pm_1"}), "key", 8s, nullptr);
  EXPECT_EQ(post.headers.find("idempotency-key"), "key");
}

TEST(StripeOtherCallsBuild, is_nothing_that_the_manual_gateway_does) {
  EXPECT_EQ(Manual{}.saved_methods(), nullptr);
  EXPECT_EQ(Manual{}.subscriptions(), nullptr);
  EXPECT_EQ(Manual{}.access_tokens(), nullptr);
}

}  // namespace
}  // namespace cobro::gateways
