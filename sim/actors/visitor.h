// Opens checkout sessions and visits their pages: pays, in one tab or two, leaves, comes back
// when it is too late, or pays the same debt by another way.
#pragma once

#include "sim/actors/asking.h"
#include "sim/actors/browser.h"

namespace cobro::sim {

class Visitor {
 public:
  Visitor(World& world, Witness& witness)  // both outlive it
      : asking_(world, witness, "visitor"),
        browser_(world, "visitor's browser"),
        hands_(world.ground.reporter()) {}

  // Acts until the faults end.
  base::Task<void> live();

 private:
  Wish new_session();
  base::Task<void> open();
  base::Task<void> visit(std::string id, std::string who);
  base::Task<void> process(std::string id, std::string who);

  Asking asking_;
  Browser browser_;
  std::int64_t tags_ = 0;
  base::TaskGroup hands_;
};

}  // namespace cobro::sim
