#include "sandbox/billing_world.h"

namespace cobro::sandbox {
namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view kUrls =
    "&success_url=https://shop.test/done?session={CHECKOUT_SESSION_ID}"
    "&cancel_url=https://shop.test/cart";

struct Shop : World {
  Answered open(const std::string& what) {
    return post("/v1/checkout/sessions", what + std::string(kUrls));
  }
  Answered open_payment(const std::string& more = "") {
    return open(
        "mode=payment&client_reference_id=o7&line_items[0][quantity]=2"
        "&line_items[0][price_data][currency]=usd"
        "&line_items[0][price_data][unit_amount]=1500"
        "&line_items[0][price_data][product_data][name]=Book" +
        more);
  }
  static std::string page_of(const Answered& session) { return path_of(session.text({"url"})); }
  static std::string path_of(const std::string& url) {
    return url.substr(std::string("http://stripe.test").size());
  }
  Answered pay(const Answered& session, const std::string& number) {
    return send(request("POST", page_of(session),
                        "email=ana%40shop.test&name=Ana&expiry=12%2F34&cvc=123&number=" + number));
  }
  Answered now(const Answered& session, const std::string& query = "") {
    return get("/v1/checkout/sessions/" + session.text({"id"}), query);
  }
  static std::string success_of(const Answered& session) {
    return "https://shop.test/done?session=" + session.text({"id"});
  }
};

TEST(SandboxCheckout, a_payment_is_made_on_the_page) {
  Shop world;
  const auto session = world.open_payment("&metadata[order]=7&payment_intent_data[metadata][a]=1");
  EXPECT_EQ(session.text({"status"}), "open") << session.body;
  EXPECT_EQ(session.number({"amount_total"}), 3000);
  EXPECT_EQ(session.text({"payment_intent"}), "(none)");
  const auto page = world.get(Shop::page_of(session));
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("$30.00"), std::string::npos);
  EXPECT_NE(page.body.find("2 × Book"), std::string::npos);
  const auto declined = world.pay(session, "4000000000009995");
  EXPECT_EQ(declined.status, 402);
  EXPECT_NE(declined.body.find("insufficient funds"), std::string::npos) << declined.body;
  EXPECT_NE(world.pay(session, "4242424242424241").body.find("card number is invalid"),
            std::string::npos);
  const auto paid = world.pay(session, "4242 4242 4242 4242");
  EXPECT_EQ(paid.status, 303) << paid.body;
  EXPECT_EQ(paid.header("Location"), Shop::success_of(session));
  const auto done = world.now(session, "expand[]=payment_intent&expand[]=line_items");
  EXPECT_EQ(done.text({"status"}), "complete");
  EXPECT_EQ(done.text({"payment_status"}), "paid");
  EXPECT_EQ(done.text({"payment_intent", "metadata", "a"}), "1");
  EXPECT_EQ(done.text({"customer_details", "email"}), "ana@shop.test");
  EXPECT_EQ(done.json.at({"line_items", "data"})->as_array()->front().int_at({"amount_total"}),
            3000);
  EXPECT_EQ(world.event_types().back(), "checkout.session.completed");
  EXPECT_EQ(world.pay(session, "4242424242424242").header("Location"), Shop::success_of(session))
      << "a second click pays nothing";
  EXPECT_EQ(world.get("/v1/charges").json.find("data")->as_array()->size(), 2U);
  EXPECT_EQ(World::texts(world.get("/v1/checkout/sessions",
                                   "payment_intent=" + done.text({"payment_intent", "id"})),
                         "id"),
            Texts{session.text({"id"})});
}

TEST(SandboxCheckout, three_d_secure_is_walked_from_the_page) {
  Shop world;
  const auto session = world.open_payment();
  const auto away = world.pay(session, "4000002760003184");
  EXPECT_EQ(away.status, 303) << away.body;
  const auto bank = Shop::path_of(away.header("Location"));
  const auto refused = world.send(World::request("POST", bank, "outcome=refuse"));
  const auto back = Shop::path_of(refused.header("Location"));
  auto again = World::request("GET", back.substr(0, back.find('?')));
  again.query = back.substr(back.find('?') + 1);
  EXPECT_NE(world.send(again).body.find("Try another card"), std::string::npos);
  const auto second = Shop::path_of(world.pay(session, "4000002760003184").header("Location"));
  world.send(World::request("POST", second, "outcome=approve"));
  EXPECT_EQ(world.now(session).text({"status"}), "complete");
  EXPECT_EQ(world.get(Shop::page_of(session)).header("Location"), Shop::success_of(session));
}

