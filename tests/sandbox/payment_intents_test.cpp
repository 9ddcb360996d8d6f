#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

TEST(SandboxPayments, create_and_confirm_of_a_good_card_succeeds_with_every_field) {
  World world;
  const auto paid = world.pay("pm_card_visa", "&metadata[cobro_payment]=p%201&description=Shoes");
  EXPECT_EQ(paid.status, 200) << paid.body;
  EXPECT_EQ(paid.text({"status"}), "succeeded");
  EXPECT_EQ(paid.text({"id"}).size(), 3 + 24);
  EXPECT_TRUE(paid.text({"client_secret"}).starts_with(paid.text({"id"}) + "_secret_"));
  EXPECT_EQ(paid.number({"amount_received"}), 1000);
  EXPECT_EQ(paid.number({"amount_capturable"}), 0);
  EXPECT_EQ(paid.text({"metadata", "cobro_payment"}), "p 1");
  EXPECT_TRUE(paid.text({"payment_method"}).starts_with("pm_1"));
  const auto charge = world.get("/v1/charges/" + paid.text({"latest_charge"}));
  EXPECT_EQ(charge.text({"status"}), "succeeded");
  EXPECT_EQ(charge.text({"outcome", "type"}), "authorized");
  EXPECT_EQ(charge.text({"payment_method_details", "card", "last4"}), "4242");
  EXPECT_EQ(charge.text({"metadata", "cobro_payment"}), "p 1");
  EXPECT_EQ(charge.number({"amount_captured"}), 1000);
  EXPECT_EQ(world.event_types(),
            (std::vector<std::string>{"payment_intent.created", "charge.succeeded",
                                      "payment_intent.succeeded"}));
}

TEST(SandboxPayments, the_steps_before_confirmation_show_in_the_status) {
  World world;
  const auto bare =
      world.post("/v1/payment_intents", "amount=500&currency=EUR" + std::string(kNever));
  EXPECT_EQ(bare.text({"status"}), "requires_payment_method");
  EXPECT_EQ(bare.text({"currency"}), "eur");
  const auto path = "/v1/payment_intents/" + bare.text({"id"});
  const auto refused = world.post(path + "/confirm");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.text({"error", "code"}), "payment_intent_unexpected_state");
  EXPECT_EQ(refused.text({"error", "payment_intent", "id"}), bare.text({"id"}));
  const auto updated = world.post(path, "payment_method=pm_card_mastercard&amount=600");
  EXPECT_EQ(updated.text({"status"}), "requires_confirmation");
  EXPECT_EQ(updated.number({"amount"}), 600);
  const auto confirmed = world.post(path + "/confirm");
  EXPECT_EQ(confirmed.text({"status"}), "succeeded") << confirmed.body;
  EXPECT_EQ(world.post(path + "/confirm").text({"error", "message"}),
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed.");
  EXPECT_EQ(world.post(path, "amount=700").text({"error", "code"}),
            "payment_intent_unexpected_state");
  EXPECT_EQ(world.post(path, "description=late").text({"description"}), "late");
}

struct DeclineCase {
  const char* card;
  const char* code;
  const char* decline_code;
};

