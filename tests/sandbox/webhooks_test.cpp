#include "base/bytes.h"
#include "crypto/hash.h"
#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

using namespace std::chrono_literals;

std::string type_of(const ports::HttpRequest& request) {
  return wire::parse_json(request.body)->string_at({"type"}).value_or("");
}

std::string signed_by_hand(const ports::HttpRequest& request) {
  const auto header = std::string(*request.headers.find("Stripe-Signature"));
  const auto stamp = header.substr(2, header.find(',') - 2);
  return "t=" + stamp +
         ",v1=" + base::to_hex(crypto::hmac_sha256("whsec_test", stamp + "." + request.body));
}

TEST(SandboxWebhooks, events_are_delivered_signed_with_the_whole_secret) {
  World world;
  auto made = World::request(
      "POST", "/v1/payment_intents",
      "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa" + std::string(kNever));
  made.headers.add("Idempotency-Key", "key-1");
  const auto paid = world.send(made);
  EXPECT_TRUE(world.http.requests.empty()) << "an answer leaves before its webhooks";
  world.clock.advance(1ms);
  ASSERT_EQ(world.http.requests.size(), 3U);
  const auto& last = world.http.requests.back();
  EXPECT_EQ(last.url, "http://shop.test/hooks");
  EXPECT_EQ(type_of(last), "payment_intent.succeeded");
  EXPECT_EQ(*last.headers.find("Stripe-Signature"), signed_by_hand(last));
  const auto event = *wire::parse_json(last.body);
  EXPECT_EQ(event.string_at({"data", "object", "id"}), paid.text({"id"}));
  EXPECT_EQ(event.string_at({"request", "id"}), paid.header("Request-Id"));
  EXPECT_EQ(event.string_at({"request", "idempotency_key"}), "key-1");
  EXPECT_EQ(event.string_at({"api_version"}), "2026-10-28.endive");
  EXPECT_EQ(event.int_at({"pending_webhooks"}), 1);
  const auto later = world.get("/v1/events/" + *event.string_at({"id"}));
  EXPECT_EQ(later.number({"pending_webhooks"}), 0);
  world.clock.advance(1h);
  EXPECT_EQ(world.http.requests.size(), 3U);
}

TEST(SandboxWebhooks, refused_deliveries_come_again_with_growing_gaps) {
  World world;
  std::vector<std::int64_t> seconds;
  const auto start = world.clock.steady();
  world.http.answer = [&](const ports::HttpRequest&) -> ports::HttpResult {
    seconds.push_back((world.clock.steady() - start) / 1s);
    return ports::HttpResponse{302, {}, {}};
  };
  world.post("/v1/payment_intents", "amount=100&currency=usd");
  world.clock.advance(10min);
  ASSERT_EQ(seconds, (std::vector<std::int64_t>{0, 1, 6, 36, 96, 216, 456}));
  EXPECT_NE(*world.http.requests[0].headers.find("Stripe-Signature"),
            *world.http.requests[1].headers.find("Stripe-Signature"));
  world.clock.advance(24h * 10);
  const auto tries = world.http.requests.size();
  EXPECT_GT(tries, 60U);
  EXPECT_LT(tries, 100U);
  world.clock.advance(24h * 10);
  EXPECT_EQ(world.http.requests.size(), tries) << "given up after three days";
}

TEST(SandboxWebhooks, deliveries_survive_a_restart) {
  auto options = World::with_webhook();
  const auto file = ::testing::TempDir() + "sandbox_deliveries.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
  options.database = file;
  World world(options);
  world.http.answer = [](const ports::HttpRequest&) -> ports::HttpResult {
    return std::unexpected(ports::HttpFailure{ports::HttpFailure::Kind::unreachable, "down"});
  };
  world.post("/v1/payment_intents", "amount=100&currency=usd");
  world.clock.advance(100ms);
  world.restart(options);
  world.http.answer = nullptr;
  world.http.requests.clear();
  world.clock.advance(1min);
  ASSERT_EQ(world.http.requests.size(), 1U);
  EXPECT_EQ(type_of(world.http.requests[0]), "payment_intent.created");
}

TEST(SandboxWebhooks, at_most_thirty_two_are_under_way_at_once) {
  World world;
  world.http.clock = &world.clock;
  world.http.delay = 5s;
  for (int i = 0; i < 50; ++i) world.post("/v1/payment_intents", "amount=100&currency=usd");
  world.clock.advance(1s);
  EXPECT_EQ(world.http.requests.size(), 32U);
  world.clock.advance(1min);
  EXPECT_EQ(world.http.requests.size(), 50U);
}

TEST(SandboxWebhooks, what_is_far_off_costs_nothing_meanwhile) {
  World world;
  world.pay("pm_card_visa", "&capture_method=manual");  // to be released in a week
  for (int i = 0; i < 50; ++i) {
    world.post("/v1/payment_intents", "amount=100&currency=usd");
    world.clock.advance(1s);
  }
  EXPECT_LE(world.clock.sleepers(), 2U);
}

}  // namespace
}  // namespace cobro::sandbox
