#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

struct Saver : World {
  Saver() { customer = post("/v1/customers", "name=Ana").text({"id"}); }

  Answered set_up(std::string_view card, std::string_view more = "") {
    return post("/v1/setup_intents", "confirm=true&return_url=https://shop.test/back&customer=" +
                                         customer + "&payment_method=" + std::string(card) +
                                         std::string(more) + std::string(kNever));
  }
  Answered decide(const Answered& waiting, const std::string& outcome) {
    const auto url = waiting.text({"next_action", "redirect_to_url", "url"});
    return send(request("POST", url.substr(std::string("http://stripe.test").size()),
                        "outcome=" + outcome));
  }
  std::string customer;
};

TEST(SandboxSetupIntents, a_plain_card_is_kept_at_once) {
  Saver world;
  const auto done = world.set_up("pm_card_visa");
  EXPECT_EQ(done.text({"status"}), "succeeded") << done.body;
  EXPECT_TRUE(done.text({"client_secret"}).starts_with(done.text({"id"}) + "_secret_"));
  const auto method = world.get("/v1/payment_methods/" + done.text({"payment_method"}));
  EXPECT_EQ(method.text({"customer"}), world.customer);
  EXPECT_EQ(World::texts(world.get("/v1/setup_intents", "customer=" + world.customer), "id"),
            std::vector<std::string>{done.text({"id"})});
  EXPECT_EQ(world.event_types(),
            (std::vector<std::string>{"customer.created", "setup_intent.created",
                                      "payment_method.attached", "setup_intent.succeeded"}));
}

TEST(SandboxSetupIntents, an_authenticated_card_pays_off_session_without_another_challenge) {
  Saver world;
  const auto waiting = world.set_up("pm_card_authenticationRequiredOnSetup");
  EXPECT_EQ(waiting.text({"status"}), "requires_action");
  const auto url = waiting.text({"next_action", "redirect_to_url", "url"});
  const auto page = world.get(url.substr(std::string("http://stripe.test").size()));
  EXPECT_NE(page.body.find("Confirm your card"), std::string::npos);
  const auto back = world.decide(waiting, "approve");
  EXPECT_EQ(back.header("Location"),
            "https://shop.test/back?setup_intent=" + waiting.text({"id"}) +
                "&setup_intent_client_secret=" + waiting.text({"client_secret"}) +
                "&redirect_status=succeeded");
  const auto done = world.get("/v1/setup_intents/" + waiting.text({"id"}));
  EXPECT_EQ(done.text({"status"}), "succeeded");
  const auto paid =
      world.pay(done.text({"payment_method"}), "&off_session=true&customer=" + world.customer);
  EXPECT_EQ(paid.text({"status"}), "succeeded") << paid.body;
  EXPECT_EQ(world.pay("pm_card_authenticationRequiredOnSetup", "&off_session=true").status, 402)
      << "the same card, not set up";
}

TEST(SandboxSetupIntents, a_card_that_always_asks_asks_again) {
  Saver world;
  const auto waiting = world.set_up("pm_card_authenticationRequired");
  world.decide(waiting, "approve");
  const auto method = world.get("/v1/setup_intents/" + waiting.text({"id"}));
  const auto paid =
      world.pay(method.text({"payment_method"}), "&off_session=true&customer=" + world.customer);
  EXPECT_EQ(paid.text({"error", "code"}), "authentication_required");
}

TEST(SandboxSetupIntents, refusals_and_declines_leave_nothing_attached) {
  Saver world;
  const auto waiting = world.set_up("pm_card_threeDSecure2Required");
  world.decide(waiting, "refuse");
  const auto refused = world.get("/v1/setup_intents/" + waiting.text({"id"}));
  EXPECT_EQ(refused.text({"status"}), "requires_payment_method");
  EXPECT_EQ(refused.text({"last_setup_error", "code"}), "setup_intent_authentication_failure");
  const auto declined = world.set_up("pm_card_chargeDeclined");
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(declined.text({"error", "setup_intent", "status"}), "requires_payment_method");
  EXPECT_TRUE(
      World::texts(world.get("/v1/payment_methods", "customer=" + world.customer), "id").empty());
}

TEST(SandboxSetupIntents, are_updated_confirmed_later_and_cancelled) {
  Saver world;
  const auto made = world.post(
      "/v1/setup_intents", "usage=on_session&payment_method=pm_card_visa" + std::string(kNever));
  EXPECT_EQ(made.text({"status"}), "requires_confirmation");
  const auto path = "/v1/setup_intents/" + made.text({"id"});
  EXPECT_EQ(world.post(path, "customer=" + world.customer + "&metadata[a]=1").text({"customer"}),
            world.customer);
  EXPECT_EQ(world.post(path + "/confirm").text({"status"}), "succeeded");
  EXPECT_EQ(world.post(path + "/cancel").text({"error", "code"}), "setup_intent_unexpected_state");
  const auto other = world.post("/v1/setup_intents", "usage=off_session");
  const auto other_path = "/v1/setup_intents/" + other.text({"id"});
  EXPECT_EQ(world.post(other_path + "/confirm").status, 400);
  const auto gone = world.post(other_path + "/cancel", "cancellation_reason=abandoned");
  EXPECT_EQ(gone.text({"status"}), "canceled");
  EXPECT_EQ(world.event_types().back(), "setup_intent.canceled");
}

}  // namespace
}  // namespace cobro::sandbox
