#include <array>

#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

const std::string kCreate =
    "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa" + std::string(kNever);

std::size_t intents(World& world) {
  return world.get("/v1/payment_intents", "limit=100").json.find("data")->as_array()->size();
}

TEST(SandboxApi, keys_open_the_account_or_are_refused) {
  World world;
  const auto with = [&](std::string authorization) {
    auto request = World::request("GET", "/v1/balance");
    request.headers.set("Authorization", std::move(authorization));
    return world.send(request);
  };
  EXPECT_EQ(with("Bearer sk_test_x").status, 200);
  EXPECT_EQ(with("Basic c2tfdGVzdF94Og==").status, 200);
  EXPECT_EQ(with("Bearer rk_test_x").status, 200);
  EXPECT_EQ(with("Bearer sk_live_secret1234").status, 401);
  EXPECT_EQ(with("Bearer sk_live_secret1234").text({"error", "message"}),
            "Invalid API Key provided: sk_live_******1234");
  EXPECT_EQ(with("Bearer pk_test_x").text({"error", "code"}), "secret_key_required");
  EXPECT_EQ(with("").status, 401);
}

TEST(SandboxApi, every_answer_names_its_request) {
  World world;
  const auto found = world.get("/v1/balance");
  EXPECT_TRUE(found.header("Request-Id").starts_with("req_"));
  EXPECT_EQ(found.header("Stripe-Version"), "2026-10-28.endive");
  const auto lost = world.get("/v1/foo");
  EXPECT_EQ(lost.status, 404);
  EXPECT_TRUE(
      lost.text({"error", "message"}).starts_with("Unrecognized request URL (GET: /v1/foo)."));
  EXPECT_EQ(lost.header("Stripe-Should-Retry"), "false");
  const auto missing = world.get("/v1/payment_intents/pi_x");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.text({"error", "message"}), "No such payment_intent: 'pi_x'");
}

TEST(SandboxApi, parameters_are_checked_by_name_and_type) {
  World world;
  const auto error = [&](std::string body) { return world.post("/v1/payment_intents", body); };
  const auto unknown = error("amount=100&currency=usd&colour=red");
  EXPECT_EQ(unknown.text({"error", "code"}), "parameter_unknown");
  EXPECT_EQ(unknown.text({"error", "param"}), "colour");
  EXPECT_EQ(unknown.text({"error", "message"}), "Received unknown parameter: colour");
  EXPECT_EQ(error("currency=usd").text({"error", "message"}), "Missing required param: amount.");
  EXPECT_EQ(error("currency=usd").text({"error", "code"}), "parameter_missing");
  EXPECT_EQ(error("amount=x&currency=usd").text({"error", "message"}), "Invalid integer: x");
  EXPECT_EQ(
      error("amount=100&currency=usd&automatic_payment_methods[on]=true").text({"error", "param"}),
      "automatic_payment_methods[on]");
  EXPECT_EQ(error("amount=100&currency=usd&capture_method=later").text({"error", "message"}),
            "Invalid capture_method: must be one of automatic, automatic_async, or manual");
  auto json = World::request("POST", "/v1/payment_intents", "{\"amount\":100}");
  json.headers.set("Content-Type", "application/json");
  EXPECT_EQ(world.send(json).status, 400);
}

TEST(SandboxApi, metadata_is_merged_and_limited) {
  World world;
  const auto made =
      world.post("/v1/payment_intents", "amount=100&currency=usd&metadata[a.b]=1&metadata[c]=2");
  const auto path = "/v1/payment_intents/" + made.text({"id"});
  const auto merged = world.post(path, "metadata[c]=&metadata[d]=3");
  EXPECT_EQ(wire::to_text(*merged.json.find("metadata")), R"({"a.b":"1","d":"3"})");
  EXPECT_EQ(wire::to_text(*world.post(path, "metadata=").json.find("metadata")), "{}");
  EXPECT_EQ(world.post(path, "metadata[" + std::string(41, 'k') + "]=1").status, 400);
  EXPECT_EQ(world.post(path, "metadata[k]=" + std::string(501, 'v')).status, 400);
  std::string many;
  for (int i = 0; i <= 50; ++i) many += fmt::format("{}metadata[k{}]=1", i ? "&" : "", i);
  EXPECT_EQ(world.post(path, many).status, 400);
}