TEST(SandboxPayments, each_declining_card_declines_in_its_own_way) {
  const std::vector<DeclineCase> cases = {
      {"pm_card_chargeDeclined", "card_declined", "generic_decline"},
      {"pm_card_visa_chargeDeclined", "card_declined", "generic_decline"},
      {"pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"},
      {"tok_chargeDeclinedLostCard", "card_declined", "lost_card"},
      {"pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"},
      {"pm_card_chargeDeclinedExpiredCard", "expired_card", "(none)"},
      {"pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "(none)"},
      {"pm_card_chargeDeclinedProcessingError", "processing_error", "(none)"},
      {"pm_card_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"},
      {"pm_card_radarBlock", "card_declined", "fraudulent"},
  };
  for (const auto& expected : cases) {
    World world;
    const auto declined = world.pay(expected.card);
    EXPECT_EQ(declined.status, 402) << expected.card;
    EXPECT_EQ(declined.text({"error", "type"}), "card_error");
    EXPECT_EQ(declined.text({"error", "code"}), expected.code);
    EXPECT_EQ(declined.text({"error", "decline_code"}), expected.decline_code);
    EXPECT_EQ(declined.text({"error", "payment_intent", "status"}), "requires_payment_method");
    EXPECT_EQ(declined.text({"error", "payment_intent", "last_payment_error", "code"}),
              expected.code);
    const auto charge = world.get("/v1/charges/" + declined.text({"error", "charge"}));
    EXPECT_EQ(charge.text({"status"}), "failed");
    EXPECT_EQ(charge.text({"failure_code"}), expected.code);
    EXPECT_EQ(declined.text({"error", "payment_intent", "latest_charge"}), charge.text({"id"}));
  }
}

TEST(SandboxPayments, a_declined_intent_is_paid_with_another_card) {
  World world;
  const auto declined = world.pay("pm_card_chargeDeclined");
  const auto id = declined.text({"error", "payment_intent", "id"});
  const auto paid =
      world.post("/v1/payment_intents/" + id + "/confirm", "payment_method=pm_card_visa");
  EXPECT_EQ(paid.text({"status"}), "succeeded");
  EXPECT_TRUE(paid.json.find("last_payment_error")->is_null());
  const auto charges = world.get("/v1/charges", "payment_intent=" + id);
  ASSERT_EQ(charges.json.find("data")->as_array()->size(), 2U);
  EXPECT_EQ(charges.json.find("data")->as_array()->front().string_at({"status"}), "succeeded");
}

TEST(SandboxPayments, capture_takes_a_part_and_releases_the_rest) {
  World world;
  const auto held = world.pay("pm_card_visa", "&capture_method=manual");
  EXPECT_EQ(held.text({"status"}), "requires_capture");
  EXPECT_EQ(held.number({"amount_capturable"}), 1000);
  const auto path = "/v1/payment_intents/" + held.text({"id"});
  const auto greedy = world.post(path + "/capture", "amount_to_capture=1001");
  EXPECT_EQ(greedy.text({"error", "code"}), "amount_too_large");
  const auto captured = world.post(path + "/capture", "amount_to_capture=700");
  EXPECT_EQ(captured.text({"status"}), "succeeded");
  EXPECT_EQ(captured.number({"amount"}), 1000);
  EXPECT_EQ(captured.number({"amount_received"}), 700);
  EXPECT_EQ(captured.number({"amount_capturable"}), 0);
  EXPECT_EQ(world.post(path + "/capture").text({"error", "code"}),
            "payment_intent_unexpected_state");
  const auto charge = world.get("/v1/charges/" + captured.text({"latest_charge"}));
  EXPECT_EQ(charge.number({"amount_captured"}), 700);
  EXPECT_EQ(charge.number({"amount_refunded"}), 300);
  EXPECT_EQ(world.post("/v1/refunds", "amount=701&payment_intent=" + held.text({"id"})).status,
            400);
  EXPECT_EQ(world.post("/v1/refunds", "payment_intent=" + held.text({"id"})).number({"amount"}),
            700);
}

TEST(SandboxPayments, cancel_releases_an_authorisation_and_ends_the_intent) {
  World world;
  const auto held = world.pay("pm_card_visa", "&capture_method=manual");
  const auto path = "/v1/payment_intents/" + held.text({"id"});
  EXPECT_EQ(world.post(path + "/cancel", "cancellation_reason=bored").status, 400);
  const auto cancelled = world.post(path + "/cancel", "cancellation_reason=abandoned");
  EXPECT_EQ(cancelled.text({"status"}), "canceled");
  EXPECT_EQ(cancelled.text({"cancellation_reason"}), "abandoned");
  EXPECT_EQ(cancelled.number({"amount_capturable"}), 0);
  EXPECT_GT(cancelled.number({"canceled_at"}), 0);
  EXPECT_EQ(world.get("/v1/charges/" + held.text({"latest_charge"})).number({"amount_refunded"}),
            1000);
  for (const char* step : {"/cancel", "/capture", "/confirm"})
    EXPECT_EQ(world.post(path + step).text({"error", "code"}), "payment_intent_unexpected_state");
}

TEST(SandboxPayments, a_return_url_is_needed_unless_redirects_are_excluded) {
  World world;
  const std::string card = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa";
  const auto refused = world.post("/v1/payment_intents", card);
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.text({"error", "message"}).find("`return_url`"), std::string::npos);
  EXPECT_EQ(world.post("/v1/payment_intents", card + "&return_url=https://shop.test/back")
                .text({"status"}),
            "succeeded");
  EXPECT_EQ(
      world.post("/v1/payment_intents", card + "&automatic_payment_methods[enabled]=true").status,
      400);
}

