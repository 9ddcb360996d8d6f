// What Stripe refuses, in its words: programs decide by them.
#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

std::string message(const Answered& answer) {
  return answer.text({"error", "message"});
}

TEST(SandboxRefusals, a_method_that_served_its_one_payment_serves_nothing_else) {
  World world;
  const auto customer = world.post("/v1/customers").text({"id"});
  const auto method =
      world.post("/v1/payment_methods", "type=card&card[token]=tok_visa").text({"id"});
  ASSERT_EQ(world.pay(method).text({"status"}), "succeeded");
  const auto again = world.pay(method);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.text({"error", "type"}), "invalid_request_error");
  EXPECT_EQ(again.text({"error", "code"}), "(none)");
  EXPECT_TRUE(message(again).contains("It may not be used again")) << again.body;
  EXPECT_EQ(
      message(world.post("/v1/payment_methods/" + method + "/attach", "customer=" + customer)),
      "This PaymentMethod was previously used without being attached to a Customer or was "
      "detached from a Customer, and may not be used again.");
  EXPECT_EQ(message(world.post("/v1/setup_intents",
                               "confirm=true&payment_method=" + method + std::string(kNever))),
            message(again));
  const auto intent =
      world.post("/v1/payment_intents", "amount=1000&currency=usd" + std::string(kNever));
  const auto path = "/v1/payment_intents/" + intent.text({"id"});
  EXPECT_EQ(message(world.post(path + "/confirm", "payment_method=" + method)), message(again));
  EXPECT_EQ(message(world.post(path, "payment_method=" + method)), message(again));
  EXPECT_EQ(world.get(path).text({"status"}), "requires_payment_method");
}

TEST(SandboxRefusals, a_detached_card_pays_nothing_and_is_nobodys_default) {
  World world;
  const auto customer = world.post("/v1/customers").text({"id"});
  const auto method =
      world.post("/v1/payment_methods/pm_card_visa/attach", "customer=" + customer).text({"id"});
  world.post("/v1/payment_methods/" + method + "/detach");
  EXPECT_TRUE(
      message(world.pay(method, "&customer=" + customer)).contains("may not be used again"));
  const auto missing = "The customer does not have a payment method with the ID " + method +
                       ". The payment method must be attached to the customer.";
  const auto unset =
      world.post("/v1/customers/" + customer, "invoice_settings[default_payment_method]=" + method);
  EXPECT_EQ(message(unset), missing);
  EXPECT_EQ(unset.text({"error", "code"}), "resource_missing");
  EXPECT_EQ(message(world.post("/v1/subscriptions", "customer=" + customer +
                                                        "&items[0][price]=" + std::string(kBasic) +
                                                        "&default_payment_method=" + method)),
            missing);
}

TEST(SandboxRefusals, one_customer_is_billed_in_one_currency) {
  Billing world;
  world.use_card("pm_card_visa");
  const auto euros =
      world
          .post("/v1/prices",
                "currency=eur&unit_amount=900&recurring[interval]=month&product_data[name]=E")
          .text({"id"});
  const auto first = world.subscribe();
  ASSERT_EQ(first.text({"status"}), "active");
  const auto second = world.subscribe("", euros);
  EXPECT_EQ(second.status, 400);
  EXPECT_TRUE(message(second).starts_with("You cannot combine currencies on a single customer."));
  EXPECT_TRUE(message(second).ends_with(" with currency usd.")) << second.body;
  const auto session =
      world.post("/v1/checkout/sessions",
                 "mode=subscription&success_url=https://shop.test&customer=" + world.customer +
                     "&line_items[0][quantity]=1" + "&line_items[0][price]=" + euros);
  EXPECT_EQ(message(session), message(second));
  const auto change = world.post(
      "/v1/subscriptions/" + first.text({"id"}),
      "items[0][id]=" + *Billing::item(first).string_at({"id"}) + "&items[0][price]=" + euros);
  EXPECT_EQ(message(change),
            "The price specified only supports `eur`. This doesn't match the "
            "expected currency: `usd`.");
  EXPECT_EQ(message(world.subscribe("currency=usd", euros)), message(change));
  world.remove("/v1/subscriptions/" + first.text({"id"}));
  EXPECT_EQ(world.subscribe("", euros).text({"status"}), "active") << "the other one has ended";
}

