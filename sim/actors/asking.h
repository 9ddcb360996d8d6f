// How a customer's program asks the service: with little patience, again and again, with and
// without a key, now and then twice at once.
#pragma once

#include <string>

#include "sim/actors/market.h"
#include "sim/actors/witness.h"
#include "sim/world.h"

namespace cobro::sim {

class Asking {
 public:
  // The world and the witness outlive it. `name` begins its keys.
  Asking(World& world, Witness& witness, std::string name);

  base::Task<Heard> once(Wish wish, std::string key = {});
  // Until an answer settles it, or a few times. Gives the last answer.
  base::Task<Heard> insist(Wish wish);
  // Until the faults end: a wish of `live`, and a pause.
  [[nodiscard]] bool is_over() const;
  // The longest pause is the seed's; nobody wishes when that is none.
  base::Task<void> rest();

  Chance& chance() { return chance_; }
  World& world() { return world_; }

 private:
  base::Task<Heard> repeat(Wish wish, std::string key);
  base::Task<void> press(Wish wish, std::string key);

  World& world_;
  Witness& witness_;
  std::string name_;
  Chance chance_;
  std::int64_t keys_ = 0;
  base::TaskGroup hands_;
};

// The object of an answer, in its envelope or without; null when there is none.
wire::Json object_of(const Heard& heard);

}  // namespace cobro::sim