TEST(SandboxCheckout, a_subscription_begins_with_its_payment) {
  Shop world;
  const auto session =
      world.open("mode=subscription&subscription_data[metadata][user]=7&line_items[0][price]=" +
                 std::string(kBasic) + "&line_items[0][quantity]=1");
  EXPECT_EQ(session.number({"amount_total"}), 1900) << session.body;
  EXPECT_EQ(world.pay(session, "4000000000000341").status, 402);
  EXPECT_EQ(world.get("/v1/subscriptions", "status=all").json.find("data")->as_array()->size(), 0U)
      << "declined, it was never there";
  EXPECT_EQ(world.pay(session, "4242424242424242").status, 303);
  const auto done = world.now(session, "expand[]=subscription&expand[]=customer");
  EXPECT_EQ(done.text({"subscription", "status"}), "active") << done.body;
  EXPECT_EQ(done.text({"subscription", "metadata", "user"}), "7");
  EXPECT_EQ(done.text({"customer", "email"}), "ana@shop.test");
  EXPECT_TRUE(done.text({"subscription", "default_payment_method"}).starts_with("pm_"));
  EXPECT_EQ(done.text({"payment_status"}), "paid");
}

TEST(SandboxCheckout, a_page_of_a_customer_who_was_deleted_takes_nothing) {
  Shop world;
  const auto customer = world.post("/v1/customers", "").text({"id"});
  const auto session =
      world.open("mode=subscription&customer=" + customer +
                 "&line_items[0][price]=" + std::string(kBasic) + "&line_items[0][quantity]=1");
  ASSERT_EQ(session.text({"status"}), "open") << session.body;
  EXPECT_EQ(world.remove("/v1/customers/" + customer).status, 200);
  const auto refused = world.pay(session, "4242424242424242");
  EXPECT_NE(refused.status, 303);
  EXPECT_NE(refused.body.find("No such customer"), std::string::npos) << refused.body;
  EXPECT_EQ(world.now(session).text({"status"}), "open");
  EXPECT_EQ(world.get("/v1/subscriptions", "status=all").json.find("data")->as_array()->size(), 0U);
}

TEST(SandboxCheckout, a_trial_begins_with_a_saved_card) {
  Shop world;
  const auto session =
      world.open("mode=subscription&subscription_data[trial_period_days]=7&line_items[0][price]=" +
                 std::string(kBasic));
  EXPECT_EQ(world.pay(session, "4242424242424242").status, 303);
  const auto done = world.now(session, "expand[]=subscription");
  EXPECT_EQ(done.text({"subscription", "status"}), "trialing") << done.body;
  EXPECT_EQ(done.text({"payment_status"}), "no_payment_required");
  world.clock.advance(std::chrono::hours(24 * 7 + 1));
  EXPECT_EQ(world.now(session, "expand[]=subscription").text({"subscription", "status"}), "active");
}

TEST(SandboxCheckout, a_trial_whose_customer_was_deleted_at_the_bank_never_begins) {
  Shop world;
  const auto customer = world.post("/v1/customers").text({"id"});
  const auto session =
      world.open("mode=subscription&subscription_data[trial_period_days]=7&customer=" + customer +
                 "&line_items[0][price]=" + std::string(kBasic));
  const auto bank = Shop::path_of(world.pay(session, "4000002760003184").header("Location"));
  world.remove("/v1/customers/" + customer);
  EXPECT_EQ(world.send(World::request("POST", bank, "outcome=approve")).status, 303);
  EXPECT_EQ(world.now(session).text({"status"}), "open");
  EXPECT_TRUE(World::texts(world.get("/v1/subscriptions", "status=all"), "id").empty());
}

TEST(SandboxCheckout, a_card_is_set_up) {
  Shop world;
  const auto customer = world.post("/v1/customers").text({"id"});
  const auto session = world.open("mode=setup&customer=" + customer);
  EXPECT_EQ(world.pay(session, "4242424242424242").status, 303);
  const auto done = world.now(session, "expand[]=setup_intent.payment_method");
  EXPECT_EQ(done.text({"setup_intent", "payment_method", "customer"}), customer) << done.body;
}