TEST(SandboxRefusals, a_statement_shows_not_any_text) {
  World world;
  const auto refused = [&](const std::string& more) {
    return world.pay("pm_card_visa", "&" + more);
  };
  const auto whole = refused("statement_descriptor=SHOP");
  EXPECT_EQ(whole.status, 400);
  EXPECT_TRUE(message(whole).contains("is not supported for the payment_method_type `card`"));
  EXPECT_EQ(whole.text({"error", "param"}), "statement_descriptor");
  for (const char* bad :
       {"THIS IS MUCH LONGER THAN 22", "A%3CB", "A*B", "A%22", "A%27", "A%5C", "123"})
    EXPECT_EQ(refused("statement_descriptor_suffix=" + std::string(bad)).text({"error", "param"}),
              "statement_descriptor_suffix")
        << bad;
  EXPECT_EQ(refused("statement_descriptor_suffix=ORDER 12").text({"statement_descriptor_suffix"}),
            "ORDER 12");
  const auto held = world.pay("pm_card_visa", "&capture_method=manual");
  const auto path = "/v1/payment_intents/" + held.text({"id"}) + "/capture";
  EXPECT_EQ(world.post(path, "statement_descriptor_suffix=1*").status, 400);
  const auto captured = world.post(path, "statement_descriptor_suffix=PART 1");
  EXPECT_EQ(captured.text({"statement_descriptor_suffix"}), "PART 1") << captured.body;
  EXPECT_EQ(world.get("/v1/charges/" + captured.text({"latest_charge"}))
                .text({"statement_descriptor_suffix"}),
            "PART 1");
}

TEST(SandboxRefusals, an_intent_in_another_state_comes_with_the_refusal) {
  World world;
  const auto paid = world.pay("pm_card_visa").text({"id"});
  const auto held = world.pay("pm_card_visa", "&capture_method=manual").text({"id"});
  const auto gone = world.pay("pm_card_visa", "&capture_method=manual").text({"id"});
  world.post("/v1/payment_intents/" + gone + "/cancel");
  struct Case {
    std::string id, operation, form, status;
  };
  for (const auto& one : {Case{paid, "/confirm", "", "succeeded"},
                          {paid, "/capture", "", "succeeded"},
                          {paid, "/cancel", "", "succeeded"},
                          {paid, "", "amount=5000", "succeeded"},
                          {held, "/confirm", "", "requires_capture"},
                          {gone, "/confirm", "payment_method=pm_card_visa", "canceled"},
                          {gone, "/capture", "", "canceled"},
                          {gone, "/cancel", "", "canceled"}}) {
    const auto refused = world.post("/v1/payment_intents/" + one.id + one.operation, one.form);
    EXPECT_EQ(refused.status, 400) << one.operation;
    EXPECT_EQ(refused.text({"error", "code"}), "payment_intent_unexpected_state") << refused.body;
    EXPECT_EQ(refused.text({"error", "payment_intent", "id"}), one.id);
    EXPECT_EQ(refused.text({"error", "payment_intent", "status"}), one.status);
  }
  EXPECT_EQ(world.post("/v1/payment_intents/" + held + "/capture", "amount_to_capture=1001")
                .text({"error", "code"}),
            "amount_too_large");
}

TEST(SandboxRefusals, off_session_nobody_needs_a_way_back) {
  World world;
  const std::string open = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa";
  EXPECT_EQ(world.post("/v1/payment_intents", open).text({"error", "param"}), "return_url");
  EXPECT_EQ(world.post("/v1/payment_intents", open + "&off_session=true").text({"status"}),
            "succeeded");
  EXPECT_EQ(world.post("/v1/payment_intents", open + "&off_session=false").status, 400);
  const auto in_page = world.post(
      "/v1/payment_intents",
      "amount=1000&currency=usd&confirm=true&payment_method=pm_card_authenticationRequired"
      "&use_stripe_sdk=true&return_url=https://shop.test");
  EXPECT_EQ(in_page.text({"next_action", "type"}), "use_stripe_sdk") << in_page.body;
}

