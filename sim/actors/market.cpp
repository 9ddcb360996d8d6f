#include "sim/actors/market.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/money.h"
#include "sim/ground/people.h"
#include "wire/json.h"

namespace cobro::sim {
namespace {

const std::vector<std::string> kCurrencies = {"PEN", "USD", "JPY"};
// The first ones are picked more often.
const std::vector<std::string> kCards = {
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds",
    "pm_card_chargeDeclinedProcessingError",
    "pm_card_threeDSecure2Required",
    "pm_card_threeDSecure2Required",
    "pm_card_authenticationRequired",
    "pm_card_threeDSecureRequiredChargeDeclined",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
    "pm_card_createDispute",
    "pm_card_createDisputeInquiry",
    "pm_card_nobody_knows",
};

constexpr std::int64_t kRecent = 6;

// The deployment's for every other payment, that of its user's tenant for the rest.
std::string administrator_of(const KnownPayment& payment) {
  return payment.number % 2 == 0 ? "admin" : sim::administrator_of(payment.owner);
}

std::string payment_path(const KnownPayment& payment, std::string_view action = "") {
  return fmt::format("/api/v1/payments/{}{}", payment.number, action);
}

}  // namespace

std::string decimal(std::int64_t minor, const std::string& currency) {
  return domain::Money(minor, *domain::Currency::parse(currency)).to_decimal();
}

template <class T>
const T& Market::recent(const std::vector<T>& all) {
  const auto count = static_cast<std::int64_t>(all.size());
  const auto oldest = chance_.roll(850) ? std::max<std::int64_t>(0, count - kRecent) : 0;
  return all[static_cast<std::size_t>(chance_.between(oldest, count - 1))];
}

std::string Market::tag(std::string_view what) {
  return fmt::format("{}-{}", what, ++tags_);
}

std::string Market::part_of(const KnownPayment& payment) {
  if (chance_.roll(40)) return chance_.roll(500) ? "0" : "-1";
  const auto minor = chance_.roll(300) ? payment.minor : chance_.between(1, payment.minor);
  return decimal(minor, payment.currency);
}

Wish Market::next_wish() {
  const auto draw = chance_.between(0, 99);
  if (orders_.empty() || draw < 14) return new_order();
  if (payments_.empty() || draw < 32) return new_payment();
  if (draw < 60) return process();
  if (draw < 66) return capture();
  if (draw < 78) return refund();
  if (draw < 85) return cancel();
  if (draw < 92) return record();
  if (draw < 95) return change();
  return look();
}

Wish Market::new_order() {
  const auto& currency = chance_.pick(kCurrencies);
  auto name = tag("order");
  const auto price = decimal(chance_.magnitude(100, 200'000), currency);
  return {chance_.pick(people_), "POST", "/api/v1/orders",
          fmt::format(R"({{"currency":"{}","notes":"{}","items":[{{"product_id":{},"quantity":{},)"
                      R"("unit_price":{}}}],"shipping_address":{{"city":"Lima"}}}})",
                      currency, name, chance_.between(1, 99), chance_.between(1, 3), price),
          name};
}

Wish Market::new_payment() {
  const auto& order = some_order();
  auto name = tag("payment");
  const auto minor = chance_.roll(30)    ? 0
                     : chance_.roll(700) ? order.minor
                     : chance_.roll(900) ? std::max<std::int64_t>(1, order.minor / 2)
                                         : order.minor + 1;
  return {
      order.owner, "POST", "/api/v1/payments",
      fmt::format(R"({{"order_id":{},"payment_method":"{}","amount":{},"capture_method":"{}",)"
                  R"("description":"{}"}})",
                  order.number, chance_.roll(150) ? "manual" : "stripe",
                  decimal(minor, order.currency), chance_.roll(250) ? "manual" : "automatic", name),
      name};
}

Wish Market::process() {
  const auto& payment = some_payment();
  return {payment.owner, "POST", payment_path(payment, "/process"), card(), ""};
}

std::string Market::card() {
  return fmt::format(R"({{"payment_method_id":"{}","return_url":"https://shop.example/back"}})",
                     chance_.pick(kCards));
}

Wish Market::capture() {
  const auto& payment = some_payment();
  const auto body = chance_.roll(500) ? "{}" : fmt::format(R"({{"amount":{}}})", part_of(payment));
  return {administrator_of(payment), "POST", payment_path(payment, "/capture"), body, ""};
}

Wish Market::refund() {
  const auto& payment = some_payment();
  auto name = tag("refund");
  const auto amount = chance_.roll(400) ? "" : fmt::format(R"("amount":{},)", part_of(payment));
  return {administrator_of(payment), "POST", payment_path(payment, "/refund"),
          fmt::format(R"({{{}"reason":"{}"}})", amount, name), name};
}

Wish Market::cancel() {
  if (chance_.roll(400)) {
    const auto& order = some_order();
    return {order.owner, "DELETE", fmt::format("/api/v1/orders/{}", order.number), "", ""};
  }
  const auto& payment = some_payment();
  return {chance_.roll(500) ? administrator_of(payment) : payment.owner, "DELETE",
          payment_path(payment), "", ""};
}

Wish Market::record() {
  const auto manual = std::find_if(payments_.rbegin(), payments_.rend(), [&](const auto& known) {
    return known.manual && chance_.roll(500);
  });
  const auto& payment = manual == payments_.rend() ? some_payment() : *manual;
  const auto draw = chance_.between(0, 9);
  const auto type = draw < 6 ? "charge" : draw < 9 ? "refund" : "void";
  auto name = tag("record");
  const auto amount =
      draw < 6 || draw == 9 ? decimal(payment.minor, payment.currency) : part_of(payment);
  return {administrator_of(payment), "POST", "/api/v1/transactions",
          fmt::format(R"({{"payment_id":{},"transaction_type":"{}","amount":{},)"
                      R"("gateway_transaction_id":"{}"}})",
                      payment.number, type, amount, name),
          name};
}

Wish Market::change() {
  const auto& payment = some_payment();
  const auto body = chance_.roll(500) ? fmt::format(R"({{"amount":{}}})", part_of(payment))
                                      : std::string(R"({"metadata":{"changed":"yes"}})");
  return {payment.owner, "PUT", payment_path(payment), body, ""};
}

Wish Market::look() {
  const auto& payment = some_payment();
  if (chance_.roll(500)) return {payment.owner, "GET", payment_path(payment), "", ""};
  const auto& order = some_order();
  return {order.owner, "GET", fmt::format("/api/v1/orders/{}", order.number), "", ""};
}

void Market::learn(const Wish& wish, const std::string& answer) {
  if (wish.method != "POST") return;
  const bool order = wish.path == "/api/v1/orders";
  if (!order && wish.path != "/api/v1/payments") return;
  const auto json = wire::parse_json(answer);
  const auto* data = json ? json->find("data") : nullptr;
  if (data == nullptr) return;
  const auto number = data->int_at({"number"}).value_or(0);
  const auto currency = data->string_at({"currency"}).value_or("PEN");
  const auto* amount = data->find(order ? "total_amount" : "amount");
  if (amount == nullptr || amount->as_number() == nullptr) return;
  const auto money =
      domain::Money::parse(amount->as_number()->text, *domain::Currency::parse(currency));
  if (order)
    orders_.push_back({number, money->minor(), currency, wish.who});
  else
    payments_.push_back({number, money->minor(), currency, wish.who,
                         data->string_at({"payment_method"}) == "manual"});
}

}  // namespace cobro::sim
