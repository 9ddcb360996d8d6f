// A person at the gateway's dashboard, who refunds, captures and cancels there: the service
// learns of it by webhook, or when it asks.
#pragma once

#include <string>

#include "sim/ground/chance.h"
#include "sim/world.h"
#include "wire/json.h"

namespace cobro::sim {

class Dashboard {
 public:
  explicit Dashboard(World& world)  // outlives it
      : world_(world), chance_(world.ground.options.seed, "dashboard") {}

  // Acts until the faults end; nobody is there when the options say so.
  base::Task<void> live();

 private:
  base::Task<void> act(wire::Json intent);
  base::Task<void> post(std::string what, std::string path, std::string form);
  std::int64_t part_of(std::int64_t amount);

  World& world_;
  Chance chance_;
};

}  // namespace cobro::sim
