// A client of the service: wants things, is impatient, asks again with and without a key,
// presses the button twice, and now and then approves a 3-D Secure page.
#pragma once

#include <string>

#include "sim/actors/market.h"
#include "sim/actors/witness.h"
#include "sim/world.h"

namespace cobro::sim {

class Client {
 public:
  // All outlive it.
  Client(World& world, Market& market, Witness& witness, int index);

  // Wishes until the faults end.
  base::Task<void> live();

 private:
  base::Task<void> pursue(Wish wish, std::string key, base::Duration until);
  base::Task<Heard> ask_once(const Wish& wish, const std::string& key);
  base::Task<void> authenticate(Wish wish, std::string answer);
  void after_decline(const Wish& declined);
  base::Task<void> pay_again(Wish declined);
  base::Task<void> pay_anew(Wish declined);
  base::Task<void> pay_in_browser(Wish declined);

  World& world_;
  Market& market_;
  Witness& witness_;
  Chance chance_;
  std::string name_;
  std::int64_t keys_ = 0;
  base::TaskGroup hands_;
};

}  // namespace cobro::sim
