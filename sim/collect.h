// Gathers the evidence: every row of the database, every object of the gateway.
#pragma once

#include <string>
#include <vector>

#include "base/task.h"
#include "ports/store.h"
#include "sim/evidence.h"
#include "wire/json.h"
#include "wire/message.h"

namespace cobro::sim {

base::Task<Evidence> collect_rows(ports::Store& store);
base::Task<void> collect_gateway(wire::Handler gateway, Evidence& into);

// ---- parts of them --------------------------------------------------------------------------

base::Task<void> collect_billing_rows(ports::Store& store, Evidence& into);
base::Task<void> collect_remote_billing(wire::Handler gateway, Evidence& into);
// All pages of a list at the gateway.
base::Task<std::vector<wire::Json>> list_remote(const wire::Handler& gateway, std::string path,
                                                std::string filter = {});

}  // namespace cobro::sim