TEST(SandboxIdempotency, a_key_replays_its_first_answer_byte_for_byte) {
  World world;
  const auto first = world.post("/v1/payment_intents", kCreate, "key-1");
  const auto again = world.post("/v1/payment_intents", kCreate, "key-1");
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(first.header("Idempotent-Replayed"), "");
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(again.header("Original-Request"), first.header("Request-Id"));
  EXPECT_EQ(intents(world), 1U);
}

TEST(SandboxIdempotency, declines_are_kept_and_validation_failures_are_not) {
  World world;
  const std::string bad =
      "amount=1000&currency=usd&confirm=true&payment_method="
      "pm_card_chargeDeclined" +
      std::string(kNever);
  const auto first = world.post("/v1/payment_intents", bad, "key-1");
  const auto again = world.post("/v1/payment_intents", bad, "key-1");
  EXPECT_EQ(again.status, 402);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(world.post("/v1/payment_intents", "amount=x&currency=usd", "key-2").status, 400);
  EXPECT_EQ(world.post("/v1/payment_intents", kCreate, "key-2").status, 200);
}

TEST(SandboxIdempotency, other_parameters_or_another_path_under_a_key_are_refused) {
  World world;
  world.post("/v1/payment_intents", kCreate, "key-1");
  const auto other = world.post("/v1/payment_intents", kCreate + "&description=x", "key-1");
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(other.text({"error", "type"}), "idempotency_error");
  EXPECT_TRUE(
      other.text({"error", "message"})
          .starts_with("Keys for idempotent requests can only be used with the same parameters"));
  EXPECT_EQ(world.post("/v1/refunds", kCreate, "key-1").text({"error", "type"}),
            "idempotency_error");
  EXPECT_EQ(world
                .post("/v1/payment_intents",
                      "currency=usd&amount=1000&confirm=true&payment_method=pm_card_visa" +
                          std::string(kNever),
                      "key-1")
                .header("Idempotent-Replayed"),
            "true");
}

TEST(SandboxIdempotency, a_key_in_use_is_a_conflict_that_may_be_retried) {
  auto options = World::with_webhook();
  options.processing_time = std::chrono::milliseconds(100);
  World world(options);
  auto request = World::request("POST", "/v1/payment_intents", kCreate);
  request.headers.add("Idempotency-Key", "key-1");
  UnderWay first(*world.stripe, request);
  const auto second = world.send(request);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.text({"error", "code"}), "idempotency_key_in_use");
  EXPECT_EQ(second.header("Stripe-Should-Retry"), "true");
  world.clock.advance(std::chrono::seconds(1));
  ASSERT_TRUE(first.reply.has_value());
  EXPECT_EQ(world.send(request).header("Idempotent-Replayed"), "true");
  EXPECT_EQ(intents(world), 1U);
}

TEST(SandboxIdempotency, keys_are_forgotten_after_a_day) {
  World world;
  world.post("/v1/payment_intents", kCreate, "key-1");
  world.clock.advance(std::chrono::hours(23));
  EXPECT_EQ(world.post("/v1/payment_intents", kCreate, "key-1").header("Idempotent-Replayed"),
            "true");
  world.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(world.post("/v1/payment_intents", kCreate, "key-1").header("Idempotent-Replayed"), "");
  EXPECT_EQ(intents(world), 2U);
}

