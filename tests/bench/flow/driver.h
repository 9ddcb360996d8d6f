// Some customers at once, on one thread.
#pragma once

#include "bench/flow/client.h"

namespace cobro::bench {

struct Drive {
  Latencies latencies;
  std::size_t in_time = 0;  // flows that ended before the deadline
  double seconds = 0;       // from the first request to the last answer
  std::string failure;      // of the first customer that failed
};

// Flows are begun until `length` has passed; those under way are ended.
Drive drive(const Target& target, std::size_t connections, std::chrono::milliseconds length);

}  // namespace cobro::bench
