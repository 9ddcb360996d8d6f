#include <cstdio>

#include "main/commands.h"
#include "main/startup.h"
#include "net/loop.h"

namespace cobro {

int run_token(const configuration::Sources& sources, const TokenOptions& options) {
  const auto configuration = load_or_explain(sources, configuration::Purpose::other);
  if (!configuration) return 2;
  net::Loop loop;
  const auto expires_at = net::LoopClock(loop).now() + std::chrono::seconds(options.ttl_seconds);
  const auto token = make_token({options.sub, options.role, options.tenant}, expires_at,
                                known_token_keys(*configuration));
  std::printf("%s\n", token.c_str());
  return 0;
}

}  // namespace cobro
