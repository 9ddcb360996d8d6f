// http and https addresses as a browser would read them, for deciding where one may be sent.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cobro::wire {

// Who answers for an address. Equal ones are one origin (RFC 6454), however they were written.
struct Origin {
  std::string scheme;  // "http" or "https"
  std::string host;    // in lower case; IPv6 in its shortest form, in brackets
  std::uint16_t port = 0;

  friend bool operator==(const Origin&, const Origin&) = default;
};
// Prints it without the scheme's own port: "https://shop.example", "http://[::1]:8080".
std::string to_string(const Origin& origin);

// Gives the origin of an absolute address. Gives nothing for any other scheme, for user info, and
// for what programs read in different ways: no host, or one with escapes; backslashes, spaces,
// control and other characters that are not printable ASCII.
std::optional<Origin> origin_of(std::string_view address);

// Reads an address that is nothing but its origin, but for a slash at its end.
std::optional<Origin> parse_origin(std::string_view text);

}  // namespace cobro::wire
