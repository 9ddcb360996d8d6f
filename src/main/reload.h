// What SIGHUP does: reads the settings again, from the same places, and puts in force what can be
// changed while the process runs.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "main/configuration/configuration.h"
#include "observe/json_log.h"

namespace cobro {

class Reload {
 public:
  // `loaded` is what the process runs with; the log outlives this.
  Reload(configuration::Sources sources, configuration::Purpose purpose,
         configuration::Loaded loaded, observe::JsonLog& log);

  // `apply` puts the settings named in `taken` in force; the log's level needs nobody's help. When
  // anything is wrong with the settings, or `apply` throws, that is logged and all stays as it
  // is. What changed and is not taken is named, each time anew: it waits for a restart.
  void run(std::span<const std::string_view> taken,
           const std::function<void(const configuration::Configuration&)>& apply);

 private:
  configuration::Sources sources_;
  configuration::Purpose purpose_;
  configuration::Loaded in_force_;
  observe::JsonLog& log_;
};

}  // namespace cobro
