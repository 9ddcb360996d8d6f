// Gathers the evidence: every row of the database, every object of the gateway.
#pragma once

#include "base/task.h"
#include "ports/store.h"
#include "sim/evidence.h"
#include "wire/message.h"

namespace cobro::sim {

base::Task<Evidence> collect_rows(ports::Store& store);
base::Task<void> collect_gateway(wire::Handler gateway, Evidence& into);

}  // namespace cobro::sim
