// A customer's browser on a page of the shop or of ours: it talks to the gateway as Stripe.js
// does, with the publishable key and an intent's client_secret.
#pragma once

#include <string>

#include "sim/ground/chance.h"
#include "sim/world.h"

namespace cobro::sim {

class Browser {
 public:
  Browser(World& world, std::string name)  // the world outlives it
      : world_(world), chance_(world.ground.options.seed, name) {}

  // Confirms with one card after the other, walks 3-D Secure, or walks away.
  base::Task<void> pay(std::string client_secret);
  // The same on a page of the gateway's own, at `url`.
  base::Task<void> pay_there(std::string url);
  // Approves, refuses or leaves the challenge at `url`.
  base::Task<void> answer_challenge(std::string url);

 private:
  base::Task<std::string> enter_card();
  base::Task<Heard> confirm(const std::string& client_secret, std::string method);

  World& world_;
  Chance chance_;
};

}  // namespace cobro::sim
