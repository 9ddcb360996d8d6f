#include "store/sql/statement.h"

#include <mutex>
#include <set>

namespace cobro::store {

Params& Params::add(std::string_view text) {
  std::string kept(text);
  for (auto at = kept.find('\0'); at != std::string::npos; at = kept.find('\0', at))
    kept.replace(at, 1, "\xEF\xBF\xBD");
  return put(std::move(kept));
}

std::string_view interned(std::string text) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return *texts.insert(std::move(text)).first;
}

}  // namespace cobro::store
