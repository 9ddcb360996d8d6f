#include "wire/web_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cobro::wire {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

std::uint16_t usual_port(std::string_view scheme) {
  return scheme == "http" ? kHttpPort : kHttpsPort;
}

bool is_plain(std::string_view address) {
  return std::ranges::all_of(address, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
}

// Letters, digits, dots, hyphens and underscores. A percent sign may hide any other letter.
bool is_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
  });
}

// "[::1]" of "[0:0::1]".
std::optional<std::string> shortest_ipv6(std::string_view bracketed) {
  if (bracketed.size() < 2 || !bracketed.ends_with(']')) return std::nullopt;
  const std::string inner(bracketed.substr(1, bracketed.size() - 2));
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET6, inner.c_str(), &address) != 1) return std::nullopt;
  if (inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr) return std::nullopt;
  return "[" + std::string(text.data()) + "]";
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  constexpr std::int64_t kMost = 65535;
  const bool all_digits = digits.find_first_not_of("0123456789") == digits.npos;
  const auto port = base::parse_int64(digits);
  if (!all_digits || !port || *port == 0 || *port > kMost) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

struct Parts {
  Origin origin;
  std::string_view rest;  // from the path on
};

std::optional<Parts> parse(std::string_view address) {
  constexpr std::string_view kBehindScheme = "://";
  if (!is_plain(address)) return std::nullopt;
  const auto scheme_end = address.find(kBehindScheme);
  if (scheme_end == address.npos) return std::nullopt;
  Parts parts{.origin = {.scheme = base::to_lower(address.substr(0, scheme_end))},
              .rest = address.substr(scheme_end + kBehindScheme.size())};
  auto& [scheme, host, port] = parts.origin;
  if (scheme != "http" && scheme != "https") return std::nullopt;
  const auto authority = parts.rest.substr(0, parts.rest.find_first_of("/?#"));
  parts.rest.remove_prefix(authority.size());
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == authority.npos) return std::nullopt;
  const auto colon = std::min(authority.find(':', bracket), authority.size());
  host = base::to_lower(authority.substr(0, colon));
  if (host.starts_with('['))
    host = shortest_ipv6(host).value_or("");
  else if (!is_name(host))
    return std::nullopt;
  const auto digits = authority.substr(std::min(colon + 1, authority.size()));
  const auto stated = digits.empty() ? usual_port(scheme) : parse_port(digits);
  if (host.empty() || !stated) return std::nullopt;
  port = *stated;
  return parts;
}

}  // namespace

std::string to_string(const Origin& origin) {
  const auto base = origin.scheme + "://" + origin.host;
  return origin.port == usual_port(origin.scheme) ? base : base + ":" + std::to_string(origin.port);
}

std::optional<Origin> origin_of(std::string_view address) {
  auto parts = parse(address);
  return parts ? std::optional(std::move(parts->origin)) : std::nullopt;
}

std::optional<Origin> parse_origin(std::string_view text) {
  auto parts = parse(text);
  const bool whole = parts && (parts->rest.empty() || parts->rest == "/");
  return whole ? std::optional(std::move(parts->origin)) : std::nullopt;
}

}  // namespace cobro::wire
