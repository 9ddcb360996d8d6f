#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

using Sequences = std::map<std::string, std::vector<std::int64_t>>;

void check_one(const std::string& name, const std::string& id, std::int64_t count, Sequences& all,
               Findings& findings) {
  auto mine = std::move(all[id]);
  all.erase(id);
  if (!std::is_sorted(mine.begin(), mine.end()))
    findings.push_back(name + ": its events were committed out of order");
  std::int64_t expected = 0;
  for (const auto sequence : mine)
    if (sequence != ++expected) {
      findings.push_back(fmt::format("{}: event {} where {} was due", name, sequence, expected));
      return;
    }
  if (expected != count)
    findings.push_back(
        fmt::format("{}: it counts {} events, {} were written", name, count, expected));
}

}  // namespace

Findings check_events(const Evidence& evidence) {
  Findings findings;
  Sequences all;
  for (const auto& event : evidence.events)
    all[event.aggregate_id.to_string()].push_back(event.sequence);
  for (const auto& order : evidence.rows.orders)
    check_one(fmt::format("order {}", order.number), order.id.to_string(), order.event_sequence,
              all, findings);
  for (const auto& payment : evidence.rows.payments)
    check_one(fmt::format("payment {}", payment.number), payment.id.to_string(),
              payment.event_sequence, all, findings);
  for (const auto& row : evidence.billing.subscriptions)
    check_one("subscription " + row.id.to_string(), row.id.to_string(), row.event_sequence, all,
              findings);
  for (const auto& [id, left] : all) findings.push_back("events of " + id + ", which is no row");
  return findings;
}

}  // namespace cobro::sim
