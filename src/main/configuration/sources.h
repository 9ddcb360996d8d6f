// Reading the four places into settings by key. Internal to the configuration.
#pragma once

#include "main/configuration/configuration.h"

namespace cobro::configuration {

// Fills `loaded.settings`, with every key of the table, and adds to `loaded.problems`.
void read_sources(const Sources& sources, Loaded& loaded);

}  // namespace cobro::configuration
