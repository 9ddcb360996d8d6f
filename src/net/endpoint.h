// A numeric address and a port to listen on. Names are not resolved: what one listens on
// should be readable in the configuration, so `localhost` is the only name known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cobro::net {

struct Endpoint {
  std::string address = "127.0.0.1";  // IPv4 or IPv6, without brackets
  std::uint16_t port = 0;             // 0: the system chooses

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, and `:8080` for every address.
std::optional<Endpoint> parse_endpoint(std::string_view text);
std::string to_string(const Endpoint& endpoint);
// Whether it is only reachable from this machine: 127.0.0.0/8 and ::1.
bool is_loopback(const Endpoint& endpoint);

}  // namespace cobro::net
