#include "sim/actors/browser.h"

#include <fmt/format.h>

#include "wire/json.h"

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

// The first ones are picked more often.
const std::vector<std::string> kNumbers = {
    "4242424242424242",  // pays
    "4242424242424242", "5555555555554444",
    "4000000000000002",                      // is declined
    "4000000000009995", "4000000000003220",  // 3-D Secure
    "4000000000003220", "4000008400001629",  // the same, and is declined then
    "4000000000000259",                      // is disputed later
};

}  // namespace

base::Task<std::string> Browser::enter_card() {
  const auto made = co_await world_.in_browser(
      "POST", "/v1/payment_methods",
      fmt::format("type=card&card[number]={}&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123",
                  chance_.pick(kNumbers)));
  const auto json = wire::parse_json(made.body);
  co_return json ? json->string_at({"id"}).value_or("") : std::string();
}

base::Task<Heard> Browser::confirm(const std::string& client_secret, std::string method) {
  const auto intent = client_secret.substr(0, client_secret.find("_secret_"));
  co_return co_await world_.in_browser(
      "POST", fmt::format("/v1/payment_intents/{}/confirm", intent),
      fmt::format("client_secret={}&payment_method={}&return_url=https://shop.example/back",
                  client_secret, method));
}

base::Task<void> Browser::pay(std::string client_secret) {
  auto& tally = world_.ground.tally;
  for (auto tries = chance_.between(1, 4); tries > 0; --tries) {
    co_await world_.ground.clock.sleep(chance_.span(1s, 10min));
    const auto done = co_await confirm(client_secret, co_await enter_card());
    const auto json = wire::parse_json(done.body);
    if (done.status == 200 && json) {
      const auto url = json->string_at({"next_action", "redirect_to_url", "url"});
      if (url) co_await answer_challenge(*url);
      if (json->string_at({"status"}) == "succeeded") ++tally["paid in the browser"];
      if (!url) co_return;
    } else if (done.status == 402) {
      ++tally["declined in the browser"];
    } else {
      co_return;
    }
  }
}

base::Task<void> Browser::pay_there(std::string url) {
  auto& tally = world_.ground.tally;
  for (auto tries = chance_.between(1, 4); tries > 0; --tries) {
    co_await world_.ground.clock.sleep(chance_.span(1s, 10min));
    const auto done = co_await world_.at_gateway(
        "POST", url.substr(kGatewayOrigin.size()),
        fmt::format("email=ana%40shop.example&number={}&expiry=12%2F34&cvc=123",
                    chance_.pick(kNumbers)));
    const bool asked = done.location.starts_with(kGatewayOrigin);
    if (asked) co_await answer_challenge(done.location);
    if (done.status == 303 && !asked) ++tally["paid on the gateway's page"];
    if (done.status == 402) ++tally["declined on the gateway's page"];
    if (done.status != 402 && !asked) co_return;
  }
}

base::Task<void> Browser::answer_challenge(std::string url) {
  if (chance_.roll(150)) {
    ++world_.ground.tally["3-D Secure abandoned"];
    co_return;
  }
  co_await world_.ground.clock.sleep(chance_.span(1s, 30min));
  const bool approves = chance_.roll(750);
  const auto page = co_await world_.at_gateway("POST", url.substr(kGatewayOrigin.size()),
                                               approves ? "outcome=approve" : "outcome=refuse");
  if (page.status < 400)
    ++world_.ground.tally[approves ? "3-D Secure approved" : "3-D Secure refused"];
}

}  // namespace cobro::sim
