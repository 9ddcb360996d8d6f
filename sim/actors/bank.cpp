#include "sim/actors/bank.h"

#include <fmt/format.h>

namespace cobro::sim {

using namespace std::chrono_literals;

base::Task<void> Bank::live() {
  auto& clock = world_.ground.clock;
  const auto& options = world_.ground.options;
  while (true) {
    co_await clock.sleep(chance_.span(1min, options.faulty / 12));
    if (clock.steady() >= options.faulty) co_return;
    const auto page = co_await world_.at_gateway("GET", "/v1/disputes?limit=30", "");
    const auto json = wire::parse_json(page.body);
    for (const auto& dispute : *json->find("data")->as_array())
      if (chance_.roll(400)) co_await act(dispute);
  }
}

base::Task<void> Bank::act(wire::Json dispute) {
  const auto path = "/v1/disputes/" + *dispute.string_at({"id"});
  const auto status = *dispute.string_at({"status"});
  if (!status.ends_with("needs_response")) co_return;
  if (chance_.roll(150)) co_return (void) co_await world_.at_gateway("POST", path + "/close", "");
  const auto evidence = chance_.pick(
      std::vector<std::string>{"winning_evidence", "losing_evidence", "escalate_inquiry_evidence"});
  co_await world_.at_gateway("POST", path, "evidence[uncategorized_text]=" + evidence);
}

}  // namespace cobro::sim
