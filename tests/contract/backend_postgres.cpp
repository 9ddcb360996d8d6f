#include "contract/backend.h"

namespace cobro::testing {
std::vector<BackendChoice> postgres_backends() {
  return {};
}
}  // namespace cobro::testing
