#include "sim/actors/blunderer.h"

#include <fmt/format.h>

#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {

namespace {

constexpr std::string_view kPayments = "/api/v1/payments";
constexpr std::string_view kMethods = "/api/v1/payment-methods";
constexpr std::string_view kSubscriptions = "/api/v1/subscriptions";
// Of a plan of ours.
constexpr std::string_view kPrice = "price_1Sb3k64dPtEGmLmpeAdxvmIu";

std::string id_in(const Heard& heard) {
  const auto json = wire::parse_json(heard.body);
  return heard.status == 200 && json ? json->string_at({"id"}).value_or("") : "";
}

}  // namespace

base::Task<void> Blunderer::live() {
  while (!asking_.is_over()) {
    auto& chance = asking_.chance();
    who_ = chance.pick(kPeople);
    const auto draw = chance.between(0, 99);
    if (draw < 45)
      co_await pay_with_a_wrong_method();
    else if (draw < 60)
      co_await refund_too_much();
    else if (draw < 80)
      co_await subscribe_to_nothing();
    else
      co_await change_a_subscription_wrongly();
    co_await asking_.rest();
  }
}

// ---- what is wrong ----------------------------------------------------------------------------

base::Task<void> Blunderer::pay_with_a_wrong_method() {
  std::string what;
  const auto method = co_await wrong_method(what);
  const auto payment = method ? co_await new_intent() : std::nullopt;
  if (!payment) co_return;
  const auto path = fmt::format("{}/{}", kPayments, *payment);
  co_await blunder(what,
                   {who_, "POST", path + "/process",
                    fmt::format(R"({{"payment_method_id":"{}"}})", *method), ""},
                   Wish{who_, "DELETE", path, "", ""});
}

base::Task<void> Blunderer::refund_too_much() {
  const auto payment = co_await paid_intent("pm_card_visa");
  if (!payment) co_return;
  const auto path = fmt::format("{}/{}/refund", kPayments, *payment);
  co_await blunder("a refund of more than was paid",
                   {"admin", "POST", path, R"({"amount":1000,"reason":"a mistake"})", ""},
                   Wish{"admin", "POST", path, R"({"amount":1,"reason":"right"})", ""});
}

base::Task<void> Blunderer::subscribe_to_nothing() {
  std::string what;
  const auto price = co_await wrong_price(what);
  if (price.empty()) co_return;
  co_await blunder(
      "subscribing to " + what,
      {who_, "POST", std::string(kSubscriptions),
       fmt::format(R"({{"price_id":"{}","payment_method_id":"pm_card_visa"}})", price), ""},
      std::nullopt);
}

base::Task<void> Blunderer::change_a_subscription_wrongly() {
  const auto subscription = co_await running_subscription();
  if (!subscription) co_return;
  const auto path = fmt::format("{}/{}", kSubscriptions, *subscription);
  const Wish end{who_, "DELETE", path + "?immediate=true", "", ""};
  std::string what;
  if (asking_.chance().roll(500)) {
    const auto price = co_await wrong_price(what);
    if (price.empty()) co_return;
    co_await blunder(
        "changing the plan to " + what,
        {who_, "POST", path + "/change-plan", fmt::format(R"({{"price_id":"{}"}})", price), ""},
        end);
  } else {
    const auto method = co_await wrong_method(what);
    if (!method) co_return;
    co_await blunder(
        "a subscription, " + what,
        {who_, "PATCH", path, fmt::format(R"({{"payment_method_id":"{}"}})", *method), ""}, end);
  }
  subscriptions_.erase(who_);
}

// ---- what is needed for it --------------------------------------------------------------------

base::Task<std::optional<std::string>> Blunderer::new_intent() {
  const auto object = object_of(co_await asking_.insist(
      {who_, "POST", std::string(kPayments) + "/intent",
       R"({"amount":10,"currency":"USD","payment_method_id":"pm_card_visa"})", ""}));
  co_return object.string_at({"payment_id"});
}

base::Task<std::optional<std::string>> Blunderer::paid_intent(std::string method) {
  const auto payment = co_await new_intent();
  if (!payment) co_return std::nullopt;
  const auto object = object_of(
      co_await asking_.insist({who_, "POST", fmt::format("{}/{}/process", kPayments, *payment),
                               fmt::format(R"({{"payment_method_id":"{}"}})", method), ""}));
  co_return object.string_at({"id"}) ? payment : std::nullopt;
}

