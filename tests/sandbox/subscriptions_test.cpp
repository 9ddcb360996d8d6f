#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

TEST(SandboxSubscriptions, a_first_payment_makes_one_active) {
  Billing world;
  world.use_card("pm_card_visa");
  world.news();
  const auto made = world.subscribe("metadata[user]=7");
  EXPECT_EQ(made.text({"status"}), "active") << made.body;
  EXPECT_EQ(Billing::period_end(made), at("2027-02-28"));
  EXPECT_EQ(made.number({"created"}), at("2027-01-31"));
  EXPECT_EQ(world.news(), (Texts{"invoice.created", "payment_intent.created", "invoice.finalized",
                                 "charge.succeeded", "payment_intent.succeeded", "invoice.paid",
                                 "invoice.payment_succeeded", "invoice_payment.paid",
                                 "customer.subscription.created"}));
  const auto full = world.subscription(made.text({"id"}));
  EXPECT_EQ(full.text({"latest_invoice", "status"}), "paid");
  EXPECT_EQ(full.number({"latest_invoice", "amount_paid"}), 1900);
  EXPECT_EQ(full.text({"latest_invoice", "billing_reason"}), "subscription_create");
  EXPECT_EQ(full.text({"latest_invoice", "parent", "subscription_details", "metadata", "user"}),
            "7");
  EXPECT_EQ(world.get("/v1/payment_intents/" + Billing::intent(full)).text({"status"}),
            "succeeded");
}

TEST(SandboxSubscriptions, without_a_method_there_is_none) {
  Billing world;
  world.news();
  const auto refused = world.subscribe();
  EXPECT_EQ(refused.text({"error", "code"}), "resource_missing") << refused.body;
  EXPECT_TRUE(world.news().empty());
  EXPECT_EQ(world.get("/v1/invoices").json.find("data")->as_array()->size(), 0U);
}

TEST(SandboxSubscriptions, a_declined_first_payment_waits_and_expires) {
  Billing world;
  world.use_card("pm_card_chargeCustomerFail");
  const auto made = world.subscribe();
  EXPECT_EQ(made.text({"status"}), "incomplete") << made.body;
  world.news();
  world.advance(at("2027-02-01", "08:59:59"));
  EXPECT_EQ(world.subscription(made.text({"id"})).text({"status"}), "incomplete");
  world.advance(at("2027-02-01", "09:00:00"));
  const auto expired = world.subscription(made.text({"id"}));
  EXPECT_EQ(expired.text({"status"}), "incomplete_expired");
  EXPECT_EQ(expired.text({"latest_invoice", "status"}), "void");
  EXPECT_EQ(world.news(),
            (Texts{"test_helpers.test_clock.advancing", "test_helpers.test_clock.ready",
                   "test_helpers.test_clock.advancing", "customer.subscription.updated",
                   "payment_intent.canceled", "invoice.voided", "test_helpers.test_clock.ready"}));
}

TEST(SandboxSubscriptions, error_if_incomplete_leaves_nothing_behind) {
  Billing world;
  world.use_card("pm_card_chargeCustomerFail");
  world.news();
  const auto refused = world.subscribe("payment_behavior=error_if_incomplete");
  EXPECT_EQ(refused.status, 402);
  EXPECT_EQ(refused.text({"error", "code"}), "card_declined");
  EXPECT_TRUE(world.news().empty());
  EXPECT_EQ(world.get("/v1/subscriptions", "status=all").json.find("data")->as_array()->size(), 0U);
}

TEST(SandboxSubscriptions, default_incomplete_is_paid_in_the_browser) {
  Billing world;
  const auto made = world.subscribe(
      "payment_behavior=default_incomplete&payment_settings[save_default_payment_method]="
      "on_subscription&expand[]=latest_invoice.confirmation_secret");
  EXPECT_EQ(made.text({"status"}), "incomplete") << made.body;
  const auto secret = made.text({"latest_invoice", "confirmation_secret", "client_secret"});
  const auto path = "/v1/payment_intents/" + secret.substr(0, secret.find("_secret_"));
  EXPECT_EQ(world.get(path).text({"status"}), "requires_payment_method");
  world.news();
  auto browser = World::request("POST", path + "/confirm",
                                "return_url=https://shop.test/back&payment_method="
                                "pm_card_authenticationRequired&client_secret=" +
                                    secret);
  browser.headers.set("Authorization", "Bearer pk_test_1");
  const auto waiting = world.send(browser);
  EXPECT_EQ(waiting.text({"status"}), "requires_action") << waiting.body;
  EXPECT_EQ(world.news(),
            (Texts{"payment_intent.requires_action", "invoice.payment_action_required"}));
  const auto url = waiting.text({"next_action", "redirect_to_url", "url"});
  world.send(World::request("POST", url.substr(std::string("http://stripe.test").size()),
                            "outcome=approve"));
  const auto paid = world.subscription(made.text({"id"}));
  EXPECT_EQ(paid.text({"status"}), "active");
  EXPECT_EQ(
      world.get("/v1/payment_methods/" + paid.text({"default_payment_method"})).text({"customer"}),
      world.customer);
  EXPECT_EQ(world.news(),
            (Texts{"payment_method.attached", "charge.succeeded", "payment_intent.succeeded",
                   "invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid",
                   "customer.subscription.updated"}));
  EXPECT_EQ(world.post(path + "/cancel").status, 400);
}

