#include <map>

#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

using namespace std::chrono_literals;

const std::string kPayment =
    "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa" + std::string(kNever);

std::size_t charges(World& world) {
  return world.get("/v1/charges", "limit=100").json.find("data")->as_array()->size();
}

// Makes a payment under "key-1" meet the fault once, and again without it.
struct Met {
  Answered first;
  std::size_t charges_before_retry = 0;
  Answered again;
};
Met meet(World& world, const std::string& rule) {
  EXPECT_EQ(world.post("/_sandbox/faults", rule + "&times=1").status, 200) << rule;
  Met met{world.post("/v1/payment_intents", kPayment, "key-1"), 0, {}};
  met.charges_before_retry = charges(world);
  met.again = world.post("/v1/payment_intents", kPayment, "key-1");
  EXPECT_EQ(charges(world), 1U) << rule << ": a retry under the key never charges twice";
  return met;
}

TEST(SandboxFaults, what_is_lost_on_the_way_was_not_done) {
  for (const auto& [fault, cut] :
       std::map<std::string, std::string>{{"request_lost", "close"},
                                          {"request_reset", "reset"},
                                          {"request_unanswered", "silence"}}) {
    World world;
    const auto met = meet(world, "method=POST&fault=" + fault);
    EXPECT_EQ(met.first.header(kCutHeader), cut);
    EXPECT_EQ(met.charges_before_retry, 0U) << fault;
    EXPECT_EQ(met.again.text({"status"}), "succeeded");
    EXPECT_EQ(met.again.header("Idempotent-Replayed"), "");
  }
}

TEST(SandboxFaults, what_is_lost_on_the_way_back_was_done) {
  for (const auto& [fault, cut] :
       std::map<std::string, std::string>{{"answer_lost", "close"},
                                          {"answer_reset", "reset"},
                                          {"answer_unanswered", "silence"},
                                          {"answer_truncated", "truncate"}}) {
    World world;
    const auto met = meet(world, "path=/v1/payment_intents&fault=" + fault);
    EXPECT_EQ(met.first.header(kCutHeader), cut);
    EXPECT_EQ(met.charges_before_retry, 1U) << fault;
    EXPECT_EQ(met.again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(met.again.header(kCutHeader), "");
  }
}

TEST(SandboxFaults, errors_before_the_work_are_not_kept_under_the_key) {
  World world;
  const auto met = meet(world, "fault=error_before&status=503");
  EXPECT_EQ(met.first.status, 503);
  EXPECT_EQ(met.first.text({"error", "type"}), "api_error");
  EXPECT_TRUE(met.first.header("Request-Id").starts_with("req_"));
  EXPECT_EQ(met.charges_before_retry, 0U);
  EXPECT_EQ(met.again.status, 200);
}

TEST(SandboxFaults, errors_after_the_work_replay_the_truth_or_themselves) {
  World truth;
  const auto met = meet(truth, "fault=error_after");
  EXPECT_EQ(met.first.status, 500);
  EXPECT_EQ(met.charges_before_retry, 1U);
  EXPECT_EQ(met.again.status, 200);
  EXPECT_EQ(met.again.header("Idempotent-Replayed"), "true");

  World kept;
  const auto stuck = meet(kept, "fault=error_kept&status=502");
  EXPECT_EQ(stuck.first.status, 502);
  EXPECT_EQ(stuck.again.status, 502);
  EXPECT_EQ(stuck.again.body, stuck.first.body);
  EXPECT_EQ(stuck.again.header("Idempotent-Replayed"), "true");
}

TEST(SandboxFaults, rate_limits_and_lock_timeouts_say_what_stripe_says) {
  World world;
  const auto limited = meet(world, "fault=rate_limited&should_retry=true").first;
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("Stripe-Rate-Limited-Reason"), "global-rate");
  EXPECT_EQ(limited.header("Stripe-Should-Retry"), "true");
  World other;
  const auto locked = meet(other, "fault=lock_timeout").first;
  EXPECT_EQ(locked.status, 429);
  EXPECT_EQ(locked.text({"error", "code"}), "lock_timeout");
  EXPECT_EQ(locked.header("Stripe-Should-Retry"), "");
  EXPECT_EQ(locked.header("Stripe-Rate-Limited-Reason"), "");
}

