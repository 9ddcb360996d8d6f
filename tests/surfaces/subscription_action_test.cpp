// What a customer must do for what is owed, as both surfaces show it.
#include "surfaces/dashboard.h"

namespace cobro::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPrice = "price_1Sb3k64dPtEGmLmpm5n5bbJH";

std::string card(const std::string& token) {
  return R"({"payment_method_id":")" + token + "\"}";
}

TEST(SubscriptionAction, is_shown_with_its_secret_until_it_is_paid) {
  Desk desk;
  desk.start_gateway();
  const auto made = desk.as(
      "ana", "POST", "/api/v1/subscriptions",
      std::string(R"({"price_id":")") + kPrice + R"(","payment_method_id":"pm_card_visa"})");
  ASSERT_EQ(made.status, 201) << made.text;
  const auto path = "/api/v1/subscriptions/" + *made.body.string_at({"data", "id"});
  const auto current = [&] {
    return desk.as("ana", "GET", "/payments/subscriptions/current").member("clientSecret");
  };
  ASSERT_EQ(desk.as("ana", "PATCH", path, card("pm_card_chargeCustomerFail")).status, 200);
  desk.clock.advance(std::chrono::hours(24 * 32));
  hear(desk, "invoice.payment_failed");
  const auto owed = desk.as("ana", "GET", path);
  EXPECT_EQ(owed.data("status"), "\"past_due\"") << owed.text;
  EXPECT_EQ(owed.data("client_secret"), "null") << "no card was asked";
  EXPECT_EQ(current(), "null");

  const auto asked = desk.as("ana", "PATCH", path, card("pm_card_authenticationRequired"));
  EXPECT_EQ(asked.status, 200) << asked.text;
  for (const auto& answer : {asked, desk.as("ana", "GET", path)}) {
    EXPECT_EQ(answer.data("status"), "\"past_due\"");
    EXPECT_THAT(answer.data("client_secret"), HasSubstr("_secret_"));
    EXPECT_THAT(answer.data("next_action"), HasSubstr(answer.data("client_secret")));
  }
  EXPECT_EQ(current(), asked.data("client_secret"));

  const auto paid = desk.as("ana", "PATCH", path, card("pm_card_mastercard"));
  EXPECT_EQ(paid.data("status"), "\"active\"") << paid.text;
  EXPECT_EQ(paid.data("client_secret"), "null");
  EXPECT_EQ(paid.data("next_action"), "null");
  EXPECT_EQ(current(), "null");
}

}  // namespace
}  // namespace cobro::testing
