#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

struct Browser : World {
  Browser() {
    made = post("/v1/payment_intents",
                "amount=1000&currency=usd&metadata[order]=7" + std::string(kNever));
    path = "/v1/payment_intents/" + made.text({"id"});
    secret = "client_secret=" + made.text({"client_secret"});
  }
  Answered browse(std::string method, std::string where, std::string form) {
    auto sent = request(std::move(method), std::move(where), std::move(form));
    sent.headers.set("Authorization", "Bearer pk_test_browser");
    sent.headers.set("Origin", "https://shop.test");
    return send(std::move(sent));
  }
  std::string card(std::string_view number) {
    return browse("POST", "/v1/payment_methods",
                  "type=card&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123&card[number]=" +
                      std::string(number))
        .text({"id"});
  }
  Answered made;
  std::string path;
  std::string secret;
};

TEST(SandboxBrowser, pays_with_a_card_and_the_client_secret) {
  Browser world;
  const auto declined =
      world.browse("POST", world.path + "/confirm",
                   world.secret + "&payment_method=" + world.card("4000000000009995"));
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(declined.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(declined.text({"error", "payment_intent", "status"}), "requires_payment_method");
  EXPECT_EQ(declined.text({"error", "payment_intent", "metadata", "order"}), "(none)");
  const auto paid =
      world.browse("POST", world.path + "/confirm",
                   world.secret + "&payment_method=" + world.card("4242424242424242"));
  EXPECT_EQ(paid.text({"status"}), "succeeded") << paid.body;
  EXPECT_EQ(paid.text({"metadata", "order"}), "(none)");
}

TEST(SandboxBrowser, sees_no_customer_where_one_is) {
  Browser world;
  const auto customer = world.post("/v1/customers").text({"id"});
  world.post(world.path, "customer=" + customer);
  const auto null = [](const Answered& answer) {
    const auto* member = answer.json.find("customer");
    return member && member->is_null();
  };
  EXPECT_TRUE(null(world.browse("POST", "/v1/payment_methods", "type=card&card[token]=tok_visa")));
  auto seen = World::request("GET", world.path);
  seen.headers.set("Authorization", "Bearer pk_test_browser");
  seen.query = world.secret;
  const auto answer = world.send(std::move(seen));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(null(answer)) << answer.body;
  EXPECT_EQ(world.get(world.path).text({"customer"}), customer);
}

TEST(SandboxBrowser, walks_three_d_secure_and_comes_back) {
  Browser world;
  const auto waiting = world.browse("POST", world.path + "/confirm",
                                    world.secret +
                                        "&return_url=https://shop.test/back"
                                        "&payment_method=" +
                                        world.card("4000002760003184"));
  EXPECT_EQ(waiting.text({"status"}), "requires_action") << waiting.body;
  const auto url = waiting.text({"next_action", "redirect_to_url", "url"});
  const auto back = world.send(World::request(
      "POST", url.substr(std::string("http://stripe.test").size()), "outcome=approve"));
  EXPECT_EQ(back.header("Location"),
            "https://shop.test/back?payment_intent=" + world.made.text({"id"}) +
                "&payment_intent_" + world.secret + "&redirect_status=succeeded");
  EXPECT_EQ(world.get(world.path).text({"status"}), "succeeded");
}

TEST(SandboxBrowser, a_publishable_key_does_nothing_else) {
  Browser world;
  const auto card = "&payment_method=" + world.card("4000003800000446");
  EXPECT_EQ(world.browse("POST", world.path + "/confirm", "client_secret=wrong" + card).status,
            404);
  EXPECT_EQ(world.browse("POST", world.path + "/confirm", card.substr(1)).status, 400);
  for (const char* more : {"&off_session=true", "&capture_method=manual", "&expand[]=customer"})
    EXPECT_EQ(world.browse("POST", world.path + "/confirm", world.secret + card + more).status, 400)
        << more;
  EXPECT_EQ(world.get(world.path).text({"status"}), "requires_payment_method");
  for (const char* where : {"/v1/customers", "/v1/subscriptions", "/v1/products", "/v1/refunds",
                            "/v1/checkout/sessions", "/v1/test_helpers/test_clocks"}) {
    EXPECT_EQ(world.browse("GET", where, "").status, 401) << where;
    EXPECT_EQ(world.browse("POST", where, "").status, 401) << where;
  }
  EXPECT_EQ(world.browse("POST", world.path, world.secret + "&amount=1").status, 401);
  EXPECT_EQ(world.browse("POST", world.path + "/cancel", world.secret).status, 401);
}

}  // namespace
}  // namespace cobro::sandbox