base::Task<std::optional<Blunderer::Named>> Blunderer::saved_method(std::string who) {
  const auto object =
      object_of(co_await asking_.insist({std::move(who), "POST", std::string(kMethods),
                                         R"({"payment_method_id":"pm_card_mastercard"})", ""}));
  const auto id = object.string_at({"id"});
  const auto gateway_id = object.string_at({"gateway_payment_method_id"});
  if (!id || !gateway_id) co_return std::nullopt;
  co_return Named{*id, *gateway_id};
}

base::Task<std::optional<std::string>> Blunderer::running_subscription() {
  if (!subscriptions_.contains(who_)) {
    const auto object = object_of(co_await asking_.insist(
        {who_, "POST", std::string(kSubscriptions),
         fmt::format(R"({{"price_id":"{}","payment_method_id":"pm_card_visa"}})", kPrice), ""}));
    if (const auto id = object.string_at({"id"})) subscriptions_[who_] = *id;
  }
  const auto known = subscriptions_.find(who_);
  co_return known == subscriptions_.end() ? std::nullopt : std::optional(known->second);
}

// Nobody's, another user's, one that was detached, or one that has served.
base::Task<std::optional<std::string>> Blunderer::wrong_method(std::string& what) {
  const auto draw = asking_.chance().between(0, 99);
  if (draw < 25) {
    what = "a method that is nobody's";
    co_return "pm_of_nobody";
  }
  if (draw < 50) {
    what = "a method that was used up";
    const auto card = co_await used_up_card();
    co_return card.empty() ? std::nullopt : std::optional(card);
  }
  const bool detached = draw < 75;
  std::string other = kPeople.front() == who_ ? kPeople.back() : kPeople.front();
  const auto saved = co_await saved_method(detached ? who_ : std::move(other));
  if (!saved) co_return std::nullopt;
  what = detached ? "a method that was detached" : "a method of another user";
  if (detached) {
    const auto path = fmt::format("/v1/payment_methods/{}/detach", saved->gateway_id);
    if ((co_await asking_.world().at_gateway("POST", path, "")).status != 200)
      co_return std::nullopt;
    asking_.world().ground.gone_there.insert(saved->gateway_id);
  }
  co_return asking_.chance().roll(500) ? saved->id : saved->gateway_id;
}

// A raw one pays once.
base::Task<std::string> Blunderer::used_up_card() {
  const auto card = id_in(co_await asking_.world().in_browser(
      "POST", "/v1/payment_methods",
      "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2034&"
      "card[cvc]=123"));
  if (card.empty() || !co_await paid_intent(card)) co_return "";
  co_return card;
}

base::Task<std::string> Blunderer::wrong_price(std::string& what) {
  if (asking_.chance().roll(500)) {
    what = "a price that is not there";
    co_return "price_of_nothing";
  }
  what = "a price that is paid once";
  co_return id_in(co_await asking_.world().at_gateway(
      "POST", "/v1/prices", "currency=usd&unit_amount=500&product_data[name]=Once"));
}

// ---- asking -----------------------------------------------------------------------------------

std::int64_t Blunderer::disturbances() {
  const auto& ground = asking_.world().ground;
  return ground.upsets + ground.faults.struck_between(Fault::gateway_refused, Fault::gateway_slow) +
         ground.faults.struck_between(Fault::database_away, Fault::commit_late);
}

bool Blunderer::is_calm() {
  const auto& faults = asking_.world().ground.faults;
  return faults.gateway_away == 0 && faults.gateway_troubled == 0 && faults.database_away == 0;
}

base::Task<void> Blunderer::blunder(std::string what, Wish wrong, std::optional<Wish> next) {
  const auto before = disturbances();
  const bool calm = is_calm() && !co_await asking_.world().has_open_calls(who_);
  const auto heard = co_await asking_.once(std::move(wrong));
  Blunder made{.what = std::move(what), .status = heard.status, .body = heard.body};
  if (next) {
    const auto after = co_await asking_.once(std::move(*next));
    made.after = after.status;
    made.after_body = after.body;
  }
  made.quiet = calm && is_calm() && disturbances() == before;
  auto& tally = asking_.world().ground.tally;
  ++tally[made.quiet ? "asked wrongly in a quiet moment" : "asked wrongly while something failed"];
  ++tally["asked wrongly: " + made.what];
  blunders_.push_back(std::move(made));
}

}  // namespace cobro::sim
