// Whoever answers disputes at the gateway's dashboard, and the bank that decides them.
#pragma once

#include "sim/ground/chance.h"
#include "sim/world.h"
#include "wire/json.h"

namespace cobro::sim {

class Bank {
 public:
  explicit Bank(World& world)  // outlives it
      : world_(world), chance_(world.ground.options.seed, "bank") {}

  // Acts until the faults end.
  base::Task<void> live();

 private:
  base::Task<void> act(wire::Json dispute);

  World& world_;
  Chance chance_;
};

}  // namespace cobro::sim
