// The plan that somebody names: by its id or its code.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace cobro::surfaces::platform {

inline const domain::Plan* find_plan(const std::vector<domain::Plan>& plans,
                                     const std::string& named) {
  const auto found = std::ranges::find_if(plans, [&](const domain::Plan& plan) {
    return plan.code == named || plan.id.to_string() == named;
  });
  return found == plans.end() ? nullptr : &*found;
}

}  // namespace cobro::surfaces::platform