TEST(SandboxPayments, combinations_that_stripe_refuses_are_refused) {
  World world;
  const auto both = world.post("/v1/payment_intents",
                               "amount=1000&currency=usd&"
                               "confirmation_method=manual" +
                                   std::string(kNever));
  EXPECT_EQ(both.status, 400);
  EXPECT_TRUE(
      both.text({"error", "message"}).starts_with("You may only specify one of these parameters"));
  EXPECT_EQ(
      world.post("/v1/payment_intents", "amount=1000&currency=usd&return_url=https://shop.test/")
          .text({"error", "param"}),
      "return_url");
}

TEST(SandboxPayments, payment_method_types_is_gone_since_endive) {
  World world;
  const std::string body =
      "amount=1000&currency=usd&payment_method_types[]=card&confirm=true&payment_method=tok_visa";
  EXPECT_EQ(world.post("/v1/payment_intents", body).text({"error", "code"}), "parameter_unknown");
  auto older = World::request("POST", "/v1/payment_intents", body);
  older.headers.add("Stripe-Version", "2025-03-31.basil");
  const auto paid = world.send(older);
  EXPECT_EQ(paid.text({"status"}), "succeeded") << paid.body;
  EXPECT_EQ(paid.header("Stripe-Version"), "2025-03-31.basil");
}

TEST(SandboxPayments, amounts_follow_stripes_currency_rules) {
  World world;
  const auto code = [&](std::string_view amount, std::string_view currency) {
    const auto made =
        world.post("/v1/payment_intents", fmt::format("amount={}&currency={}", amount, currency));
    return made.status == 200 ? "ok" : made.text({"error", "code"});
  };
  EXPECT_EQ(code("49", "usd"), "amount_too_small");
  EXPECT_EQ(code("50", "usd"), "ok");
  EXPECT_EQ(code("99999999", "usd"), "ok");
  EXPECT_EQ(code("100000000", "usd"), "amount_too_large");
  EXPECT_EQ(code("50", "jpy"), "ok");
  EXPECT_EQ(code("5000", "clp"), "ok");
  EXPECT_EQ(code("1005", "kwd"), "invalid_charge_amount");
  EXPECT_EQ(code("1010", "kwd"), "ok");
  EXPECT_EQ(code("150", "isk"), "invalid_charge_amount");
  EXPECT_EQ(code("200", "ugx"), "ok");
  EXPECT_EQ(code("10.5", "usd"), "parameter_invalid_integer");
  EXPECT_EQ(code("0", "usd"), "parameter_invalid_integer");
  EXPECT_EQ(code("", "usd"), "parameter_invalid_empty");
  EXPECT_EQ(code("100", "xyz"), "(none)");
}

TEST(SandboxPayments, a_method_without_customer_serves_one_payment) {
  World world;
  const auto method = world.post("/v1/payment_methods", "type=card&card[token]=tok_visa");
  EXPECT_EQ(method.text({"card", "brand"}), "visa");
  const auto id = method.text({"id"});
  EXPECT_EQ(world.pay(id).text({"status"}), "succeeded");
  const auto again = world.pay(id);
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(again.text({"error", "message"}).find("may not be used again"), std::string::npos);
  const auto missing = world.pay("pm_none");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(missing.text({"error", "code"}), "resource_missing");
  EXPECT_EQ(missing.text({"error", "param"}), "payment_method");
  EXPECT_EQ(missing.text({"error", "message"}), "No such PaymentMethod: 'pm_none'");
}

}  // namespace
}  // namespace cobro::sandbox
