// The checkout page as it was built from web/checkout, compiled into the program.
#pragma once

#include <span>
#include <string_view>

namespace cobro::surfaces::checkout {

struct File {
  std::string_view name;  // "index.html", "index-CJvdqZ_E.js": hashed, but for the page itself
  std::string_view content_type;
  std::string_view hash;  // of the content, in hexadecimal
  std::string_view plain;
  std::string_view gzip;
  std::string_view brotli;
};

std::span<const File> files();

}  // namespace cobro::surfaces::checkout
