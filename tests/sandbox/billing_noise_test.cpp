#include <set>

#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

const std::vector<std::string> kPieces = {
    "items[0][price]=price_1Sb3k64dPtEGmLmpm5n5bbJH",
    "items[0][price]=price_absent",
    "items[0][quantity]=3",
    "items[0][quantity]=999999999999",
    "items[1][price_data][currency]=usd",
    "items[1][price_data][unit_amount]=5",
    "items[1][price_data][recurring][interval]=day",
    "items[1][price_data][product]=prod_CobroSandboxPro",
    "items[0][deleted]=true",
    "items[]=x",
    "items=x",
    "line_items[0][price]=price_1Sb3k64dPtEGmLmpm5n5bbJH",
    "line_items[0][price_data][product_data][name]=x",
    "line_items[0][price_data][currency]=jpy",
    "line_items[0][price_data][unit_amount]=-5",
    "line_items[0]=x",
    "mode=payment",
    "mode=subscription",
    "mode=setup",
    "success_url=https://shop.test/",
    "success_url=x",
    "expires_at=99999999999999999",
    "subscription_data[trial_period_days]=99999999999999",
    "subscription_data[metadata][a]=1",
    "subscription_data[trial_settings]=x",
    "payment_intent_data[capture_method]=manual",
    "trial_period_days=7",
    "trial_end=now",
    "trial_end=9223372036854775807",
    "trial_end=1",
    "trial_settings[end_behavior][missing_payment_method]=pause",
    "cancel_at=9223372036854775807",
    "cancel_at=",
    "cancel_at_period_end=true",
    "cancel_at_period_end=false",
    "pause_collection[behavior]=keep_as_draft",
    "pause_collection[resumes_at]=-1",
    "pause_collection=",
    "payment_behavior=default_incomplete",
    "payment_behavior=error_if_incomplete",
    "proration_behavior=always_invoice",
    "billing_cycle_anchor=now",
    "frozen_time=9223372036854775807",
    "frozen_time=1830000000",
    "frozen_time=-1",
    "name=x",
    "id=prod_x",
    "default_price=price_x",
    "default_price_data[currency]=usd",
    "default_price_data[unit_amount]=100",
    "currency=usd",
    "unit_amount=9999999999999",
    "unit_amount=100",
    "unit_amount_decimal=1.5",
    "recurring[interval]=month",
    "recurring[interval_count]=99999",
    "recurring=",
    "product=prod_CobroSandboxPro",
    "product_data[name]=x",
    "lookup_keys[]=x",
    "lookup_keys=x",
    "subscription=sub_x",
    "subscription_details[items][0][price]=price_x",
    "subscription_details=x",
    "payment_method=pm_card_visa",
    "paid_out_of_band=true",
    "default_payment_method=pm_card_visa",
    "default_payment_method=",
    "expand[]=latest_invoice.payments.data.payment.payment_intent",
    "expand[]=data.items.data.price.product",
    "expand[]=latest_invoice..",
    "expand[]=.",
    "expand[]=data.",
    "metadata[a]=1",
    "limit=2",
    "status=all",
    "status=open",
    "test_clock=clock_x",
    "number=4242424242424242",
    "expiry=12%2F34",
    "expiry=1",
    "cvc=123"};

TEST(SandboxBilling, random_requests_get_an_answer_below_500_and_leave_it_working) {
  Billing world("2027-01-31");
  testing::SeededRandom random(11);
  world.use_card("pm_card_visa");
  const auto made = world.subscribe("expand[]=latest_invoice");
  const auto session =
      world.post("/v1/checkout/sessions", "mode=setup&success_url=https://shop.test/").text({"id"});
  const auto sub = "/v1/subscriptions/" + made.text({"id"});
  const auto invoice = "/v1/invoices/" + made.text({"latest_invoice", "id"});
  const auto clock = "/v1/test_helpers/test_clocks/" + world.clock_id;
  const auto checkout = "/v1/checkout/sessions/" + session;
  const std::vector<std::string> paths = {sub,
                                          sub,
                                          sub,
                                          sub + "/resume",
                                          invoice,
                                          invoice + "/pay",
                                          invoice + "/void",
                                          invoice + "/finalize",
                                          invoice + "/mark_uncollectible",
                                          invoice + "/lines",
                                          "/v1/subscriptions",
                                          "/v1/subscriptions",
                                          "/v1/subscription_items",
                                          "/v1/invoices",
                                          "/v1/invoices/create_preview",
                                          "/v1/invoice_payments",
                                          "/v1/invoiceitems",
                                          "/v1/products",
                                          "/v1/products/prod_CobroSandboxPro",
                                          "/v1/prices",
                                          "/v1/prices/" + std::string(kPro),
                                          "/v1/checkout/sessions",
                                          checkout,
                                          checkout + "/line_items",
                                          "/_sandbox/checkout/" + session,
                                          "/_sandbox/checkout/x",
                                          clock,
                                          clock + "/advance",
                                          "/v1/test_helpers/test_clocks",
                                          "/v1/customers"};
  const std::vector<std::string> methods = {"GET", "POST", "POST", "POST"};
  std::set<int> statuses;
  for (int i = 0; i < 2000; ++i) {
    std::string form = random.next() % 2 ? "customer=" + world.customer + "&" : "";
    for (auto count = random.next() % 6; count > 0; --count)
      form += kPieces[random.next() % kPieces.size()] + "&";
    auto request = World::request(methods[random.next() % methods.size()],
                                  paths[random.next() % paths.size()]);
    (request.method == "GET" ? request.query : request.body) = form;
    if (random.next() % 5 == 0) request.headers.add("Stripe-Version", "2024-09-30.acacia");
    const auto answer = world.send(request);
    ASSERT_LT(answer.status, 500) << request.method << " " << request.path << " " << form;
    statuses.insert(answer.status);
    if (i % 100 == 0) world.clock.advance(std::chrono::hours(24));
  }
  EXPECT_TRUE(statuses.contains(200));
  EXPECT_TRUE(statuses.contains(400));
}

}  // namespace
}  // namespace cobro::sandbox