TEST(SandboxSubscriptions, the_intent_of_an_invoice_is_not_cancelled_by_itself) {
  Billing world;
  const auto made = world.subscribe("payment_behavior=default_incomplete");
  const auto intent = Billing::intent(world.subscription(made.text({"id"})));
  EXPECT_EQ(world.post("/v1/payment_intents/" + intent + "/cancel").text({"error", "code"}),
            "payment_intent_unexpected_state");
}

TEST(SandboxSubscriptions, three_d_secure_on_the_first_payment_leaves_it_incomplete) {
  Billing world;
  world.use_card("pm_card_authenticationRequired");
  const auto made = world.subscribe();
  EXPECT_EQ(made.text({"status"}), "incomplete") << made.body;
  const auto intent = Billing::intent(world.subscription(made.text({"id"})));
  EXPECT_EQ(world.get("/v1/payment_intents/" + intent).text({"status"}), "requires_action");
  EXPECT_EQ(world.news().end()[-2], "invoice.payment_action_required");
}

TEST(SandboxSubscriptions, a_trial_costs_nothing_and_ends_with_a_charge) {
  Billing world("2027-03-01");
  world.use_card("pm_card_visa");
  const auto made = world.subscribe("trial_period_days=14");
  const auto id = made.text({"id"});
  EXPECT_EQ(made.text({"status"}), "trialing") << made.body;
  EXPECT_EQ(made.text({"pending_setup_intent"}), "(none)");
  EXPECT_EQ(world.invoices(id), Texts{"2027-03-01 0 paid"});
  world.news();
  world.advance("2027-03-12");
  EXPECT_EQ(world.news()[1], "customer.subscription.trial_will_end");
  world.advance("2027-03-15");
  EXPECT_EQ(world.subscription(id).text({"status"}), "active");
  EXPECT_EQ(world.invoices(id), (Texts{"2027-03-01 0 paid", "2027-03-15 1900 paid"}));
  EXPECT_EQ(Billing::period_end(world.subscription(id)), at("2027-04-15"));
}

TEST(SandboxSubscriptions, a_trial_without_a_method_asks_for_one) {
  Billing world;
  const auto made = world.subscribe(
      "trial_period_days=7&expand[]=pending_setup_intent&payment_settings"
      "[save_default_payment_method]=on_subscription");
  EXPECT_EQ(made.text({"pending_setup_intent", "status"}), "requires_payment_method") << made.body;
  world.post("/v1/setup_intents/" + made.text({"pending_setup_intent", "id"}) + "/confirm",
             "payment_method=pm_card_visa&return_url=https://shop.test/");
  const auto now = world.subscription(made.text({"id"}));
  EXPECT_EQ(now.text({"pending_setup_intent"}), "(none)");
  EXPECT_TRUE(now.text({"default_payment_method"}).starts_with("pm_")) << now.body;
}

TEST(SandboxSubscriptions, a_trial_that_nobody_pays_ends_as_it_was_told) {
  Billing world;
  const auto with = [&](const std::string& then) {
    return world
        .subscribe("trial_period_days=7&trial_settings[end_behavior][missing_payment_method]=" +
                   then)
        .text({"id"});
  };
  const auto paused = with("pause");
  const auto cancelled = with("cancel");
  const auto billed = with("create_invoice");
  world.advance("2027-02-08");
  EXPECT_EQ(world.subscription(paused).text({"status"}), "paused");
  EXPECT_EQ(world.subscription(cancelled).text({"status"}), "canceled");
  EXPECT_EQ(world.subscription(billed).text({"status"}), "past_due");
  world.use_card("pm_card_visa");
  const auto resumed = world.post("/v1/subscriptions/" + paused + "/resume");
  EXPECT_EQ(resumed.text({"status"}), "active") << resumed.body;
  EXPECT_EQ(Billing::period_end(resumed), at("2027-03-08"));
}

TEST(SandboxSubscriptions, are_listed_by_customer_price_and_status) {
  Billing world;
  world.use_card("pm_card_visa");
  const auto basic = world.subscribe().text({"id"});
  const auto pro = world.subscribe("", kPro).text({"id"});
  world.remove("/v1/subscriptions/" + pro);
  const auto ids = [&](const std::string& query) {
    return World::texts(world.get("/v1/subscriptions", query), "id");
  };
  EXPECT_EQ(ids("customer=" + world.customer), Texts{basic});
  EXPECT_EQ(ids("status=all"), (Texts{pro, basic}));
  EXPECT_EQ(ids("status=canceled&price=" + std::string(kPro)), Texts{pro});
  EXPECT_EQ(ids("status=all&price=" + std::string(kBasic)), Texts{basic});
  EXPECT_EQ(ids("created[gt]=" + std::to_string(at("2027-01-31"))), Texts{});
}

TEST(SandboxSubscriptions, old_versions_have_the_period_and_the_links_at_the_top) {
  Billing world;
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  auto request = World::request("GET", "/v1/subscriptions/" + id);
  request.query = "expand[]=latest_invoice.payment_intent";
  request.headers.add("Stripe-Version", "2024-09-30.acacia");
  const auto old = world.send(request);
  EXPECT_EQ(old.number({"current_period_end"}), at("2027-02-28")) << old.body;
  EXPECT_EQ(old.text({"latest_invoice", "subscription"}), id);
  EXPECT_EQ(old.text({"latest_invoice", "payment_intent", "status"}), "succeeded");
  const auto now = world.get("/v1/subscriptions/" + id);
  EXPECT_EQ(now.number({"current_period_end"}), -1);
}

}  // namespace
}  // namespace cobro::sandbox
