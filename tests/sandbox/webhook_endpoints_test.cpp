#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

using namespace std::chrono_literals;

StripeOptions without_webhook() {
  auto options = World::with_webhook();
  options.webhooks.clear();
  return options;
}

std::vector<std::string> delivered(World& world) {
  std::vector<std::string> found;
  for (const auto& request : world.http.requests)
    found.push_back(request.url + " " +
                    wire::parse_json(request.body)->string_at({"type"}).value_or(""));
  world.http.requests.clear();
  return found;
}

TEST(SandboxWebhookEndpoints, each_hears_what_it_listens_to_signed_with_its_own_secret) {
  World world(without_webhook());
  const auto all = world.post("/v1/webhook_endpoints", "url=https://a.test/h&enabled_events[]=*");
  const auto some = world.post("/v1/webhook_endpoints",
                               "url=https://b.test/h&enabled_events[]=charge.succeeded"
                               "&enabled_events[]=charge.refunded&description=b");
  EXPECT_TRUE(all.text({"secret"}).starts_with("whsec_")) << all.body;
  EXPECT_NE(all.text({"secret"}), some.text({"secret"}));
  world.pay("pm_card_visa");
  world.clock.advance(1s);
  std::string signature;
  for (const auto& request : world.http.requests)
    if (request.url == "https://b.test/h")
      signature = std::string(*request.headers.find("Stripe-Signature"));
  EXPECT_TRUE(signature.starts_with("t="));
  EXPECT_EQ(delivered(world),
            (std::vector<std::string>{
                "https://a.test/h payment_intent.created", "https://a.test/h charge.succeeded",
                "https://b.test/h charge.succeeded", "https://a.test/h payment_intent.succeeded"}));
}

TEST(SandboxWebhookEndpoints, the_secret_is_told_once) {
  World world(without_webhook());
  const auto made = world.post("/v1/webhook_endpoints", "url=https://a.test/h&enabled_events[]=*");
  const auto path = "/v1/webhook_endpoints/" + made.text({"id"});
  EXPECT_EQ(world.get(path).json.find("secret"), nullptr);
  EXPECT_EQ(world.post(path, "description=x").json.find("secret"), nullptr);
  EXPECT_EQ(world.get("/v1/webhook_endpoints").body.find("whsec_"), std::string::npos);
}

TEST(SandboxWebhookEndpoints, are_moved_disabled_and_deleted) {
  World world(without_webhook());
  const auto made = world.post("/v1/webhook_endpoints", "url=https://a.test/h&enabled_events[]=*");
  const auto path = "/v1/webhook_endpoints/" + made.text({"id"});
  const auto make_event = [&] {
    world.post("/v1/payment_intents", "amount=100&currency=usd");
    world.clock.advance(1s);
  };
  EXPECT_EQ(world.post(path, "url=https://c.test/h").text({"url"}), "https://c.test/h");
  make_event();
  EXPECT_EQ(delivered(world), std::vector<std::string>{"https://c.test/h payment_intent.created"});
  EXPECT_EQ(world.post(path, "disabled=true").text({"status"}), "disabled");
  make_event();
  EXPECT_TRUE(delivered(world).empty());
  EXPECT_EQ(world.post(path, "disabled=false").text({"status"}), "enabled");
  world.http.answer = [](const ports::HttpRequest&) -> ports::HttpResult {
    return ports::HttpResponse{500, {}, {}};
  };
  make_event();
  EXPECT_EQ(wire::to_text(*world.remove(path).json.find("deleted")), "true");
  world.http.requests.clear();
  world.clock.advance(1h);
  EXPECT_TRUE(delivered(world).empty()) << "what it had not taken is not sent any more";
  EXPECT_EQ(world.get(path).status, 404);
  EXPECT_EQ(world.get("/_sandbox/webhooks").body, R"({"webhooks":[]})");
}

TEST(SandboxWebhookEndpoints, mistakes_are_refused) {
  World world(without_webhook());
  const auto param = [&](const std::string& form) {
    return world.post("/v1/webhook_endpoints", form).text({"error", "param"});
  };
  EXPECT_EQ(param("url=https://a.test/h"), "enabled_events");
  EXPECT_EQ(param("enabled_events[]=*"), "url");
  EXPECT_EQ(param("url=a.test&enabled_events[]=*"), "url");
  EXPECT_EQ(param("url=https://a.test&enabled_events[]=everything"), "enabled_events");
}

TEST(SandboxEvents, are_listed_by_type_and_by_prefix) {
  World world;
  const auto paid = world.pay("pm_card_visa");
  world.post("/v1/refunds", "payment_intent=" + paid.text({"id"}));
  EXPECT_EQ(World::texts(world.get("/v1/events", "type=charge.succeeded"), "type"),
            std::vector<std::string>{"charge.succeeded"});
  EXPECT_EQ(World::texts(world.get("/v1/events", "type=charge.*"), "type"),
            (std::vector<std::string>{"charge.refunded", "charge.succeeded"}));
  EXPECT_EQ(World::texts(
                world.get("/v1/events", "types[]=refund.created&types[]=payment_intent.succeeded"),
                "type"),
            (std::vector<std::string>{"refund.created", "payment_intent.succeeded"}));
  const auto both = world.get("/v1/events", "type=charge.*&types[]=refund.created");
  EXPECT_EQ(both.text({"error", "type"}), "invalid_request_error");
}

TEST(SandboxState, everything_survives_a_restart) {
  auto options = without_webhook();
  const auto file = ::testing::TempDir() + "sandbox_everything.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
  options.database = file;
  World world(options);
  world.post("/v1/webhook_endpoints",
             "url=https://a.test/h&enabled_events[]=charge.dispute.created");
  const auto customer = world.post("/v1/customers", "name=Ana").text({"id"});
  const auto setup =
      world.post("/v1/setup_intents",
                 "confirm=true&return_url=https://x.test/&customer=" + customer +
                     "&payment_method=pm_card_authenticationRequiredOnSetup" + std::string(kNever));
  const auto held = world.pay("pm_card_visa", "&capture_method=manual");
  world.pay("pm_card_createDispute");

  world.restart(options);
  world.clock.advance(2s);
  EXPECT_EQ(delivered(world), std::vector<std::string>{"https://a.test/h charge.dispute.created"});
  const auto url = setup.text({"next_action", "redirect_to_url", "url"});
  const auto page = url.substr(std::string("http://stripe.test").size());
  EXPECT_EQ(world.send(World::request("POST", page, "outcome=approve")).status, 303);

  world.restart(options);
  const auto method = World::texts(world.get("/v1/payment_methods", "customer=" + customer), "id");
  ASSERT_EQ(method.size(), 1U);
  EXPECT_EQ(world.pay(method[0], "&off_session=true&customer=" + customer).text({"status"}),
            "succeeded");
  world.clock.advance(24h * 7);
  EXPECT_EQ(world.get("/v1/payment_intents/" + held.text({"id"})).text({"status"}), "canceled");
}

}  // namespace
}  // namespace cobro::sandbox
