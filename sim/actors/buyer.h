// Buys without an order: intents and courses, confirmed in the browser, by the service, or by
// both at once; and has some of it refunded.
#pragma once

#include "sim/actors/asking.h"
#include "sim/actors/browser.h"

namespace cobro::sim {

class Buyer {
 public:
  Buyer(World& world, Witness& witness)  // both outlive it
      : asking_(world, witness, "buyer"),
        browser_(world, "buyer's browser"),
        hands_(world.ground.reporter()) {}

  // Acts until the faults end.
  base::Task<void> live();

 private:
  struct Bought {
    std::string who;
    std::string id;
    std::string client_secret;
  };
  Wish new_intent();
  Wish new_course();
  base::Task<void> buy();
  base::Task<void> pay(Bought bought);
  base::Task<void> process(Bought bought);
  base::Task<void> regret(std::string id);

  Asking asking_;
  Browser browser_;
  std::int64_t tags_ = 0;
  base::TaskGroup hands_;
};

}  // namespace cobro::sim
