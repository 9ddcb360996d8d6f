#include <cstdio>

#include "main/commands.h"
#include "main/startup.h"
#include "net/loop.h"

namespace cobro {

int run_migrate(const configuration::Sources& sources) {
  const auto configuration = load_or_explain(sources, configuration::Purpose::other);
  if (!configuration) return 2;
  ensure_data_dir(*configuration);
  net::Loop loop;
  net::LoopClock clock(loop);
  net::SystemRandom random;
  const auto location = database_location(*configuration);
  const auto migrated = store::migrate(location, clock, random);
  std::printf("%s: ", describe(location).c_str());
  if (migrated.from == migrated.to)
    std::printf("schema %lld, nothing to do\n", static_cast<long long>(migrated.to));
  else
    std::printf("schema %lld -> %lld\n", static_cast<long long>(migrated.from),
                static_cast<long long>(migrated.to));
  return 0;
}

}  // namespace cobro
