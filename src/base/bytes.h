// Bytes as text: hexadecimal and base64 (RFC 4648).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cobro::base {

// Lower case.
std::string to_hex(std::string_view bytes);
// Either case, even length; else nothing.
std::optional<std::string> from_hex(std::string_view text);
// The value of one hexadecimal digit, either case; -1 for anything else.
int hex_value(char digit);
// Standard alphabet with padding.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
// URL alphabet without padding, as JWT wants it; from_ refuses padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace cobro::base
