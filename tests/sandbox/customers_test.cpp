#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

std::string new_customer(World& world) {
  return world.post("/v1/customers", "email=ana@example.com&name=Ana").text({"id"});
}

TEST(SandboxCustomers, live_and_are_deleted) {
  World world;
  const auto id = new_customer(world);
  EXPECT_TRUE(id.starts_with("cus_"));
  const auto path = "/v1/customers/" + id;
  EXPECT_EQ(world.post(path, "name=Bea&metadata[a]=1").text({"name"}), "Bea");
  EXPECT_EQ(world.get(path).text({"email"}), "ana@example.com");
  EXPECT_EQ(world.post(path, "email=nobody").text({"error", "code"}), "email_invalid");
  EXPECT_EQ(World::texts(world.get("/v1/customers", "email=ana@example.com"), "id"),
            std::vector<std::string>{id});
  world.post("/v1/payment_methods/pm_card_visa/attach", "customer=" + id);
  EXPECT_EQ(world.remove(path).body,
            R"({"id":")" + id + R"(","object":"customer","deleted":true})");
  EXPECT_EQ(wire::to_text(*world.get(path).json.find("deleted")), "true");
  EXPECT_EQ(world.post(path, "name=x").status, 404);
  EXPECT_TRUE(World::texts(world.get("/v1/customers"), "id").empty());
  EXPECT_EQ(world.pay("pm_card_visa", "&customer=" + id).text({"error", "param"}), "customer");
  EXPECT_EQ(
      world.event_types(),
      (std::vector<std::string>{"customer.created", "customer.updated", "payment_method.attached",
                                "payment_method.detached", "customer.deleted"}));
}

TEST(SandboxPaymentMethods, an_attached_one_pays_again_and_again_for_its_customer_alone) {
  World world;
  const auto id = new_customer(world);
  const auto method = world.post("/v1/payment_methods/pm_card_visa/attach", "customer=" + id);
  EXPECT_EQ(method.text({"customer"}), id);
  const auto pm = method.text({"id"});
  EXPECT_TRUE(pm.starts_with("pm_1"));
  for (int i = 0; i < 2; ++i) {
    const auto paid = world.pay(pm, "&off_session=true&customer=" + id);
    EXPECT_EQ(paid.text({"status"}), "succeeded") << paid.body;
    EXPECT_EQ(paid.text({"customer"}), id);
  }
  EXPECT_EQ(world.pay(pm).status, 400) << "without its customer";
  EXPECT_EQ(world.pay(pm, "&customer=" + new_customer(world)).status, 400);
  EXPECT_EQ(
      world.get("/v1/payment_intents", "customer=" + id).json.find("data")->as_array()->size(), 2U);
  const auto listed = world.get("/v1/payment_methods", "type=card&customer=" + id);
  EXPECT_EQ(World::texts(listed, "id"), std::vector<std::string>{pm});
  EXPECT_EQ(World::texts(world.get("/v1/customers/" + id + "/payment_methods"), "id"),
            std::vector<std::string>{pm});
  EXPECT_EQ(
      world.post("/v1/payment_methods/" + pm + "/attach", "customer=" + new_customer(world)).status,
      400);
}

TEST(SandboxPaymentMethods, a_detached_one_is_of_no_use_any_more) {
  World world;
  const auto id = new_customer(world);
  const auto pm =
      world.post("/v1/payment_methods/pm_card_visa/attach", "customer=" + id).text({"id"});
  const auto path = "/v1/payment_methods/" + pm;
  EXPECT_EQ(wire::to_text(*world.post(path + "/detach").json.find("customer")), "null");
  EXPECT_EQ(world.post(path + "/detach").status, 400);
  EXPECT_EQ(world.post(path + "/attach", "customer=" + id).status, 400);
  EXPECT_EQ(world.pay(pm).status, 400);
  EXPECT_TRUE(World::texts(world.get("/v1/payment_methods", "customer=" + id), "id").empty());
}

TEST(SandboxPaymentMethods, a_detached_one_is_no_subscriptions_default_any_more) {
  Billing world;
  const auto pm = world.use_card("pm_card_visa");
  const auto other = world.use_card("pm_card_mastercard");
  const auto its = world.subscribe("default_payment_method=" + pm).text({"id"});
  const auto kept = world.subscribe("default_payment_method=" + other).text({"id"});
  world.news();
  world.post("/v1/payment_methods/" + pm + "/detach");
  EXPECT_EQ(world.subscription(its).text({"default_payment_method"}), "(none)");
  EXPECT_EQ(world.subscription(kept).text({"default_payment_method"}), other);
  EXPECT_EQ(world.news(),
            (std::vector<std::string>{"payment_method.detached", "customer.subscription.updated"}));
}

