// One run of one seed, from beginning to end: faults, healing, judgement.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/ground/options.h"

namespace cobro::sim {

struct Outcome {
  Options options;
  std::uint64_t hash = 0;
  std::int64_t lines = 0;     // of the trace
  std::int64_t payments = 0;  // how much there was to go wrong
  std::int64_t charges = 0;   // at the gateway
  std::int64_t refunds = 0;
  std::map<std::string, std::int64_t> tally;  // what it contained, see contents.h
  std::map<int, std::int64_t> statuses;       // of the clients' answers; 0: none came
  std::array<std::int64_t, kFaults> struck{};
  std::vector<std::string> violations;  // "checker: what is wrong"
  std::vector<std::string> last_lines;  // of the trace
};

// `follow`, when given, sees each line of the trace.
Outcome run_seed(const Options& options, std::function<void(const std::string&)> follow = {});

}  // namespace cobro::sim