TEST(SandboxCheckout, an_expired_session_takes_no_money) {
  Shop world;
  const auto told = world.open_payment();
  const auto path = "/v1/checkout/sessions/" + told.text({"id"}) + "/expire";
  EXPECT_EQ(world.post(path).text({"status"}), "expired");
  EXPECT_EQ(world.post(path).status, 400);
  const auto forgotten = world.open_payment();
  world.clock.advance(std::chrono::hours(24));
  EXPECT_EQ(world.now(forgotten).text({"status"}), "expired");
  EXPECT_EQ(world.send(World::request("POST", Shop::page_of(forgotten), "number=4242424242424242"))
                .status,
            410);
  EXPECT_EQ(world.event_types().back(), "checkout.session.expired");
}

TEST(SandboxCheckout, an_approval_that_comes_after_the_end_pays_nothing) {
  Shop world;
  const auto session = world.open_payment();
  const auto bank = Shop::path_of(world.pay(session, "4000002760003184").header("Location"));
  world.post("/v1/checkout/sessions/" + session.text({"id"}) + "/expire");
  EXPECT_EQ(world.send(World::request("POST", bank, "outcome=approve")).status, 404);
  EXPECT_EQ(world.now(session, "expand[]=payment_intent").text({"payment_intent", "status"}),
            "canceled");
  EXPECT_EQ(world.get("/v1/charges").json.find("data")->as_array()->size(), 0U);
}

TEST(SandboxCheckout, what_was_given_up_before_the_session_ended_cannot_be_paid_there) {
  Shop world;
  const auto session = world.open("mode=subscription&line_items[0][price]=" + std::string(kBasic));
  EXPECT_EQ(world.pay(session, "4000002760003184").status, 303);  // and left at the bank
  world.clock.advance(std::chrono::hours(23) + std::chrono::minutes(30));
  EXPECT_EQ(world.now(session).text({"status"}), "open");
  EXPECT_EQ(world.pay(session, "4242424242424242").status, 402);
  EXPECT_EQ(world.get("/v1/charges").json.find("data")->as_array()->size(), 0U);
  const auto all = world.get("/v1/subscriptions", "status=all");
  ASSERT_EQ(all.json.find("data")->as_array()->size(), 1U);
  EXPECT_EQ(*all.json.find("data")->as_array()->front().string_at({"status"}),
            "incomplete_expired");
}

TEST(SandboxCheckout, a_first_invoice_that_was_paid_elsewhere_is_not_paid_on_the_page_again) {
  Shop world;
  const auto session = world.open("mode=subscription&line_items[0][price]=" + std::string(kBasic) +
                                  "&line_items[0][quantity]=1");
  ASSERT_EQ(world.pay(session, "4000000000003220").status, 303) << "to 3-D Secure, and no further";
  const auto made = world.get("/v1/subscriptions", "status=all");
  const auto subscription = World::texts(made, "id").at(0);
  const auto customer = World::texts(made, "customer").at(0);
  const auto card = world.post("/v1/payment_methods/pm_card_visa/attach", "customer=" + customer);
  ASSERT_EQ(world
                .post("/v1/invoices/" + World::texts(made, "latest_invoice").at(0) + "/pay",
                      "payment_method=" + card.text({"id"}))
                .status,
            200);
  EXPECT_EQ(world.now(session).text({"status"}), "complete");
  EXPECT_EQ(world.now(session).text({"subscription"}), subscription);
  EXPECT_EQ(world.pay(session, "4242424242424242").header("Location"), Shop::success_of(session));
  EXPECT_EQ(world.get("/v1/charges").json.find("data")->as_array()->size(), 1U);
}

TEST(SandboxCheckout, refuses_what_cannot_be_sold) {
  Shop world;
  const std::string basic = "&line_items[0][price]=" + std::string(kBasic);
  EXPECT_EQ(world.open("mode=payment" + basic).status, 400) << "recurring";
  EXPECT_EQ(world.open("mode=payment").text({"error", "param"}), "line_items");
  EXPECT_EQ(world.open("mode=setup" + basic).status, 400);
  EXPECT_EQ(world.open_payment("&subscription_data[metadata][a]=1").status, 400);
  EXPECT_EQ(world.open_payment("&expires_at=1").text({"error", "param"}), "expires_at");
  EXPECT_EQ(
      world.post("/v1/checkout/sessions", "mode=subscription" + basic).text({"error", "param"}),
      "success_url");
}

}  // namespace
}  // namespace cobro::sandbox
