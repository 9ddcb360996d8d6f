// The shop's clerk: sends overpayments back, and settles what was put before a person, with
// what the gateway's dashboard shows. Settles only when all is well: before, nobody can be
// sure that nothing is on its way any more.
#pragma once

#include <optional>
#include <string>

#include "sim/actors/witness.h"
#include "sim/ground/chance.h"
#include "sim/world.h"
#include "wire/json.h"

namespace cobro::sim {

class Clerk {
 public:
  Clerk(World& world, Witness& witness)  // both outlive it
      : world_(world), witness_(witness), chance_(world.ground.options.seed, "clerk") {}

  base::Task<void> live();

 private:
  base::Task<Heard> ask(std::string method, std::string path, std::string body, std::string key);
  base::Task<void> refund_overpayments();
  base::Task<void> refund(std::string id);
  base::Task<void> settle_all();
  base::Task<void> settle(wire::Json review);
  // The body of a resolution; nothing while the gateway has not come to an end itself.
  base::Task<std::optional<std::string>> find_out(wire::Json review);
  base::Task<std::optional<wire::Json>> find_intent(std::string payment);
  base::Task<std::optional<wire::Json>> find_refund(std::string attempt);

  World& world_;
  Witness& witness_;
  Chance chance_;
  std::int64_t keys_ = 0;
};

}  // namespace cobro::sim
