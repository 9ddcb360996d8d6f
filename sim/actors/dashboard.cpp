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
    const auto page = co_await world_.at_gateway("GET", "/v1/payment_intents?limit=30", "");
    const auto json = wire::parse_json(page.body);
    const auto& intents = *json->find("data")->as_array();
    if (!intents.empty()) co_await act(chance_.pick(intents));
  }
}

base::Task<void> Dashboard::act(wire::Json intent) {
  const auto id = *intent.string_at({"id"});
  const auto status = *intent.string_at({"status"});
  const auto amount = *intent.int_at({"amount"});
  const auto path = "/v1/payment_intents/" + id;
  if (status == "succeeded") {
    const auto part = chance_.roll(400) ? "" : fmt::format("&amount={}", part_of(amount));
    co_return co_await post("refunded at the dashboard", "/v1/refunds",
                            "payment_intent=" + id + part);
  }
  if (status == "requires_capture" && chance_.roll(600)) {
    const auto part =
        chance_.roll(500) ? std::string() : fmt::format("amount_to_capture={}", part_of(amount));
    co_return co_await post("captured at the dashboard", path + "/capture", part);
  }
  if (status != "canceled") co_await post("cancelled at the dashboard", path + "/cancel", "");
}

base::Task<void> Dashboard::post(std::string what, std::string path, std::string form) {
  const auto done = co_await world_.at_gateway("POST", std::move(path), std::move(form));
  if (done.status == 200) ++world_.ground.tally[what];
}

std::int64_t Dashboard::part_of(std::int64_t amount) {
  return chance_.roll(200) ? amount : chance_.between(1, amount);
}

}  // namespace cobro::sim
