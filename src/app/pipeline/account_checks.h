// What this instance has learned of the accounts behind its keys, since it began.
#pragma once

#include <map>
#include <string>

#include "domain/payment.h"

namespace cobro::app {

struct AccountCheck {
  bool ours = false;    // it is the one that this deployment works with
  std::string refusal;  // it is another one: which, and which it should be
};
// A gateway that is not in here has not told yet.
using AccountChecks = std::map<domain::GatewayName, AccountCheck>;

}  // namespace cobro::app
