#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

std::string yearly(World& world) {
  return world
      .post("/v1/prices",
            "currency=usd&unit_amount=9900&recurring[interval]=year&product_data[name]=Yearly")
      .text({"id"});
}

TEST(SandboxRenewals, one_born_on_the_31st_keeps_to_the_end_of_the_month) {
  Billing world("2027-01-31");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.advance("2027-06-15");
  EXPECT_EQ(world.invoices(id),
            (Texts{"2027-01-31 1900 paid", "2027-02-28 1900 paid", "2027-03-31 1900 paid",
                   "2027-04-30 1900 paid", "2027-05-31 1900 paid"}));
  EXPECT_EQ(Billing::period_end(world.subscription(id)), at("2027-06-30"));
  EXPECT_EQ(world.subscription(id).text({"latest_invoice", "billing_reason"}),
            "subscription_cycle");
}

TEST(SandboxRenewals, one_born_on_a_leap_day_comes_back_to_it) {
  Billing world("2028-02-29");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe("", yearly(world)).text({"id"});
  world.advance("2032-03-01");
  EXPECT_EQ(world.invoices(id),
            (Texts{"2028-02-29 9900 paid", "2029-02-28 9900 paid", "2030-02-28 9900 paid",
                   "2031-02-28 9900 paid", "2032-02-29 9900 paid"}));
}

TEST(SandboxRenewals, write_their_events_in_order_and_in_the_clocks_time) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  world.subscribe();
  world.news();
  world.advance("2027-02-15");
  EXPECT_EQ(world.news(),
            (Texts{"test_helpers.test_clock.advancing", "invoice.created",
                   "customer.subscription.updated", "payment_intent.created", "invoice.finalized",
                   "charge.succeeded", "payment_intent.succeeded", "invoice.paid",
                   "invoice.payment_succeeded", "invoice_payment.paid",
                   "test_helpers.test_clock.ready"}));
  const auto events = world.get("/v1/events", "type=invoice.paid&limit=1");
  EXPECT_EQ(events.json.find("data")->as_array()->front().int_at({"created"}), at("2027-02-15"));
}

TEST(SandboxRenewals, a_failure_is_tried_again_after_3_5_and_7_days_then_it_ends) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.use_card("pm_card_chargeCustomerFail");
  world.advance("2027-02-15");
  auto now = world.subscription(id);
  EXPECT_EQ(now.text({"status"}), "past_due");
  EXPECT_EQ(now.number({"latest_invoice", "next_payment_attempt"}), at("2027-02-18"));
  world.advance("2027-02-18");
  EXPECT_EQ(world.subscription(id).number({"latest_invoice", "next_payment_attempt"}),
            at("2027-02-23"));
  world.advance("2027-02-23");
  EXPECT_EQ(world.subscription(id).number({"latest_invoice", "next_payment_attempt"}),
            at("2027-03-02"));
  EXPECT_EQ(world.subscription(id).text({"status"}), "past_due");
  world.news();
  world.advance("2027-03-02");
  now = world.subscription(id);
  EXPECT_EQ(now.text({"status"}), "canceled");
  EXPECT_EQ(now.number({"ended_at"}), at("2027-03-02"));
  EXPECT_EQ(now.text({"cancellation_details", "reason"}), "payment_failed");
  EXPECT_EQ(now.number({"latest_invoice", "attempt_count"}), 4);
  EXPECT_EQ(world.news(),
            (Texts{"test_helpers.test_clock.advancing", "charge.failed",
                   "payment_intent.payment_failed", "invoice.payment_failed",
                   "customer.subscription.deleted", "test_helpers.test_clock.ready"}));
}

TEST(SandboxRenewals, may_end_unpaid_instead) {
  Billing world("2027-01-15");
  world.post("/_sandbox/settings", "after_retries=unpaid");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.use_card("pm_card_chargeCustomerFail");
  world.advance("2027-03-10");
  EXPECT_EQ(world.subscription(id).text({"status"}), "unpaid");
  const auto invoice = world.subscription(id).text({"latest_invoice", "id"});
  world.use_card("pm_card_visa");
  EXPECT_EQ(world.post("/v1/invoices/" + invoice + "/pay").text({"status"}), "paid");
  EXPECT_EQ(world.subscription(id).text({"status"}), "active");
}

