// JSON string literals (RFC 8259 §7), for whoever writes JSON.
#pragma once

#include <string>
#include <string_view>

namespace cobro::base {

// Appends `text` with its quotes; control characters, quotes and backslashes escaped.
void append_json_string(std::string_view text, std::string& out);

}  // namespace cobro::base
