#include "base/check.h"

#include <string>

namespace cobro::base {

void fail_check(const char* expression, std::source_location where) {
  throw Bug(std::string("check failed: ") + expression + " (" + where.file_name() + ":" +
            std::to_string(where.line()) + ")");
}

}  // namespace cobro::base