TEST(SandboxCustomers, end_every_subscription_that_they_have) {
  Billing world;
  world.use_card("pm_card_visa");
  for (int i = 0; i < 101; ++i) world.subscribe();
  world.remove("/v1/customers/" + world.customer);
  EXPECT_TRUE(World::texts(world.get("/v1/subscriptions", "limit=100"), "id").empty());
}

TEST(SandboxCustomers, who_are_gone_leave_drafts_that_nobody_pays) {
  Billing world("2027-01-15");
  world.use_card("pm_card_visa");
  const auto id = world.subscribe().text({"id"});
  world.post("/v1/subscriptions/" + id, "pause_collection[behavior]=keep_as_draft");
  world.advance("2027-02-15");
  const auto draft = world.subscription(id).text({"latest_invoice", "id"});
  const auto invoice = [&] { return world.get("/v1/invoices/" + draft); };
  ASSERT_EQ(invoice().text({"status"}), "draft");
  world.remove("/v1/customers/" + world.customer);
  const auto before = invoice().body;
  for (const auto& refused :
       {world.post("/v1/invoices/" + draft + "/finalize", "auto_advance=true"),
        world.post("/v1/invoices/" + draft + "/pay"),
        world.post("/v1/invoices/" + draft + "/pay", "paid_out_of_band=true")}) {
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.text({"error", "param"}), "customer");
  }
  EXPECT_EQ(invoice().body, before);
}

TEST(SandboxCustomers, what_is_nested_is_known_by_name_too) {
  World world;
  const auto refused = [&](const std::string& path, const std::string& form) {
    const auto answer = world.post(path, form);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.text({"error", "code"}), "parameter_unknown") << answer.body;
    return answer.text({"error", "param"});
  };
  const auto id = new_customer(world);
  EXPECT_EQ(refused("/v1/customers", "address[foo]=1"), "address[foo]");
  EXPECT_EQ(refused("/v1/customers/" + id, "shipping[address][foo]=1"), "shipping[address][foo]");
  EXPECT_EQ(refused("/v1/customers", "shipping[foo]=1"), "shipping[foo]");
  EXPECT_EQ(refused("/v1/payment_intents", "amount=1000&currency=usd&shipping[foo]=1"),
            "shipping[foo]");
  EXPECT_EQ(refused("/v1/products", "name=x&package_dimensions[foo]=1"), "package_dimensions[foo]");
  EXPECT_EQ(
      refused("/v1/checkout/sessions",
              "mode=subscription&success_url=https://shop.test&line_items[0][price]=" +
                  std::string(kBasic) + "&subscription_data[trial_settings][end_behavior][foo]=1"),
      "subscription_data[trial_settings][end_behavior][foo]");
  EXPECT_EQ(world.post("/v1/customers", "address[city][x]=1").text({"error", "param"}),
            "address[city]");
  const auto kept = world.post(
      "/v1/customers/" + id,
      "address[city]=Lima&address[line2]=&shipping[name]=Ana&shipping[address][line1]=a");
  EXPECT_EQ(kept.text({"address", "city"}), "Lima") << kept.body;
  EXPECT_EQ(kept.text({"shipping", "address", "line1"}), "a");
  EXPECT_EQ(kept.text({"shipping", "name"}), "Ana");
  EXPECT_TRUE(world.post("/v1/customers/" + id, "address=").json.find("address")->is_null());
}

TEST(SandboxPaymentMethods, a_declined_card_is_refused_when_it_is_attached) {
  World world;
  const auto id = new_customer(world);
  const auto attach = [&](const std::string& card) {
    return world.post("/v1/payment_methods/" + card + "/attach", "customer=" + id);
  };
  const auto refused = attach("pm_card_chargeDeclinedInsufficientFunds");
  EXPECT_EQ(refused.status, 402);
  EXPECT_EQ(refused.text({"error", "decline_code"}), "insufficient_funds");
  const auto fails_later = attach("pm_card_chargeCustomerFail");
  EXPECT_EQ(fails_later.status, 200);
  EXPECT_EQ(world.pay(fails_later.text({"id"}), "&customer=" + id).status, 402);
  EXPECT_EQ(attach("pm_card_nothing").status, 404);
  EXPECT_EQ(world.post("/v1/payment_methods/pm_card_visa/attach").text({"error", "code"}),
            "parameter_missing");
}