TEST(SandboxLists, pages_run_newest_first_in_both_directions) {
  World world;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.insert(ids.begin(),
               world.post("/v1/payment_intents", "amount=100&currency=usd").text({"id"}));
    world.clock.advance(std::chrono::seconds(1));
  }
  const auto page = [&](std::string query) {
    const auto list = world.get("/v1/payment_intents", std::move(query));
    std::string found;
    for (const auto& item : *list.json.find("data")->as_array())
      found +=
          std::to_string(std::find(ids.begin(), ids.end(), item.string_at({"id"})) - ids.begin());
    return found + (*list.json.find("has_more")->as_bool() ? "+" : "");
  };
  EXPECT_EQ(page(""), "01234");
  EXPECT_EQ(page("limit=2"), "01+");
  EXPECT_EQ(page("limit=2&starting_after=" + ids[1]), "23+");
  EXPECT_EQ(page("limit=2&starting_after=" + ids[3]), "4");
  EXPECT_EQ(page("limit=2&ending_before=" + ids[4]), "23+");
  const auto third = world.get("/v1/payment_intents/" + ids[2]).number({"created"});
  EXPECT_EQ(page(fmt::format("created[gte]={}", third)), "012");
  EXPECT_EQ(page(fmt::format("created[lt]={}", third)), "34");
  EXPECT_EQ(page(fmt::format("created={}", third)), "2");
  EXPECT_EQ(world.get("/v1/payment_intents", "limit=0").status, 400);
  EXPECT_EQ(world.get("/v1/payment_intents", "starting_after=pi_x").text({"error", "param"}),
            "starting_after");
}

TEST(SandboxLists, expand_replaces_ids_by_objects) {
  World world;
  const auto paid = world.pay("pm_card_visa", "&expand[]=latest_charge.balance_transaction");
  EXPECT_EQ(paid.text({"latest_charge", "object"}), "charge");
  EXPECT_EQ(paid.number({"latest_charge", "balance_transaction", "net"}), 1000 - 59);
  const auto list = world.get("/v1/payment_intents", "expand[0]=data.latest_charge");
  EXPECT_EQ(list.json.find("data")->as_array()->front().string_at({"latest_charge", "object"}),
            "charge");
  EXPECT_EQ(world.get("/v1/payment_intents", "expand[]=latest_charge").text({"error", "message"}),
            "This property cannot be expanded (latest_charge). You may want to try expanding "
            "'data.latest_charge' instead.");
  EXPECT_EQ(world.pay("pm_card_visa", "&expand[]=amount").status, 400);
}

TEST(SandboxApi, state_and_keys_survive_a_restart) {
  auto options = World::with_webhook();
  const auto file = ::testing::TempDir() + "sandbox_restart.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
  options.database = file;
  World world(options);
  const auto paid = world.post("/v1/payment_intents", kCreate, "key-1");
  world.restart(options);
  EXPECT_EQ(world.get("/v1/payment_intents/" + paid.text({"id"})).body, paid.body);
  EXPECT_EQ(world.post("/v1/payment_intents", kCreate, "key-1").body, paid.body);
}

TEST(SandboxApi, nonsense_is_answered_and_not_more) {
  World world;
  for (const char* body :
       {"%", "a[b=1", "[]=1", "a[b][c][d][e][f][g][h][i][j][k][l][m]=1", "amount[x]=1&currency=usd",
        "amount=1&amount[x]=2", "metadata=x", "metadata[a][b]=1", "expand=x", "expand[a]=b",
        "created[gte]=1", "amount=99999999999999999999&currency=usd",
        "payment_method_data[type]=card&payment_method_data[card]=x"})
    EXPECT_EQ(world.post("/v1/payment_intents", body).status, 400) << body;
  for (const char* path : {"/v1/payment_intents/", "/v1/payment_intents/%zz", "/", "//v1",
                           "/v1/payment_intents/a/b/confirm", "/_sandbox/3ds/a/b"})
    EXPECT_EQ(world.get(path).status, 404) << path;
  EXPECT_EQ(world.send(World::request("DELETE", "/v1/payment_intents/pi_1")).status, 404);
}

