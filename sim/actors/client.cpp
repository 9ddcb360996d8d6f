#include "sim/actors/client.h"

#include <fmt/format.h>

#include "wire/json.h"

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

// Under one key nobody asks for longer than this: keys are kept for 24 h.
constexpr base::Duration kPersistence = 20h;

// Answers after which asking again is of no use.
bool is_conclusive(const Heard& heard) {
  if (heard.status == 0 || heard.status == 429 || heard.status >= 500) return false;
  return heard.body.find("idempotency_in_progress") == std::string::npos;
}

}  // namespace

Client::Client(World& world, Market& market, Witness& witness, int index)
    : world_(world),
      market_(market),
      witness_(witness),
      chance_(world.ground.options.seed, fmt::format("client {}", index)),
      name_(fmt::format("k{}", index)),
      hands_(world.ground.reporter()) {}

base::Task<void> Client::live() {
  const auto& options = world_.ground.options;
  auto& clock = world_.ground.clock;
  while (true) {
    co_await clock.sleep(chance_.span(1s, options.pause));
    if (clock.steady() >= options.faulty) co_return;
    auto wish = market_.next_wish();
    const bool keyed = wish.method != "GET" && chance_.roll(600);
    const auto key = keyed ? fmt::format("{}-{}", name_, ++keys_) : std::string();
    if (keyed && !wish.tag.empty()) witness_.expect_once(wish.tag);
    const auto until = clock.steady() + kPersistence;
    if (chance_.roll(100)) hands_.spawn("second press", pursue(wish, key, until));
    if (chance_.roll(200))
      hands_.spawn("in the background", pursue(std::move(wish), key, until));
    else
      co_await pursue(std::move(wish), key, until);
  }
}

base::Task<void> Client::pursue(Wish wish, std::string key, base::Duration until) {
  auto& clock = world_.ground.clock;
  const auto tries = chance_.between(1, 6);
  for (std::int64_t i = 0; i < tries && clock.steady() < until; ++i) {
    if (i > 0)
      co_await clock.sleep(chance_.roll(900) ? chance_.span(100ms, 5min) : chance_.span(5min, 6h));
    if (clock.steady() >= until) co_return;
    const auto heard = co_await ask_once(wish, key);
    if (heard.status == 200 && heard.body.find("redirect_to_url") != std::string::npos)
      hands_.spawn("customer", authenticate(wish, heard.body));
    if (heard.status == 402) after_decline(wish);
    if (!is_conclusive(heard)) continue;
    if (key.empty() || !chance_.roll(250)) co_return;  // else a needless repetition
  }
}

base::Task<Heard> Client::ask_once(const Wish& wish, const std::string& key) {
  Ask ask{wish.who, wish.method, wish.path, wish.body, key, chance_.span(2s, 90s)};
  const auto sent_at = world_.ground.clock.steady();
  auto heard = co_await world_.call(ask);
  witness_.hear(ask, heard, sent_at);
  if (heard.status == 201) market_.learn(wish, heard.body);
  co_return heard;
}

// Approves, refuses or walks away; then tells the shop, or leaves that to the webhook.
base::Task<void> Client::authenticate(Wish wish, std::string answer) {
  const auto json = wire::parse_json(answer);
  const auto url = json->string_at({"data", "next_action", "url"});
  if (!url) co_return;
  if (chance_.roll(200)) {
    ++world_.ground.tally["3-D Secure abandoned"];
    co_return;
  }
  co_await world_.ground.clock.sleep(chance_.span(1s, 30min));
  const bool approves = chance_.roll(700);
  const auto page = co_await world_.at_gateway("POST", url->substr(kGatewayOrigin.size()),
                                               approves ? "outcome=approve" : "outcome=refuse");
  if (page.status < 400)
    ++world_.ground.tally[approves ? "3-D Secure approved" : "3-D Secure refused"];
  if (chance_.roll(500)) co_return;
  co_await world_.ground.clock.sleep(chance_.span(10ms, 1min));
  co_await ask_once(wish, "");
}

// The customer tries again by another card: at the shop, on the gateway's own form, or both.
void Client::after_decline(const Wish& declined) {
  const auto draw = chance_.between(0, 99);
  if (draw < 40) hands_.spawn("customer", pay_in_browser(declined));
  if (draw >= 15 && draw < 40) hands_.spawn("other tab", pay_anew(declined));
  if (draw >= 40 && draw < 75) hands_.spawn("customer", pay_again(declined));
}

// A second payment of the same order.
base::Task<void> Client::pay_anew(Wish declined) {
  const auto path = declined.path.substr(0, declined.path.rfind('/'));
  const auto heard = co_await ask_once({declined.who, "GET", path, "", ""}, "");
  const auto json = wire::parse_json(heard.body);
  const auto order = json ? json->string_at({"data", "order_id"}) : std::nullopt;
  if (!order) co_return;
  const auto body = fmt::format(R"({{"order_id":"{}","payment_method":"stripe","amount":{}}})",
                                *order, json->at({"data", "amount"})->as_number()->text);
  const auto made = co_await ask_once({declined.who, "POST", "/api/v1/payments", body, ""}, "");
  const auto payment = wire::parse_json(made.body);
  if (made.status != 201 || !payment) co_return;
  co_await world_.ground.clock.sleep(chance_.span(100ms, 1min));
  declined.path = fmt::format("/api/v1/payments/{}/process", *payment->int_at({"data", "number"}));
  declined.body = market_.card();
  co_await pursue(std::move(declined), "", world_.ground.clock.steady() + kPersistence);
}

base::Task<void> Client::pay_again(Wish declined) {
  auto& clock = world_.ground.clock;
  co_await clock.sleep(chance_.span(100ms, 3min));
  declined.body = market_.card();
  ++world_.ground.tally["another card after a decline"];
  const auto key = chance_.roll(600) ? fmt::format("{}-{}", name_, ++keys_) : std::string();
  co_await pursue(std::move(declined), key, clock.steady() + kPersistence);
}

// Another card, confirmed on the gateway's own form: the service learns of it by webhook, at
// a time when it may have given the payment up.
base::Task<void> Client::pay_in_browser(Wish declined) {
  const auto path = declined.path.substr(0, declined.path.rfind('/'));
  const auto heard = co_await ask_once({declined.who, "GET", path, "", ""}, "");
  const auto json = wire::parse_json(heard.body);
  const auto intent = json ? json->string_at({"data", "gateway_payment_id"}) : std::nullopt;
  if (!intent) co_return;
  co_await world_.ground.clock.sleep(chance_.span(1s, 1h));
  const auto done = co_await world_.at_gateway(
      "POST", fmt::format("/v1/payment_intents/{}/confirm", *intent),
      chance_.roll(800) ? "payment_method=pm_card_visa" : "payment_method=pm_card_chargeDeclined");
  if (done.status == 200) ++world_.ground.tally["paid on the gateway's form"];
  if (done.status == 402) ++world_.ground.tally["declined on the gateway's form"];
}

}  // namespace cobro::sim
