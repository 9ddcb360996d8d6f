#include "sim/actors/subscriber.h"

#include <fmt/format.h>

#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kPath = "/api/v1/subscriptions";
const std::string kNeverPays = "pm_card_chargeCustomerFail";
// The first ones pay; some only once, some never.
const std::vector<std::string> kCards = {
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    kNeverPays,
    "pm_card_threeDSecure2Required",
    "pm_card_authenticationRequiredSetupForOffSession",
    "pm_card_chargeDeclined",
    "pm_card_createDispute",
};
const std::vector<std::string> kPlans = {"basic", "pro", "premium"};
// Of our plans; others are made at the gateway, so that a short run has renewals too.
const std::vector<std::string> kPrices = {"price_1Sb3k64dPtEGmLmpeAdxvmIu",
                                          "price_1Sb3k64dPtEGmLmpm5n5bbJH",
                                          "price_1Sb3k74dPtEGmLmpHfLpUkvQ"};
constexpr std::size_t kMost = 12;

std::optional<wire::Json> first_of(const Heard& page) {
  const auto json = wire::parse_json(page.body);
  const auto* data = json ? json->find("data") : nullptr;
  if (data == nullptr || data->as_array() == nullptr || data->as_array()->empty())
    return std::nullopt;
  return data->as_array()->front();
}

}  // namespace

base::Task<void> Subscriber::live() {
  if (!asking_.is_over()) co_await stock_prices();
  while (!asking_.is_over()) {
    if (known_.empty() || (known_.size() < kMost && asking_.chance().roll(400)))
      co_await subscribe();
    else
      co_await act(asking_.chance().pick(known_));
    co_await asking_.rest();
  }
}

base::Task<void> Subscriber::stock_prices() {
  prices_ = kPrices;
  for (const auto* interval : {"day", "week"}) {
    const auto made = co_await asking_.world().at_gateway(
        "POST", "/v1/prices",
        fmt::format("currency=usd&unit_amount=700&recurring[interval]={}&product_data[name]=Pass",
                    interval));
    const auto json = wire::parse_json(made.body);
    // Picked as often as all the monthly ones.
    if (made.status == 200) prices_.insert(prices_.end(), 3, *json->string_at({"id"}));
  }
}

Wish Subscriber::new_subscription() {
  auto& chance = asking_.chance();
  const auto who = chance.pick(kPeople);
  auto card = chance.pick(kCards);
  if (chance.roll(300))
    return {who, "POST", "/payments/subscriptions",
            fmt::format(R"({{"plan":"{}","paymentMethodId":"{}"}})", chance.pick(kPlans), card),
            ""};
  const bool tries = chance.roll(350);
  const auto trial = tries ? fmt::format(R"(,"trial_days":{})", chance.between(1, 5)) : "";
  // Many a trial ends past due.
  if (tries && chance.roll(400)) card = kNeverPays;
  return {who, "POST", std::string(kPath),
          fmt::format(R"({{"price_id":"{}","payment_method_id":"{}"{}}})", chance.pick(prices_),
                      card, trial),
          ""};
}

base::Task<void> Subscriber::subscribe() {
  auto wish = new_subscription();
  const auto who = wish.who;
  const bool course = wish.path.starts_with("/payments/");
  const auto object = object_of(co_await asking_.insist(std::move(wish)));
  const auto id = object.string_at({"id"});
  const auto gateway_id =
      object.string_at({course ? "stripeSubscriptionId" : "gateway_subscription_id"});
  if (!id || !gateway_id) co_return;
  known_.push_back({who, *id, *gateway_id});
  const auto secret = object.string_at({course ? "clientSecret" : "client_secret"});
  if (object.string_at({"status"}) == "incomplete" && secret)
    hands_.spawn("customer", browser_.pay(*secret));
}

base::Task<void> Subscriber::act(Known known) {
  auto& chance = asking_.chance();
  const auto path = fmt::format(
      "{}/{}", chance.roll(800) ? kPath : std::string_view("/payments/subscriptions"), known.id);
  const auto ours = fmt::format("{}/{}", kPath, known.id);
  const auto draw = chance.between(0, 99);
  if (draw < 20) {
    co_await asking_.insist({known.who, "DELETE", path, "", ""});
  } else if (draw < 28) {
    co_await asking_.insist({known.who, "DELETE", path + "?immediate=true", "", ""});
  } else if (draw < 45) {
    co_await asking_.insist({known.who, "POST", ours + "/resume", "", ""});
  } else if (draw < 65) {
    const auto dry = chance.roll(250) ? "?dry_run=true" : "";
    co_await asking_.insist({known.who, "POST", ours + "/change-plan" + dry,
                             fmt::format(R"({{"price_id":"{}"}})", chance.pick(prices_)), ""});
  } else if (draw < 85) {
    co_await pay_open_invoice(known.gateway_id);
  } else {
    co_await look(std::move(known));
  }
}

base::Task<void> Subscriber::look(Known known) {
  const auto ours = fmt::format("{}/{}", kPath, known.id);
  co_await asking_.once({known.who, "GET", ours, "", ""});
  co_await asking_.once({known.who, "GET", ours + "/history", "", ""});
  co_await asking_.once({known.who, "GET", "/payments/subscriptions/current", "", ""});
  co_await asking_.once({known.who, "GET", "/payments/history", "", ""});
  co_await asking_.once({known.who, "GET", "/api/v1/entitlements", "", ""});
  co_await asking_.once({known.who, "GET", "/api/v1/disputes", "", ""});
}

// On a page of the shop, with another card.
base::Task<void> Subscriber::pay_open_invoice(std::string gateway_id) {
  const auto secret = co_await secret_of_open_invoice(gateway_id);
  if (secret.empty()) co_return;
  ++asking_.world().ground.tally["customers who pay an open invoice"];
  co_await browser_.pay(secret);
}

base::Task<std::string> Subscriber::secret_of_open_invoice(const std::string& gateway_id) {
  auto& world = asking_.world();
  const auto invoice = first_of(
      co_await world.at_gateway("GET", "/v1/invoices?status=open&subscription=" + gateway_id, ""));
  if (!invoice) co_return "";
  const auto payment = first_of(co_await world.at_gateway(
      "GET", "/v1/invoice_payments?invoice=" + *invoice->string_at({"id"}), ""));
  if (!payment) co_return "";
  const auto intent = payment->string_at({"payment", "payment_intent"}).value_or("");
  const auto found = co_await world.at_gateway("GET", "/v1/payment_intents/" + intent, "");
  const auto json = wire::parse_json(found.body);
  co_return json ? json->string_at({"client_secret"}).value_or("") : "";
}

}  // namespace cobro::sim