// Pieces of real requests in random order, with random bytes between them.
std::string random_form(testing::SeededRandom& random) {
  constexpr std::array<std::string_view, 43> kPieces = {"amount=1000",
                                                        "currency=usd",
                                                        "confirm=true",
                                                        "payment_method=pm_card_visa",
                                                        "metadata[a]=1",
                                                        "metadata=",
                                                        "expand[]=latest_charge",
                                                        "expand[0][1]=x",
                                                        "created[gte]=1",
                                                        "limit=3",
                                                        "reason=",
                                                        "payment_intent=pi_1",
                                                        "&",
                                                        "=",
                                                        "[",
                                                        "]",
                                                        "%00",
                                                        "%ff",
                                                        "[][]",
                                                        "payment_method_data[type]=card",
                                                        "automatic_payment_methods[enabled]=true",
                                                        "return_url=https://x.test/",
                                                        "customer=",
                                                        "customer=cus_1",
                                                        "customer[a]=1",
                                                        "address=",
                                                        "address[]=1",
                                                        "shipping[0]=1",
                                                        "invoice_settings[default_payment_method]=",
                                                        "type=card",
                                                        "card[number]=4242424242424242",
                                                        "card[exp_month]=12",
                                                        "card[exp_year]=9999999999",
                                                        "card[exp_year]=2034",
                                                        "card[token]=tok_visa",
                                                        "enabled_events[]=*",
                                                        "enabled_events=x",
                                                        "url=http://x.test/",
                                                        "evidence[uncategorized_text]=x",
                                                        "evidence=",
                                                        "fault=slow",
                                                        "delay_ms=-1",
                                                        "event=x"};
  std::string form;
  for (auto count = random.next() % 8; count > 0; --count) {
    form += kPieces[random.next() % kPieces.size()];
    form += random.next() % 4 ? '&' : static_cast<char>(random.next());
  }
  return form;
}

TEST(SandboxApi, random_requests_get_an_answer_below_500) {
  World world;
  testing::SeededRandom random(7);
  const auto intent = world.post("/v1/payment_intents", kCreate).text({"id"});
  const auto customer = world.post("/v1/customers").text({"id"});
  const auto setup = world.post("/v1/setup_intents").text({"id"});
  world.pay("pm_card_createDispute");
  world.clock.advance(std::chrono::seconds(2));
  const auto dispute = World::texts(world.get("/v1/disputes"), "id").front();
  const std::vector<std::string> paths = {"/v1/customers",
                                          "/v1/customers/" + customer,
                                          "/v1/customers/" + customer + "/payment_methods",
                                          "/v1/payment_methods/pm_card_visa/attach",
                                          "/v1/payment_methods/pm_card_visa",
                                          "/v1/tokens",
                                          "/v1/setup_intents",
                                          "/v1/setup_intents/" + setup,
                                          "/v1/setup_intents/" + setup + "/confirm",
                                          "/v1/webhook_endpoints",
                                          "/v1/disputes",
                                          "/v1/disputes/" + dispute,
                                          "/v1/disputes/" + dispute + "/close",
                                          "/v1/balance_transactions",
                                          "/v1/events",
                                          "/_sandbox/faults",
                                          "/_sandbox/settings",
                                          "/_sandbox/webhooks/release",
                                          "/v1/payment_intents",
                                          "/v1/payment_intents/" + intent,
                                          "/v1/payment_intents/" + intent + "/confirm",
                                          "/v1/payment_intents/" + intent + "/capture",
                                          "/v1/refunds",
                                          "/v1/payment_methods",
                                          "/v1/charges"};
  for (int i = 0; i < 8000; ++i) {
    const auto& path = paths[random.next() % paths.size()];
    const auto form = random_form(random);
    const auto answer = random.next() % 3 ? world.post(path, form) : world.get(path, form);
    world.remove("/_sandbox/faults");
    ASSERT_LT(answer.status, 500) << path << " " << form;
    ASSERT_FALSE(answer.json.is_null()) << path << " " << form << " " << answer.body;
  }
}

}  // namespace
}  // namespace cobro::sandbox