TEST(SandboxRenewals, paying_with_another_card_recovers) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.use_card("pm_card_chargeCustomerFail");
  world.advance("2027-02-15");
  const auto invoice = world.subscription(id).text({"latest_invoice", "id"});
  const auto refused = world.post("/v1/invoices/" + invoice + "/pay");
  EXPECT_EQ(refused.status, 402);
  EXPECT_EQ(refused.text({"error", "code"}), "card_declined");
  world.use_card("pm_card_visa");
  EXPECT_EQ(world.post("/v1/invoices/" + invoice + "/pay").text({"status"}), "paid");
  EXPECT_EQ(world.subscription(id).text({"status"}), "active");
  EXPECT_EQ(world.post("/v1/invoices/" + invoice + "/pay").status, 400) << "paid already";
  world.advance("2027-03-15");
  EXPECT_EQ(world.invoices(id),
            (Texts{"2027-01-15 1900 paid", "2027-02-15 1900 paid", "2027-03-15 1900 paid"}));
}

TEST(SandboxRenewals, a_bank_that_wants_the_customer_makes_it_past_due_until_they_come) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.use_card("pm_card_authenticationRequired");
  world.news();
  world.advance("2027-02-15");
  EXPECT_EQ(world.subscription(id).text({"status"}), "past_due");
  const auto path = "/v1/payment_intents/" + Billing::intent(world.subscription(id));
  EXPECT_EQ(world.get(path).text({"status"}), "requires_action");
  const auto waiting = world.post(path + "/confirm", "return_url=https://shop.test/");
  const auto url = waiting.text({"next_action", "redirect_to_url", "url"});
  world.send(World::request("POST", url.substr(std::string("http://stripe.test").size()),
                            "outcome=approve"));
  EXPECT_EQ(world.subscription(id).text({"status"}), "active");
}

TEST(SandboxRenewals, cancel_at_period_end_ends_it_there) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  const auto path = "/v1/subscriptions/" + id;
  const auto ending = world.post(path, "cancel_at_period_end=true");
  EXPECT_EQ(ending.number({"cancel_at"}), at("2027-02-15")) << ending.body;
  EXPECT_EQ(ending.number({"canceled_at"}), at("2027-01-15"));
  EXPECT_EQ(world.post(path, "cancel_at_period_end=false").number({"cancel_at"}), -1);
  world.post(path, "cancel_at_period_end=true");
  world.advance("2027-02-14");
  EXPECT_EQ(world.subscription(id).text({"status"}), "active");
  world.news();
  world.advance("2027-02-20");
  EXPECT_EQ(world.subscription(id).text({"status"}), "canceled");
  EXPECT_EQ(world.subscription(id).number({"ended_at"}), at("2027-02-15"));
  EXPECT_EQ(world.invoices(id).size(), 1U);
  EXPECT_EQ(world.news(),
            (Texts{"test_helpers.test_clock.advancing", "customer.subscription.deleted",
                   "test_helpers.test_clock.ready"}));
  EXPECT_EQ(world.remove(path).status, 404);
  EXPECT_EQ(world.post(path, "cancel_at_period_end=true").status, 400);
}

TEST(SandboxRenewals, run_on_the_ordinary_clock_without_a_test_clock) {
  World world;
  const auto customer = world.post("/v1/customers", "name=Ana").text({"id"});
  const auto card =
      world.post("/v1/payment_methods/pm_card_visa/attach", "customer=" + customer).text({"id"});
  const auto id =
      world
          .post("/v1/subscriptions", "customer=" + customer + "&default_payment_method=" + card +
                                         "&items[0][price]=" + std::string(kBasic))
          .text({"id"});
  world.clock.advance(std::chrono::hours(24 * 70));
  EXPECT_EQ(world.get("/v1/invoices", "subscription=" + id).json.find("data")->as_array()->size(),
            3U);
  EXPECT_LE(world.clock.sleepers(), 2U);
}

TEST(SandboxRenewals, go_on_after_a_restart) {
  auto options = World::with_webhook();
  const auto file = ::testing::TempDir() + "sandbox_renewals.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
  options.database = file;
  Billing world("2027-01-15");
  world.restart(options);
  world.clock_id =
      world.post("/v1/test_helpers/test_clocks", "frozen_time=" + std::to_string(at("2027-01-15")))
          .text({"id"});
  world.customer = world.post("/v1/customers", "test_clock=" + world.clock_id).text({"id"});
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.restart(options);
  world.advance("2027-02-15");
  EXPECT_EQ(world.invoices(id).size(), 2U);
}

TEST(SandboxRenewals, a_draft_may_wait_its_hour) {
  Billing world("2027-01-15");
  world.post("/_sandbox/settings", "draft_ms=3600000");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.advance("2027-02-15");
  EXPECT_EQ(world.invoices(id).back(), "2027-02-15 1900 draft");
  world.advance(at("2027-02-15", "11:00:00"));
  EXPECT_EQ(world.invoices(id).back(), "2027-02-15 1900 paid");
}

}  // namespace
}  // namespace cobro::sandbox
