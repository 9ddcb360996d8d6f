// A person at the gateway's dashboard. They refund, capture and cancel there; end, prolong and
// change subscriptions; detach payment methods and delete customers. The service learns of it by
// webhook, when it asks, or by its sweep.
#pragma once

#include <optional>
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
  base::Task<void> act();
  base::Task<void> act_on_intent(wire::Json intent);
  base::Task<void> act_on_subscription(wire::Json subscription);
  base::Task<void> set_end(std::string path);
  base::Task<void> change_item(wire::Json subscription, std::string path);
  base::Task<std::string> other_price(std::string currency);
  base::Task<void> act_on_customer(wire::Json customer);
  base::Task<void> note_methods_of(std::string customer);
  // One of the newest of a list, if there is any.
  base::Task<std::optional<wire::Json>> some(std::string path);
  base::Task<bool> ask(std::string what, std::string method, std::string path, std::string form);
  std::int64_t part_of(std::int64_t amount);

  World& world_;
  Chance chance_;
};

}  // namespace cobro::sim
