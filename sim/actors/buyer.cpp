#include "sim/actors/buyer.h"

#include <fmt/format.h>

#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {

using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kCards = {
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_chargeDeclined",
    "pm_card_threeDSecure2Required",
    "pm_card_createDispute",
    "pm_card_createDisputeProductNotReceived",
    "pm_card_refundFail",
};

}  // namespace

base::Task<void> Buyer::live() {
  while (!asking_.is_over()) {
    co_await buy();
    co_await asking_.rest();
  }
}

Wish Buyer::new_intent() {
  auto& chance = asking_.chance();
  const std::string currency = chance.pick(std::vector<std::string>{"USD", "PEN", "JPY"});
  auto tag = fmt::format("intent-{}", ++tags_);
  return {chance.pick(kPeople), "POST", "/api/v1/payments/intent",
          fmt::format(R"({{"amount":{},"currency":"{}","payment_method_id":"{}",)"
                      R"("capture_method":"{}","description":"{}"}})",
                      decimal(chance.magnitude(100, 90'000), currency), currency,
                      chance.pick(kCards), chance.roll(200) ? "manual" : "automatic", tag),
          tag};
}

Wish Buyer::new_course() {
  auto& chance = asking_.chance();
  auto tag = fmt::format("course-{}", ++tags_);
  return {chance.pick(kPeople), "POST", "/payments/create-payment-intent",
          fmt::format(R"({{"amount":{},"currency":"usd","type":"{}","courseId":"{}",)"
                      R"("description":"{}"}})",
                      chance.magnitude(100, 90'000),
                      chance.roll(850) ? "course_purchase" : "one_time", chance.between(1, 9), tag),
          tag};
}

base::Task<void> Buyer::buy() {
  auto wish = asking_.chance().roll(600) ? new_course() : new_intent();
  const auto who = wish.who;
  const bool course = wish.path.starts_with("/payments/");
  const auto object = object_of(co_await asking_.insist(std::move(wish)));
  const auto id = object.string_at({course ? "paymentId" : "payment_id"});
  const auto secret = object.string_at({course ? "clientSecret" : "client_secret"});
  if (id && secret) co_await pay({who, *id, *secret});
}

base::Task<void> Buyer::pay(Bought bought) {
  const auto draw = asking_.chance().between(0, 99);
  if (draw < 10) co_return;  // walks away
  if (draw < 20)
    hands_.spawn("cancels", [](Asking& asking, Bought one) -> base::Task<void> {
      co_await asking.insist({one.who, "DELETE", "/api/v1/payments/" + one.id, "", ""});
    }(asking_, bought));
  if (draw >= 30 && draw < 55) hands_.spawn("other tab", browser_.pay(bought.client_secret));
  if (draw >= 45 && draw < 85)
    co_await process(bought);
  else
    co_await browser_.pay(bought.client_secret);
  if (asking_.chance().roll(450)) co_await regret(bought.id);
}

base::Task<void> Buyer::process(Bought bought) {
  const auto card = asking_.chance().pick(kCards);
  const auto object = object_of(co_await asking_.insist(
      {bought.who, "POST", fmt::format("/api/v1/payments/{}/process", bought.id),
       fmt::format(R"({{"payment_method_id":"{}","return_url":"https://shop.example/back"}})",
                   card),
       ""}));
  if (const auto url = object.string_at({"next_action", "url"}))
    co_await browser_.answer_challenge(*url);
}

// Captures what is only held; has all or some of it back.
base::Task<void> Buyer::regret(std::string id) {
  auto& chance = asking_.chance();
  const auto path = "/api/v1/payments/" + id;
  co_await asking_.world().ground.clock.sleep(chance.span(1s, 12h));
  if (chance.roll(200)) co_await asking_.insist({"admin", "POST", path + "/capture", "{}", ""});
  auto tag = fmt::format("regret-{}", ++tags_);
  const auto amount = chance.roll(650) ? "" : R"("amount":1,)";
  co_await asking_.insist(
      {"admin", "POST", path + "/refund", fmt::format(R"({{{}"reason":"{}"}})", amount, tag), tag});
}

}  // namespace cobro::sim