TEST(SandboxPaymentMethods, a_payment_can_keep_its_card_for_later) {
  World world;
  const auto id = new_customer(world);
  const auto paid =
      world.pay("pm_card_mastercard", "&setup_future_usage=off_session&customer=" + id);
  const auto listed = world.get("/v1/payment_methods", "customer=" + id);
  EXPECT_EQ(World::texts(listed, "id"), std::vector<std::string>{paid.text({"payment_method"})});
  EXPECT_EQ(
      world.pay(paid.text({"payment_method"}), "&off_session=true&customer=" + id).text({"status"}),
      "succeeded");
}

TEST(SandboxTokens, stand_for_a_card_once) {
  World world;
  const auto token = world.post(
      "/v1/tokens",
      "card[number]=4000000000000002&card[exp_month]=8&card[exp_year]=2030&card[cvc]=123");
  EXPECT_EQ(token.text({"card", "last4"}), "0002") << token.body;
  const auto id = token.text({"id"});
  const auto make = [&] {
    return world.post("/v1/payment_methods", "type=card&card[token]=" + id);
  };
  const auto method = make();
  EXPECT_EQ(method.number({"card", "exp_year"}), 2030);
  EXPECT_EQ(world.pay(method.text({"id"})).text({"error", "decline_code"}), "generic_decline");
  EXPECT_EQ(make().text({"error", "code"}), "token_already_used");
  EXPECT_EQ(wire::to_text(*world.get("/v1/tokens/" + id).json.find("used")), "true");
}

Answered as_browser(World& world, const std::string& method, const std::string& path,
                    const std::string& form) {
  auto request = World::request(method, path, method == "POST" ? form : "");
  if (method != "POST") request.query = form;
  request.headers.set("Authorization", "Bearer pk_test_123");
  request.headers.set("Origin", "https://shop.test");
  return world.send(std::move(request));
}

TEST(SandboxBrowser, makes_payment_methods_from_numbers_with_a_publishable_key) {
  World world;
  auto preflight = World::request("OPTIONS", "/v1/payment_methods");
  preflight.headers.remove("Authorization");
  preflight.headers.set("Access-Control-Request-Headers", "authorization,content-type");
  const auto allowed = world.send(preflight);
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Headers"), "authorization,content-type");

  const std::string card =
      "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=30&card[cvc]=123";
  const auto made = as_browser(world, "POST", "/v1/payment_methods",
                               card + "&guid=NA&payment_user_agent=stripe.js&pasted_fields=number");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(made.number({"card", "exp_year"}), 2030);
  EXPECT_EQ(world.pay(made.text({"id"})).text({"status"}), "succeeded");

  auto in_form = World::request("POST", "/v1/payment_methods", card + "&key=pk_test_123");
  in_form.headers.remove("Authorization");
  EXPECT_EQ(world.send(in_form).status, 200) << "the key in the form, as Stripe.js sends it";
}

TEST(SandboxBrowser, bad_cards_are_refused_as_stripe_refuses_them) {
  World world;
  const auto code = [&](std::string card) {
    return as_browser(world, "POST", "/v1/payment_methods", "type=card&" + std::move(card))
        .text({"error", "code"});
  };
  EXPECT_EQ(code("card[number]=4242424242424241&card[exp_month]=1&card[exp_year]=30"),
            "incorrect_number");
  EXPECT_EQ(code("card[number]=4242424242424242&card[exp_month]=13&card[exp_year]=30"),
            "invalid_expiry_month");
  EXPECT_EQ(code("card[number]=4242424242424242&card[exp_month]=10&card[exp_year]=2025"),
            "invalid_expiry_year");
  EXPECT_EQ(code("card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=30&card[cvc]=99"),
            "invalid_cvc");
}

TEST(SandboxBrowser, confirms_with_the_client_secret_and_sees_nothing_of_the_merchant) {
  World world;
  const auto intent = world.post("/v1/payment_intents",
                                 "amount=1000&currency=usd&metadata[a]=1" + std::string(kNever));
  const auto path = "/v1/payment_intents/" + intent.text({"id"});
  EXPECT_EQ(as_browser(world, "GET", path, "").text({"error", "param"}), "client_secret");
  EXPECT_EQ(as_browser(world, "GET", path, "client_secret=x").status, 404);
  EXPECT_EQ(as_browser(world, "POST", "/v1/refunds", "payment_intent=pi_1").status, 401);
  const auto secret = "client_secret=" + intent.text({"client_secret"});
  const auto confirmed =
      as_browser(world, "POST", path + "/confirm", secret + "&payment_method=pm_card_visa");
  EXPECT_EQ(confirmed.text({"status"}), "succeeded") << confirmed.body;
  const auto seen = as_browser(world, "GET", path, secret);
  EXPECT_EQ(seen.text({"status"}), "succeeded");
  EXPECT_EQ(seen.json.find("metadata"), nullptr);
}

}  // namespace
}  // namespace cobro::sandbox
