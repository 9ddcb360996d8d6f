#include <fmt/format.h>

#include "sim/checkers/checkers.h"
#include "wire/json.h"

namespace cobro::sim {
namespace {

bool is_refusal(int status) {
  return (status >= 400 && status < 500) || status == 502;
}

bool says_why(const std::string& body) {
  const auto json = wire::parse_json(body);
  const auto said = json ? json->string_at({"error", "message"}) : std::nullopt;
  return said && !said->empty();
}

// A process that could not renew its lease a moment ago says so, and does nothing.
bool is_without_lease(int status, const std::string& body) {
  return status == 503 && body.contains(R"("unavailable")");
}

// An ending, by whoever, is no refusal to go on.
bool is_held_up(int status, const std::string& body) {
  if (is_without_lease(status, body)) return false;
  return status >= 500 || body.contains("in_progress") || body.contains("order_closing");
}

}  // namespace

Findings check_refusals(const Evidence& evidence) {
  Findings findings;
  for (const auto& sent : evidence.refused_sends)
    if (sent.still_open)
      findings.push_back(fmt::format("{} was clearly refused ({} {}), and stayed open",
                                     sent.gateway_key, sent.status, sent.code));
  for (const auto& blunder : evidence.blunders) {
    if (!blunder.quiet || blunder.status == 0) continue;
    if (is_without_lease(blunder.status, blunder.body)) continue;
    if (!is_refusal(blunder.status) || !says_why(blunder.body))
      findings.push_back(
          fmt::format("{} was answered {} {}", blunder.what, blunder.status, blunder.body));
    if (is_held_up(blunder.after, blunder.after_body))
      findings.push_back(fmt::format("{} was refused, and what was asked for next answered {} {}",
                                     blunder.what, blunder.after, blunder.after_body));
  }
  return findings;
}

}  // namespace cobro::sim
