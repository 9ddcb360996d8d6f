#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/words.h"
#include "sim/checkers/checkers.h"

namespace cobro::sim {
namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Operation;

// Held for a while and let go again: the confirmation had no effect that lasts.
bool was_released(const Evidence& evidence, const Deed& deed) {
  return std::any_of(
      evidence.remote_payments.begin(), evidence.remote_payments.end(),
      [&](const auto& remote) { return remote.id == deed.object && remote.status == "canceled"; });
}

bool has_effect(const Evidence& evidence, const GatewayCall& attempt, const Deed& deed) {
  switch (attempt.operation) {
    case Operation::create:
      return deed.status != "refused" && deed.status != "canceled";
    case Operation::confirm:
      return deed.status == "succeeded" ||
             (deed.status == "requires_capture" && !was_released(evidence, deed));
    case Operation::capture:
      return deed.status == "succeeded";
    case Operation::cancel:
      return deed.status == "canceled";
    case Operation::refund:
      return deed.status != "refused";
    default:
      return false;
  }
}

// Each effect has a name of its own: the refund, or the charge.
std::string name_of(const GatewayCall& attempt, const Deed& deed) {
  const bool by_object =
      attempt.operation == Operation::refund || attempt.operation == Operation::create;
  return by_object || deed.charge.empty() ? deed.object : deed.charge;
}

std::set<std::string> effects_of(const Evidence& evidence, const GatewayCall& attempt) {
  std::set<std::string> effects;
  const auto deeds = evidence.deeds.find(attempt.gateway_key);
  if (deeds == evidence.deeds.end()) return effects;
  for (const auto& deed : deeds->second)
    if (has_effect(evidence, attempt, deed)) effects.insert(name_of(attempt, deed));
  return effects;
}

}  // namespace

Findings check_attempts(const Evidence& evidence) {
  Findings findings;
  for (const auto& attempt : evidence.rows.calls) {
    const auto effects = effects_of(evidence, attempt);
    if (effects.size() > 1)
      findings.push_back(fmt::format("{} had {} effects at the gateway: {}", attempt.gateway_key,
                                     effects.size(), fmt::join(effects, ", ")));
    const bool denied =
        attempt.status == CallStatus::declined || attempt.status == CallStatus::not_executed;
    if (denied && !effects.empty())
      findings.push_back(fmt::format("{} ended {}, and the gateway did it: {}", attempt.gateway_key,
                                     to_string(attempt.status), *effects.begin()));
    const bool refund = attempt.operation == Operation::refund;
    if (refund && attempt.status == CallStatus::accepted && effects.empty())
      findings.push_back(attempt.gateway_key + " was accepted, and the gateway never did it");
  }
  return findings;
}

}  // namespace cobro::sim
