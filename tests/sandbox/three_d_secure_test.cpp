#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

constexpr std::string_view kBack = "&return_url=https://shop.test/back?order=7%23end";

std::string page_path(const Answered& intent) {
  const auto url = intent.text({"next_action", "redirect_to_url", "url"});
  return url.substr(std::string("http://stripe.test").size());
}

Answered decide(World& world, const std::string& path, const std::string& outcome) {
  auto request = World::request("POST", path, "outcome=" + outcome);
  return world.send(request);
}

TEST(SandboxChallenge, approval_on_the_page_lets_the_intent_go_on_by_itself) {
  World world;
  const auto waiting = world.pay("pm_card_authenticationRequired", kBack);
  EXPECT_EQ(waiting.status, 200);
  EXPECT_EQ(waiting.text({"status"}), "requires_action");
  EXPECT_EQ(waiting.text({"next_action", "type"}), "redirect_to_url");
  const auto page = world.get(page_path(waiting));
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("<form method=\"post\">"), std::string::npos);
  EXPECT_NE(page.body.find("$10.00"), std::string::npos);
  const auto done = decide(world, page_path(waiting), "approve");
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(done.header("Location"),
            "https://shop.test/back?order=7&payment_intent=" + waiting.text({"id"}) +
                "&payment_intent_client_secret=" + waiting.text({"client_secret"}) +
                "&redirect_status=succeeded#end");
  const auto paid =
      world.get("/v1/payment_intents/" + waiting.text({"id"}), "expand[]=latest_charge");
  EXPECT_EQ(paid.text({"status"}), "succeeded");
  EXPECT_EQ(
      paid.text({"latest_charge", "payment_method_details", "card", "three_d_secure", "result"}),
      "authenticated");
  EXPECT_EQ(decide(world, page_path(waiting), "refuse").status, 404);
  EXPECT_EQ(world.event_types(),
            (std::vector<std::string>{"payment_intent.created", "payment_intent.requires_action",
                                      "charge.succeeded", "payment_intent.succeeded"}));
}

TEST(SandboxChallenge, refusal_sends_the_intent_back_for_another_method) {
  World world;
  const auto waiting = world.pay("pm_card_threeDSecure2Required", kBack);
  const auto done = decide(world, page_path(waiting), "refuse");
  EXPECT_NE(done.header("Location").find("redirect_status=failed"), std::string::npos);
  const auto intent = world.get("/v1/payment_intents/" + waiting.text({"id"}));
  EXPECT_EQ(intent.text({"status"}), "requires_payment_method");
  EXPECT_EQ(intent.text({"last_payment_error", "code"}), "payment_intent_authentication_failure");
}

TEST(SandboxChallenge, an_approved_card_may_still_be_declined) {
  World world;
  const auto waiting =
      world.pay("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", kBack);
  decide(world, page_path(waiting), "approve");
  const auto intent = world.get("/v1/payment_intents/" + waiting.text({"id"}));
  EXPECT_EQ(intent.text({"status"}), "requires_payment_method");
  EXPECT_EQ(intent.text({"last_payment_error", "decline_code"}), "insufficient_funds");
}

TEST(SandboxChallenge, manual_confirmation_waits_for_the_server_after_approval) {
  World world;
  const auto waiting = world.post("/v1/payment_intents",
                                  "amount=1000&currency=usd&confirm=true&payment_method="
                                  "pm_card_authenticationRequired&confirmation_method=manual" +
                                      std::string(kBack));
  decide(world, page_path(waiting), "approve");
  const auto path = "/v1/payment_intents/" + waiting.text({"id"});
  EXPECT_EQ(world.get(path).text({"status"}), "requires_confirmation");
  const auto paid = world.post(path + "/confirm", "return_url=https://shop.test/back");
  EXPECT_EQ(paid.text({"status"}), "succeeded") << paid.body;
}

TEST(SandboxChallenge, without_a_return_url_the_action_is_for_stripe_js) {
  World world;
  const auto waiting = world.pay("pm_card_authenticationRequired");
  EXPECT_EQ(waiting.text({"next_action", "type"}), "use_stripe_sdk");
}

TEST(SandboxChallenge, off_session_payments_are_declined_for_authentication) {
  World world;
  const auto declined = world.pay("pm_card_authenticationRequired", "&off_session=true");
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(declined.text({"error", "code"}), "authentication_required");
  EXPECT_EQ(declined.text({"error", "payment_intent", "status"}), "requires_payment_method");
  EXPECT_EQ(world.pay("pm_card_authenticationRequiredSetupForOffSession", "&off_session=true")
                .text({"status"}),
            "succeeded");
  EXPECT_EQ(world.pay("pm_card_authenticationRequired", "&error_on_requires_action=true")
                .text({"error", "code"}),
            "authentication_required");
}

}  // namespace
}  // namespace cobro::sandbox
