#include "sim/ground/lease_log.h"

#include <algorithm>

namespace cobro::sim {
namespace {

// Recovery waits until the driver is long gone. A caller who cannot go on before a customer is
// made, a method attached or removed, or an operation on a subscription known, waits for no more
// than the driver's deadline.
base::Timestamp others_from(const domain::GatewayCall& call) {
  const bool awaited = domain::subject_of(call.operation) != domain::CallSubject::payment;
  return awaited ? std::min(call.deadline, call.next_check_at) : call.next_check_at;
}

}  // namespace

void LeaseLog::note_lease(domain::InstanceId instance, int process, base::Timestamp from,
                          base::Timestamp until) {
  const auto [lease, is_new] = leases.try_emplace(instance, SeenLease{process, from, until});
  if (!is_new) lease->second.until = until;
}

void LeaseLog::note_commit(const ports::Changes& changes, int process, base::Timestamp at) {
  const auto note = [&](const domain::GatewayCall& call) {
    auto& checks = checks_[call.gateway_key];
    const bool taken_up = call.checks > std::exchange(checks, call.checks);
    calls[call.gateway_key].push_back({.at = at,
                                       .process = process,
                                       .owner = call.instance_id,
                                       .others_from = others_from(call),
                                       .taken_up = taken_up,
                                       .open = call.status == domain::CallStatus::open});
  };
  for (const auto& call : changes.inserted<domain::GatewayCall>()) note(call);
  for (const auto& call : changes.updated<domain::GatewayCall>()) note(call);
}

void LeaseLog::note_send(std::string key, int process, base::Timestamp at) {
  if (!key.empty()) sends.push_back({at, process, std::move(key)});
}

void LeaseLog::begin(int process, std::string_view what, base::Timestamp at) {
  begun_.try_emplace({process, std::string(what)}, at);
}

void LeaseLog::end(int process, std::string_view what, base::Timestamp at) {
  const auto begun = begun_.extract({process, std::string(what)});
  if (!begun.empty()) hindrances.push_back({process, begun.mapped(), at});
}

void LeaseLog::note_hindrance(int process, base::Timestamp at) {
  hindrances.push_back({process, at, at});
}

}  // namespace cobro::sim
