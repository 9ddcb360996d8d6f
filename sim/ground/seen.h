// What is seen at the doors of the database and of the gateway, whoever came there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "domain/event.h"
#include "sim/ground/deeds.h"
#include "sim/ground/lease_log.h"
#include "sim/ground/refusals.h"
#include "sim/ground/relied_rows.h"

namespace cobro::sim {

struct Seen {
  std::vector<domain::Event> events;  // that were committed, in the order of commits
  Deeds deeds;
  LeaseLog leases;
  ReliedRows relied_rows;
  std::int64_t requests = 0;         // to the gateway
  std::map<std::string, int> sends;  // of them, by key
  // Told of each clear refusal that a process hears to a call's first send.
  std::function<void(RefusedSend)> refused;
};

}  // namespace cobro::sim
