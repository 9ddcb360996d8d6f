// Saves payment methods, removes them, and changes the default one.
#pragma once

#include "sim/actors/asking.h"

namespace cobro::sim {

class Saver {
 public:
  Saver(World& world, Witness& witness) : asking_(world, witness, "saver") {}  // both outlive it

  // Acts until the faults end.
  base::Task<void> live();

 private:
  struct Saved {
    std::string who;
    std::string id;
  };
  base::Task<void> save();
  base::Task<void> act(Saved saved);

  Asking asking_;
  std::vector<Saved> saved_;
};

}  // namespace cobro::sim
