#include "main/open_store.h"

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "main/startup.h"
#include "store/open.h"

namespace cobro {

bool has_database(const configuration::Configuration& configuration, const char* command) {
  const auto location = database_location(configuration);
  if (location.kind != store::Location::Kind::sqlite || std::filesystem::exists(location.where))
    return true;
  std::fprintf(stderr, "cobro %s: there is no database at %s\n", command, location.where.c_str());
  return false;
}

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
