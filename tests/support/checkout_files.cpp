#include "tests/support/checkout_files.h"

#include <fstream>
#include <iterator>

namespace cobro::testing {

std::string text_of(std::string_view file) {
  std::ifstream in(std::string(COBRO_SOURCE_DIR "/").append(file));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace cobro::testing