// The error's type, code, decline code, parameter and message; "" for one that is not there.
std::vector<std::string> words_of(const Answered& answered) {
  std::vector<std::string> words;
  for (const auto* name : {"type", "code", "decline_code", "param", "message"})
    words.push_back(answered.json.string_at({"error", name}).value_or(""));
  return words;
}

TEST(SandboxFaults, a_refusal_is_worded_as_the_rule_says_and_nothing_was_done) {
  struct Row {
    std::string rule;
    int status;
    std::vector<std::string> words;
  };
  for (const auto& row : std::vector<Row>{
           {"status=402&decline_code=insufficient_funds",
            402,
            {"card_error", "card_declined", "insufficient_funds", "",
             "Your card has insufficient funds."}},
           {"type=card_error&code=expired_card",
            402,
            {"card_error", "expired_card", "", "", "Your card has expired."}},
           {"code=resource_missing&param=payment_method",
            400,
            {"invalid_request_error", "resource_missing", "", "payment_method",
             "No such PaymentMethod: 'pm_card_visa'"}},
           {"param=statement_descriptor",
            400,
            {"invalid_request_error", "", "", "statement_descriptor",
             "Invalid statement_descriptor"}},
           {"status=401",
            401,
            {"invalid_request_error", "", "", "", "Invalid API Key provided: sk_test_****"}},
           {"type=idempotency_error&message=Ours", 400, {"idempotency_error", "", "", "", "Ours"}},
           {"status=503", 503, {"api_error", "", "", "", "An unknown error occurred"}}}) {
    World world;
    const auto met = meet(world, "fault=refused&operation=payment_intent.create&" + row.rule);
    EXPECT_EQ(met.first.status, row.status) << row.rule;
    EXPECT_EQ(words_of(met.first), row.words) << row.rule;
    EXPECT_EQ(met.charges_before_retry, 0U) << row.rule;
    EXPECT_EQ(met.again.status, 200) << row.rule << ": the key did not keep it";
    EXPECT_EQ(met.again.header("Idempotent-Replayed"), "") << row.rule;
  }
}

TEST(SandboxFaults, a_refusal_names_the_object_in_the_path) {
  World world;
  const auto paid = world.pay("pm_card_visa").text({"id"});
  const auto path = "/v1/payment_intents/" + paid;
  world.post("/_sandbox/faults", "fault=refused&code=resource_missing&status=404&path=" + path);
  EXPECT_EQ(world.get(path).text({"error", "message"}), "No such object: '" + paid + "'");
  const auto rules = world.get("/_sandbox/faults");
  const auto& rule = rules.json.find("faults")->as_array()->front();
  EXPECT_EQ(rule.string_at({"code"}), "resource_missing");
  EXPECT_EQ(rule.int_at({"status"}), 404);
}

wire::Request payment() {
  auto request = World::request("POST", "/v1/payment_intents", kPayment);
  request.headers.add("Idempotency-Key", "key-1");
  return request;
}

TEST(SandboxFaults, a_late_answer_comes_after_its_webhooks) {
  World world;
  world.post("/_sandbox/faults", "fault=answer_late&delay_ms=5000&method=POST");
  UnderWay late(*world.stripe, payment());
  world.clock.advance(1s);
  EXPECT_FALSE(late.reply.has_value());
  EXPECT_EQ(world.http.requests.size(), 3U);
  EXPECT_EQ(charges(world), 1U);
  world.clock.advance(5s);
  ASSERT_TRUE(late.reply.has_value());
  EXPECT_EQ(late.reply->status, 200);
}

TEST(SandboxFaults, a_late_request_holds_no_key_and_a_slow_one_does) {
  World world;
  world.post("/_sandbox/faults", "fault=request_late&delay_ms=5000&times=1");
  UnderWay late(*world.stripe, payment());
  const auto overtaking = world.send(payment());
  EXPECT_EQ(overtaking.status, 200);
  world.clock.advance(6s);
  EXPECT_EQ(late.reply->headers.find("Idempotent-Replayed"), "true");
  EXPECT_EQ(charges(world), 1U);

  World other;
  other.post("/_sandbox/faults", "fault=slow&delay_ms=5000&times=1");
  UnderWay slow(*other.stripe, payment());
  EXPECT_EQ(other.send(payment()).text({"error", "code"}), "idempotency_key_in_use");
  other.clock.advance(6s);
  EXPECT_EQ(slow.reply->status, 200);
}

