// Subscribes, with cards that pay and cards that do not; ends, resumes and changes what runs,
// and pays what is past due.
#pragma once

#include "sim/actors/asking.h"
#include "sim/actors/browser.h"

namespace cobro::sim {

class Subscriber {
 public:
  Subscriber(World& world, Witness& witness)  // both outlive it
      : asking_(world, witness, "subscriber"),
        browser_(world, "subscriber's browser"),
        hands_(world.ground.reporter()) {}

  // Acts until the faults end.
  base::Task<void> live();

 private:
  struct Known {
    std::string who;
    std::string id;
    std::string gateway_id;
  };
  base::Task<void> stock_prices();
  Wish new_subscription();
  base::Task<void> subscribe();
  base::Task<void> act(Known known);
  base::Task<void> look(Known known);
  base::Task<void> pay_open_invoice(std::string gateway_id);
  base::Task<std::string> secret_of_open_invoice(const std::string& gateway_id);

  Asking asking_;
  Browser browser_;
  std::vector<std::string> prices_;
  std::vector<Known> known_;
  base::TaskGroup hands_;
};

}  // namespace cobro::sim
