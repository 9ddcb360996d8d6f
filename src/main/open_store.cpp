#include "main/open_store.h"

#include <stdexcept>

#include "main/startup.h"
#include "store/open.h"

namespace cobro {

std::unique_ptr<ports::Store> open_store(const configuration::Configuration& configuration,
                                         net::Loop& loop, ports::Clock& clock,
                                         ports::Random& random) {
  const auto location = database_location(configuration);
  if (configuration.is_production())
    if (const auto unsafe = store::unsafe_settings(location))
      throw std::runtime_error("production: refused, the database may lose what it has " +
                               ("acknowledged: " + *unsafe));
  return store::open(
      location, {}, loop.native(),
      [&loop](std::move_only_function<void()> work) { loop.post(std::move(work)); }, clock, random);
}

}  // namespace cobro
