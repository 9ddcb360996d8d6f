// Names that other programs have for what is set here. A variable that we do not read is nobody's
// business, but whoever sets JWT_SECRET should learn that it does nothing. Internal to the
// configuration.
#pragma once

#include "main/configuration/configuration.h"

namespace cobro::configuration {

// Adds a notice for each variable that looks like one of ours, where ours is not set.
void notice_near_misses(const Sources::Pairs& environment, Loaded& loaded);

}  // namespace cobro::configuration