TEST(SandboxFaults, rules_strike_only_what_they_name_and_as_often_as_they_say) {
  World world;
  world.post("/_sandbox/faults", "fault=error_before&operation=refund.create&skip=1&times=2");
  const auto paid = world.pay("pm_card_visa");
  EXPECT_EQ(paid.status, 200) << "another operation";
  const auto refund = [&] {
    return world.post("/v1/refunds", "amount=10&payment_intent=" + paid.text({"id"})).status;
  };
  EXPECT_EQ((std::vector<int>{refund(), refund(), refund(), refund()}),
            (std::vector<int>{200, 500, 500, 200}));
  const auto rules = world.get("/_sandbox/faults");
  const auto& rule = rules.json.find("faults")->as_array()->front();
  EXPECT_EQ(rule.int_at({"struck"}), 2);
  EXPECT_EQ(rule.string_at({"id"}), "fault_1");
  EXPECT_EQ(world.remove("/_sandbox/faults/fault_1").body, R"({"faults":[]})");
  EXPECT_EQ(world.remove("/_sandbox/faults/fault_1").status, 404);
}

TEST(SandboxFaults, chance_is_seeded_and_near_its_percentage) {
  const auto struck = [] {
    World world;
    world.post("/_sandbox/faults", "fault=error_before&percent=20&path=/v1/balance");
    std::string pattern;
    for (int i = 0; i < 500; ++i) pattern += world.get("/v1/balance").status == 500 ? 'x' : '.';
    return pattern;
  };
  const auto pattern = struck();
  const auto count = std::count(pattern.begin(), pattern.end(), 'x');
  EXPECT_GT(count, 60);
  EXPECT_LT(count, 140);
  EXPECT_EQ(struck(), pattern);
}

TEST(SandboxFaults, rules_come_as_json_and_as_options_too_and_mistakes_are_named) {
  auto options = World::with_webhook();
  options.faults = {"error_before,path=/v1/balance,times=1"};
  World world(options);
  EXPECT_EQ(world.get("/v1/balance").status, 500);
  EXPECT_EQ(world.get("/v1/balance").status, 200);
  auto json = World::request("POST", "/_sandbox/faults",
                             R"({"fault":"rate_limited","times":1,"should_retry":false})");
  json.headers.set("Content-Type", "application/json");
  EXPECT_EQ(world.send(json).status, 200);
  EXPECT_EQ(world.get("/v1/balance").header("Stripe-Should-Retry"), "false");
  const auto mistake = [&](std::string rule) {
    const auto answer = world.post("/_sandbox/faults", std::move(rule));
    EXPECT_EQ(answer.status, 400) << answer.body;
    return answer.text({"error", "param"});
  };
  EXPECT_EQ(mistake("fault=explode"), "fault");
  EXPECT_EQ(mistake("path=/v1"), "fault");
  EXPECT_EQ(mistake("fault=answer_lost&percent=0"), "percent");
  EXPECT_EQ(mistake("fault=answer_lost&status=503&colour=red"), "colour");
  EXPECT_EQ(mistake("fault=answer_lost&event=charge.*"), "event");
  EXPECT_EQ(mistake("fault=webhook_late&path=/v1"), "path");
  EXPECT_EQ(mistake("fault=error_before&status=200"), "status");
  EXPECT_EQ(mistake("fault=error_before&status=402"), "status");
  EXPECT_EQ(mistake("fault=refused&status=200"), "status");
  EXPECT_EQ(mistake("fault=error_before&code=card_declined"), "code");
  options.faults = {"explode"};
  EXPECT_THROW(World{options}, std::runtime_error);
  EXPECT_EQ(world.get("/_sandbox/nothing").status, 404);
}