TEST(SandboxCustomers, are_made_with_a_card_that_is_their_default) {
  World world;
  const auto made = world.post("/v1/customers",
                               "payment_method=pm_card_visa&"
                               "invoice_settings[default_payment_method]=pm_card_visa");
  ASSERT_EQ(made.status, 200) << made.body;
  const auto method = made.text({"invoice_settings", "default_payment_method"});
  EXPECT_TRUE(method.starts_with("pm_1")) << made.body;
  EXPECT_EQ(world.get("/v1/payment_methods/" + method).text({"customer"}), made.text({"id"}));
  EXPECT_EQ(world
                .post("/v1/subscriptions",
                      "customer=" + made.text({"id"}) + "&items[0][price]=" + std::string(kBasic))
                .text({"status"}),
            "active");
  const auto other =
      world.post("/v1/payment_methods", "type=card&card[token]=tok_mastercard").text({"id"});
  const auto with = [&](const std::string& form) { return world.post("/v1/customers", form); };
  EXPECT_EQ(with("payment_method=" + other + "&invoice_settings[default_payment_method]=" + other)
                .text({"invoice_settings", "default_payment_method"}),
            other);
  const auto before = world.event_types().size();
  EXPECT_EQ(with("invoice_settings[default_payment_method]=" + other).status, 400);
  EXPECT_EQ(with("payment_method=pm_card_chargeDeclined").status, 402);
  EXPECT_EQ(world.event_types().size(), before) << "nobody was made";
  const auto kept = with("preferred_locales[]=es&tax_exempt=exempt&invoice_prefix=ABC");
  EXPECT_EQ(wire::to_text(*kept.json.find("preferred_locales")), R"(["es"])");
  EXPECT_EQ(kept.text({"tax_exempt"}), "exempt");
  EXPECT_EQ(kept.text({"invoice_prefix"}), "ABC");
}

TEST(SandboxApi, knows_the_versions_that_stripe_published_and_no_other) {
  World world;
  const auto status = [&](const std::string& version) {
    auto request = World::request("GET", "/v1/balance");
    request.headers.set("Stripe-Version", version);
    return world.send(std::move(request)).status;
  };
  for (const char* known : {"2017-08-15", "2020-08-27", "2024-09-30.acacia", "2026-10-28.endive"})
    EXPECT_EQ(status(known), 200) << known;
  for (const char* unknown : {"2020-08-28", "2026-10-28", "2026-10-28.basil", "2026-08-27.basil",
                              "2020-08-27 2022-08-01", "latest", ""})
    EXPECT_EQ(status(unknown), 400) << unknown;
}

TEST(SandboxApi, says_which_of_stripes_routes_it_has_not) {
  World world;
  for (const char* path : {"/v1/payouts", "/v1/coupons", "/v2/core/accounts"}) {
    const auto refused = world.post(path, "amount=1");
    EXPECT_EQ(refused.status, 404);
    EXPECT_TRUE(
        message(refused).starts_with(fmt::format("Unrecognized request URL (POST: {})", path)))
        << refused.body;
    EXPECT_TRUE(message(refused).ends_with(
        fmt::format("not in Cobro's sandbox yet: POST {}, see docs/sandbox.md", path)));
  }
}

TEST(SandboxApi, takes_no_route_that_it_has_not_for_an_id) {
  World world;
  for (const std::string path :
       {"/v1/customers/search", "/v1/charges/search", "/v1/invoices/search",
        "/v1/invoices/upcoming", "/v1/payment_intents/search"}) {
    const auto refused = world.get(path, "query=x");
    EXPECT_EQ(refused.status, 404);
    EXPECT_TRUE(message(refused).ends_with(
        fmt::format("not in Cobro's sandbox yet: GET {}, see docs/sandbox.md", path)))
        << refused.body;
  }
}

TEST(SandboxApi, does_nothing_in_the_account_of_another) {
  World world;
  for (const char* name : {"Stripe-Account", "Stripe-Context"}) {
    auto request = World::request("POST", "/v1/payment_intents", "amount=1000&currency=usd");
    request.headers.set("Authorization", "Bearer sk_test_x");
    request.headers.set(name, "acct_1");
    const auto refused = world.send(std::move(request));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(message(refused),
              fmt::format("not in Cobro's sandbox yet: the header {}, see docs/sandbox.md", name));
  }
}

