// Counts what a run contained, so that a reader sees what was tried and what was not.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/evidence.h"

namespace cobro::sim {

void count_contents(const Evidence& evidence, std::map<std::string, std::int64_t>& tally);

}  // namespace cobro::sim