std::vector<std::string> delivered(World& world) {
  std::vector<std::string> types;
  for (const auto& request : world.http.requests)
    types.push_back(wire::parse_json(request.body)->string_at({"type"}).value_or(""));
  return types;
}

TEST(SandboxFaults, webhooks_can_come_twice_and_late) {
  World world;
  world.post("/_sandbox/faults", "fault=webhook_duplicated&event=payment_intent.succeeded");
  world.post("/_sandbox/faults", "fault=webhook_late&event=charge.*&delay_ms=3000");
  world.pay("pm_card_visa");
  world.clock.advance(1s);
  EXPECT_EQ(delivered(world),
            (std::vector<std::string>{"payment_intent.created", "payment_intent.succeeded",
                                      "payment_intent.succeeded"}));
  EXPECT_EQ(world.http.requests[1].body.find("\"pending_webhooks\":2") != std::string::npos, true);
  world.clock.advance(3s);
  EXPECT_EQ(delivered(world).back(), "charge.succeeded");
}

TEST(SandboxFaults, webhooks_can_come_in_another_order) {
  World world;
  world.post("/_sandbox/faults", "fault=webhook_reordered&delay_ms=2000");
  bool reversed = false;
  for (int i = 0; i < 10 && !reversed; ++i) {
    world.http.requests.clear();
    world.pay("pm_card_visa");
    world.clock.advance(2s);
    const auto types = delivered(world);
    ASSERT_EQ(types.size(), 3U);
    reversed = types.front() == "payment_intent.succeeded";
  }
  EXPECT_TRUE(reversed);
}

TEST(SandboxFaults, withheld_webhooks_wait_for_their_release_even_over_a_restart) {
  auto options = World::with_webhook();
  const auto file = ::testing::TempDir() + "sandbox_withheld.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
  options.database = file;
  World world(options);
  world.post("/_sandbox/faults", "fault=webhook_withheld&times=2");
  world.pay("pm_card_visa");
  world.clock.advance(24h);
  EXPECT_EQ(delivered(world), std::vector<std::string>{"payment_intent.succeeded"});
  EXPECT_EQ(world.clock.sleepers(), 0U) << "nobody waits for what only a release can bring";
  world.restart(options);
  const auto waiting = world.get("/_sandbox/webhooks");
  const auto& list = *waiting.json.find("webhooks")->as_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].string_at({"type"}), "payment_intent.created");
  EXPECT_EQ(wire::to_text(*list[0].find("withheld")), "true");
  const auto second = list[1].string_at({"event"}).value_or("");
  EXPECT_EQ(world.post("/_sandbox/webhooks/release", "event=" + second).number({"released"}), 1);
  world.clock.advance(1s);
  EXPECT_EQ(delivered(world).back(), "charge.succeeded");
  EXPECT_EQ(world.post("/_sandbox/webhooks/release").number({"released"}), 1);
  world.clock.advance(1s);
  EXPECT_EQ(delivered(world).back(), "payment_intent.created");
  EXPECT_EQ(world.get("/_sandbox/webhooks").body, R"({"webhooks":[]})");
}

TEST(SandboxControl, settings_change_while_it_runs) {
  World world;
  EXPECT_EQ(world.get("/_sandbox/settings").number({"idempotency_kept_ms"}), 24LL * 3600 * 1000);
  EXPECT_EQ(world.post("/_sandbox/settings", "idempotency_kept_ms=46800000").status, 200);
  world.post("/v1/payment_intents", kPayment, "key-1");
  world.clock.advance(12h);
  EXPECT_EQ(world.post("/v1/payment_intents", kPayment, "key-1").header("Idempotent-Replayed"),
            "true");
  world.clock.advance(2h);
  EXPECT_EQ(world.post("/v1/payment_intents", kPayment, "key-1").header("Idempotent-Replayed"), "");
  EXPECT_EQ(world.post("/_sandbox/idempotency/forget").status, 200);
  EXPECT_EQ(world.post("/v1/payment_intents", kPayment, "key-1").header("Idempotent-Replayed"), "");
  EXPECT_EQ(world.post("/_sandbox/settings", "settle_after_ms=-1").text({"error", "param"}),
            "settle_after_ms");
}

}  // namespace
}  // namespace cobro::sandbox