TEST(SandboxApi, says_which_of_stripes_parameters_it_has_not) {
  Billing world;
  world.use_card("pm_card_visa");
  const auto subscription = world.subscribe().text({"id"});
  const auto intent = "/v1/payment_intents/" + world.pay("pm_card_visa").text({"id"});
  const std::string create = "amount=1000&currency=usd";
  struct Case {
    std::string path, form, name;
  };
  for (const auto& one : {
           Case{"/v1/payment_intents", create + "&transfer_data[destination]=acct_1",
                "transfer_data"},
           {"/v1/payment_intents", create + "&payment_method_options[card][cvc_token]=x",
            "payment_method_options"},
           {intent + "/capture", "application_fee_amount=1", "application_fee_amount"},
           {"/v1/refunds", "payment_intent=x&reverse_transfer=true", "reverse_transfer"},
           {"/v1/customers", "tax[ip_address]=::1", "tax"},
           {"/v1/customers", "invoice_settings[custom_fields][0][name]=a",
            "invoice_settings[custom_fields]"},
           {"/v1/subscriptions/" + subscription, "automatic_tax[enabled]=true",
            "automatic_tax[enabled]"},
           {"/v1/subscriptions/" + subscription, "discounts[0][coupon]=x", "discounts"},
           {"/v1/subscriptions",
            "customer=" + world.customer + "&items[0][price]=" + std::string(kBasic) +
                "&items[0][tax_rates][]=txr_1",
            "items[0][tax_rates]"},
           {"/v1/invoices/create_preview",
            "subscription=" + subscription + "&subscription_details[cancel_now]=true",
            "subscription_details[cancel_now]"},
           {"/v1/checkout/sessions", "mode=payment&submit_type=book", "submit_type"},
           {"/v1/products", "name=x&tax_details[x]=1", "tax_details"},
       }) {
    const auto refused = world.post(one.path, one.form);
    EXPECT_EQ(refused.status, 400) << one.name;
    EXPECT_EQ(message(refused),
              fmt::format("not in Cobro's sandbox yet: {}, see docs/sandbox.md", one.name));
    EXPECT_EQ(refused.text({"error", "param"}), one.name);
  }
  EXPECT_EQ(message(world.post("/v1/payment_intents", create + "&hooks[a]=1&on_behalf_of=x")),
            "not in Cobro's sandbox yet: hooks, on_behalf_of, see docs/sandbox.md");
  EXPECT_EQ(world.post("/v1/payment_intents", create + "&nonsense=1").text({"error", "code"}),
            "parameter_unknown");
  const auto session = [&](const std::string& form) {
    return world.post("/v1/checkout/sessions", "success_url=https://shop.test&" + form);
  };
  EXPECT_EQ(session("mode=setup&currency=USD").text({"currency"}), "usd");
  EXPECT_EQ(message(session("mode=subscription&currency=eur&line_items[0][quantity]=1&"
                            "line_items[0][price]=" +
                            std::string(kBasic))),
            "The price specified only supports `usd`. This doesn't match the expected currency: "
            "`eur`.");
  for (const char* off : {"automatic_tax[enabled]=false", "billing_mode[type]=classic",
                          "payment_settings[payment_method_types][]=card"})
    EXPECT_EQ(world.post("/v1/subscriptions/" + subscription, off).status, 200) << off;
}

TEST(SandboxLists, of_what_an_object_holds_have_pages_too) {
  Billing world;
  world.use_card("pm_card_visa");
  const auto made = world.subscribe("items[1][price]=" + std::string(kPro));
  ASSERT_EQ(made.status, 200) << made.body;
  for (const auto& [path, query] :
       {std::pair<std::string, std::string>{
            "/v1/invoices/" + made.text({"latest_invoice"}) + "/lines", ""},
        {"/v1/subscription_items", "&subscription=" + made.text({"id"})}}) {
    const auto all = World::texts(world.get(path, query.empty() ? "" : query.substr(1)), "id");
    ASSERT_EQ(all.size(), 2U) << path;
    const auto first = world.get(path, "limit=1" + query);
    EXPECT_EQ(World::texts(first, "id"), std::vector<std::string>{all[0]});
    EXPECT_TRUE(*first.json.find("has_more")->as_bool());
    const auto second = world.get(path, "starting_after=" + all[0] + query);
    EXPECT_EQ(World::texts(second, "id"), std::vector<std::string>{all[1]});
    EXPECT_FALSE(*second.json.find("has_more")->as_bool());
    EXPECT_EQ(World::texts(world.get(path, "limit=1&ending_before=" + all[1] + query), "id"),
              std::vector<std::string>{all[0]});
    EXPECT_EQ(world.get(path, "starting_after=nobody" + query).status, 400);
  }
}

}  // namespace
}  // namespace cobro::sandbox
