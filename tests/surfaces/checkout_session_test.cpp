// What the checkout page asks for: with nothing but the session's id.
#include <gtest/gtest.h>

#include "desk.h"
#include "wire/form.h"

namespace cobro::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBody = R"({
  "amount": 2990, "currency": "usd", "type": "course_purchase", "courseId": "course-7",
  "description": "Night photography"})";

class CheckoutSession : public ::testing::Test {
 protected:
  Desk desk;
  std::string path;  // of the session

  void SetUp() override { make(std::string(kBody)); }
  void make(const std::string& body) {
    const auto made = desk.as("ana", "POST", "/payments/create-checkout-session", body);
    ASSERT_EQ(made.status, 201) << made.text;
    path = "/checkout/" + made.body.string_at({"sessionId"}).value_or("");
  }
  Desk::Answer show() { return desk.send("GET", path + "/session"); }
  Desk::Answer refresh() { return desk.send("POST", path + "/refresh"); }
  // As the page does it, with what the session says.
  int pay(const std::string& card) {
    const auto session = show().body;
    const auto secret = session.string_at({"gateway", "client_secret"}).value_or("");
    const auto key = session.string_at({"gateway", "publishable_key"}).value_or("");
    const auto base = session.string_at({"gateway", "api_base"}).value_or("");
    const auto post = [&](const std::string& to, const wire::FormFields& fields) {
      ports::HttpRequest request{.method = "POST",
                                 .url = base + to,
                                 .headers = {{"Authorization", "Bearer " + key}},
                                 .body = wire::to_form(fields)};
      return *run(desk.clock, desk.http.send(std::move(request)));
    };
    const auto method = post("/v1/payment_methods", {{"type", "card"},
                                                     {"card[number]", card},
                                                     {"card[exp_month]", "12"},
                                                     {"card[exp_year]", "2034"},
                                                     {"card[cvc]", "123"}});
    const auto id = wire::parse_json(method.body)->string_at({"id"}).value_or("");
    const auto intent = secret.substr(0, secret.find("_secret"));
    return post("/v1/payment_intents/" + intent + "/confirm",
                {{"client_secret", secret}, {"payment_method", id}})
        .status;
  }
};

TEST_F(CheckoutSession, is_shown_to_whoever_has_its_id) {
  const auto shown = show();
  ASSERT_EQ(shown.status, 200) << shown.text;
  EXPECT_EQ(shown.header("Cache-Control"), "no-store");
  EXPECT_EQ(shown.member("status"), "\"open\"");
  EXPECT_EQ(shown.member("mode"), "\"payment\"");
  EXPECT_EQ(shown.member("amount"), "\"29.90\"");
  EXPECT_EQ(shown.member("currency"), "\"USD\"");
  EXPECT_EQ(shown.member("description"), "\"Night photography\"");
  EXPECT_EQ(shown.member("interval"), "null");
  EXPECT_EQ(shown.member("payment_status"), "\"pending\"");
  EXPECT_EQ(shown.member("decline"), "null");
  const auto* gateway = shown.body.find("gateway");
  ASSERT_NE(gateway, nullptr);
  EXPECT_EQ(gateway->string_at({"name"}), "stripe");
  EXPECT_EQ(gateway->string_at({"publishable_key"}), "pk_test_desk");
  EXPECT_TRUE(gateway->string_at({"api_base"}).has_value());
  EXPECT_TRUE(*gateway->find("sandbox")->as_bool());
  EXPECT_TRUE(gateway->string_at({"client_secret"}).value_or("").starts_with("pi_"));
}

TEST_F(CheckoutSession, shows_no_key_but_a_publishable_one) {
  for (const std::string key :
       {"sk_live_x", "rk_test_x", "whsec_x", "x", "", "pk_test_sk_test_x", "pk_live_x,SK_live_y",
        "pk_test_rk_x", "pk_test_x whsec_y", "pk_live_x"}) {
    service::ServiceSettings settings;
    settings.jwt_keys.hs256.emplace_back("of nobody");
    settings.checkout_page.publishable_key = key;
    desk.service = desk.build(std::move(settings));
    const auto shown = show();
    const auto* gateway = shown.body.find("gateway");
    ASSERT_NE(gateway, nullptr) << shown.text;
    EXPECT_EQ(gateway->string_at({"publishable_key"}), key == "pk_live_x" ? key : "") << key;
  }
}

TEST_F(CheckoutSession, a_decline_is_shown_and_it_may_be_tried_again) {
  EXPECT_EQ(pay("4000000000009995"), 402);
  const auto refused = refresh();
  EXPECT_EQ(refused.member("status"), "\"open\"");
  EXPECT_EQ(refused.member("payment_status"), "\"failed\"");
  EXPECT_EQ(refused.body.string_at({"decline", "code"}), "insufficient_funds");
  EXPECT_EQ(pay("4242424242424242"), 200);
  const auto paid = refresh();
  EXPECT_EQ(paid.member("status"), "\"complete\"") << paid.text;
  EXPECT_EQ(paid.member("payment_status"), "\"succeeded\"");
  EXPECT_EQ(paid.member("decline"), "null");
  EXPECT_EQ(paid.member("gateway"), "null");
  EXPECT_EQ(paid.header("Cache-Control"), "no-store");
}

TEST_F(CheckoutSession, when_its_time_is_over_it_shows_no_secret) {
  desk.clock.advance(25h);
  const auto shown = show();
  EXPECT_EQ(shown.member("status"), "\"expired\"");
  EXPECT_EQ(shown.member("gateway"), "null");
}

TEST_F(CheckoutSession, of_a_plan_shows_its_interval) {
  make(R"({"type": "subscription", "plan": "pro"})");
  const auto shown = show();
  EXPECT_EQ(shown.member("mode"), "\"subscription\"");
  EXPECT_EQ(shown.member("amount"), "\"49.00\"");
  EXPECT_EQ(shown.member("interval"), "\"month\"");
  EXPECT_EQ(pay("4242424242424242"), 200);
  EXPECT_EQ(refresh().member("status"), "\"complete\"");
}

TEST_F(CheckoutSession, of_an_unknown_id_is_not_found) {
  for (const auto* id : {"0192f0c1-2345-7abc-8def-0123456789ab", "1", "nonsense"}) {
    const auto missing = desk.send("GET", std::string("/checkout/") + id + "/session");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.code(), "not_found");
    EXPECT_EQ(desk.send("POST", std::string("/checkout/") + id + "/refresh").status, 404);
  }
}

}  // namespace
}  // namespace cobro::testing
