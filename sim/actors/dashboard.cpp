#include "sim/actors/dashboard.h"

#include <fmt/format.h>

namespace cobro::sim {

using namespace std::chrono_literals;

base::Task<void> Dashboard::live() {
  const auto& options = world_.ground.options;
  auto& clock = world_.ground.clock;
  while (options.dashboard > 0s) {
    co_await clock.sleep(chance_.span(1min, options.dashboard));
    if (clock.steady() >= options.faulty) co_return;
    co_await act();
  }
}

base::Task<void> Dashboard::act() {
  const auto draw = chance_.between(0, 99);
  if (draw < 55) {
    if (auto intent = co_await some("/v1/payment_intents")) co_await act_on_intent(*intent);
  } else if (draw < 85) {
    if (auto subscription = co_await some("/v1/subscriptions"))
      co_await act_on_subscription(*subscription);
  } else if (auto customer = co_await some("/v1/customers")) {
    co_await act_on_customer(*customer);
  }
}

// ---- payments ---------------------------------------------------------------------------------

base::Task<void> Dashboard::act_on_intent(wire::Json intent) {
  const auto id = *intent.string_at({"id"});
  const auto status = *intent.string_at({"status"});
  const auto amount = *intent.int_at({"amount"});
  const auto path = "/v1/payment_intents/" + id;
  if (status == "succeeded") {
    const bool all = chance_.roll(400);
    const auto part = all ? "" : fmt::format("&amount={}", part_of(amount));
    co_await ask(all ? "refunded at the dashboard" : "refunded at the dashboard, an amount", "POST",
                 "/v1/refunds", "payment_intent=" + id + part);
  } else if (status == "requires_capture" && chance_.roll(600)) {
    const auto part =
        chance_.roll(500) ? std::string() : fmt::format("amount_to_capture={}", part_of(amount));
    co_await ask("captured at the dashboard", "POST", path + "/capture", part);
  } else if (status != "canceled") {
    co_await ask("cancelled at the dashboard", "POST", path + "/cancel", "");
  }
}

std::int64_t Dashboard::part_of(std::int64_t amount) {
  return chance_.roll(200) ? amount : chance_.between(1, amount);
}

// ---- subscriptions ----------------------------------------------------------------------------

base::Task<void> Dashboard::act_on_subscription(wire::Json subscription) {
  const auto path = "/v1/subscriptions/" + *subscription.string_at({"id"});
  const auto draw = chance_.between(0, 99);
  if (draw < 15)
    co_await ask("subscriptions ended at the dashboard", "DELETE", path, "");
  else if (draw < 55)
    co_await set_end(path);
  else
    co_await change_item(std::move(subscription), path);
}

base::Task<void> Dashboard::set_end(std::string path) {
  const auto draw = chance_.between(0, 99);
  if (draw < 45) {
    const auto day = world_.ground.clock.now() + chance_.span(1h, 24h * 6);
    co_await ask("cancel_at set at the dashboard", "POST", path,
                 fmt::format("cancel_at={}", day.unix_seconds()));
  } else if (draw < 70) {
    co_await ask("cancel_at cleared at the dashboard", "POST", path, "cancel_at=");
  } else {
    const bool ends = chance_.roll(500);
    co_await ask("cancel_at_period_end changed at the dashboard", "POST", path,
                 ends ? "cancel_at_period_end=true" : "cancel_at_period_end=false");
  }
}

base::Task<void> Dashboard::change_item(wire::Json subscription, std::string path) {
  const auto& item = subscription.at({"items", "data"})->as_array()->front();
  const auto currency = item.string_at({"price", "currency"}).value_or("");
  const auto invoiced = chance_.roll(300) ? "&proration_behavior=always_invoice" : "";
  auto form = fmt::format("items[0][id]={}{}", *item.string_at({"id"}), invoiced);
  if (chance_.roll(500)) {
    form += fmt::format("&items[0][quantity]={}", chance_.between(1, 4));
    co_await ask("quantities changed at the dashboard", "POST", path, form);
  } else {
    form += "&items[0][price]=" + co_await other_price(currency);
    co_await ask("plans changed at the dashboard", "POST", path, form);
  }
}

base::Task<std::string> Dashboard::other_price(std::string currency) {
  const auto price =
      co_await some("/v1/prices?active=true&type=recurring&currency=" + std::move(currency));
  co_return price ? *price->string_at({"id"}) : "price_of_nothing";
}

// ---- customers --------------------------------------------------------------------------------

base::Task<void> Dashboard::act_on_customer(wire::Json customer) {
  const auto id = *customer.string_at({"id"});
  const auto path = "/v1/customers/" + id;
  if (chance_.roll(200)) {
    if (co_await ask("customers deleted at the dashboard", "DELETE", path, ""))
      co_await note_methods_of(id);
    co_return;
  }
  const auto method = co_await some(path + "/payment_methods");
  if (!method) co_return;
  const auto named = *method->string_at({"id"});
  if (co_await ask("methods detached at the dashboard", "POST",
                   fmt::format("/v1/payment_methods/{}/detach", named), ""))
    world_.ground.gone_there.insert(named);
}

// What the customer had just now: each of its methods was detached with it.
base::Task<void> Dashboard::note_methods_of(std::string customer) {
  const auto page =
      co_await world_.at_gateway("GET", "/v1/events?type=payment_method.detached&limit=100", "");
  const auto json = wire::parse_json(page.body);
  for (const auto& event : *json->find("data")->as_array())
    if (event.string_at({"data", "previous_attributes", "customer"}) == customer)
      world_.ground.gone_there.insert(event.string_at({"data", "object", "id"}).value_or(""));
}

// ---- asking -----------------------------------------------------------------------------------

base::Task<std::optional<wire::Json>> Dashboard::some(std::string path) {
  path += path.contains('?') ? "&limit=30" : "?limit=30";
  const auto page = co_await world_.at_gateway("GET", std::move(path), "");
  const auto json = wire::parse_json(page.body);
  const auto* data = page.status == 200 && json ? json->find("data") : nullptr;
  if (data == nullptr || data->as_array()->empty()) co_return std::nullopt;
  co_return chance_.pick(*data->as_array());
}

base::Task<bool> Dashboard::ask(std::string what, std::string method, std::string path,
                                std::string form) {
  const auto done = co_await world_.at_gateway(std::move(method), std::move(path), std::move(form));
  if (done.status != 200) co_return false;
  ++world_.ground.tally[what];
  co_return true;
}

}  // namespace cobro::sim
