#include <cstdio>

#include "main/commands.h"
#include "main/configuration/keys.h"

namespace cobro {

int run_check_config(const configuration::Sources& sources, const CheckOptions& options) {
  if (options.example) {
    std::printf("%s", configuration::example_file().c_str());
    return 0;
  }
  const auto loaded = load(sources, configuration::Purpose::serve);
  std::printf("%s", describe(loaded, options.all).c_str());
  for (const auto& notice : loaded.notices) std::printf("note: %s\n", notice.c_str());
  for (const auto& problem : loaded.problems) std::fprintf(stderr, "cobro: %s\n", problem.c_str());
  if (loaded.problems.empty())
    std::printf("ok: these settings are complete and allowed (the database was not looked at)\n");
  return loaded.problems.empty() ? 0 : 1;
}

}  // namespace cobro
