// What is seen at the doors of the database and of the gateway, whoever came there.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/event.h"
#include "sim/ground/deeds.h"
#include "sim/ground/lease_log.h"

namespace cobro::sim {

struct Seen {
  std::vector<domain::Event> events;  // that were committed, in the order of commits
  Deeds deeds;
  LeaseLog leases;
  std::int64_t requests = 0;  // to the gateway
};

}  // namespace cobro::sim
