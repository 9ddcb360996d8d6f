// Where the files of this checkout are, for tests that hold a page or an example against the code.
#pragma once

#include <string>
#include <string_view>

namespace cobro::testing {

// The text of a file, named from the checkout's root; empty when it cannot be read.
std::string text_of(std::string_view file);

}  // namespace cobro::testing
