#include "net/head_scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace cobro::net {
namespace {

using Scan = std::optional<HeadRefusal>;

constexpr HeadRefusal bad(std::string_view reason) {
  return {400, reason};
}

// As many as Apache takes; clients send a dozen, proxies add a few.
constexpr int kMaxFields = 100;

constexpr auto kTokenCharacters = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Spaces and tabs only: other white space is not part of the grammar.
std::string_view strip(std::string_view value) {
  const auto first = value.find_first_not_of(" \t");
  if (first == value.npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

// Fields of which two would leave it to the reader which one counts.
constexpr std::array<std::string_view, 4> kOnce{"authorization", "content-type", "expect",
                                                "idempotency-key"};

struct Fields {
  int all = 0;
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  std::array<bool, kOnce.size()> once{};
  std::string_view coding;
};

Scan scan_version(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  const bool formed = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                      is_digits(version.substr(5, 1)) && is_digits(version.substr(7, 1));
  if (formed) return HeadRefusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return bad("malformed HTTP version");
}

Scan scan_target(std::string_view target) {
  if (!target.starts_with('/')) return bad("the request target must be a path");
  // Some take a backslash for a slash.
  const auto path = target.substr(0, target.find('?'));
  if (!is_visible_ascii(target) || target.find('#') != target.npos || path.find('\\') != path.npos)
    return bad("forbidden character in the request target");
  return std::nullopt;
}

Scan scan_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last) return bad("malformed request line");
  const auto method = line.substr(0, first);
  if (!is_token(method)) return bad("malformed method");
  if (auto refusal = scan_version(line.substr(last + 1))) return refusal;
  if (auto refusal = scan_target(line.substr(first + 1, last - first - 1))) return refusal;
  if (method == "CONNECT") return HeadRefusal{501, "this is not a proxy"};
  return std::nullopt;
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  return text.empty() || (parsed.ec == std::errc{} && parsed.ptr == end);
}

bool consists_of(std::string_view text, std::string_view marks) {
  return !text.empty() && std::ranges::all_of(text, [marks](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != marks.npos;
  });
}

// A name, or an address; an IPv6 one in brackets; then perhaps a port.
Scan scan_host(std::string_view value) {
  if (value.empty()) return bad("empty Host");
  const bool bracket = value.front() == '[';
  const auto end = std::min(bracket ? value.find(']') : value.find(':'), value.size());
  const auto name = bracket ? value.substr(1, end - 1) : value.substr(0, end);
  const auto rest = value.substr(std::min(end + (bracket ? 1 : 0), value.size()));
  const bool formed = consists_of(name, bracket ? ":." : "-._") &&
                      !(bracket && end == value.size()) &&
                      (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  if (!formed) return bad("malformed Host");
  return std::nullopt;
}

bool comes_again(std::string_view name, Fields& seen) {
  for (std::size_t i = 0; i < kOnce.size(); ++i)
    if (base::equals_ignoring_case(name, kOnce[i])) return std::exchange(seen.once[i], true);
  return false;
}

Scan scan_field(std::string_view line, Fields& seen) {
  if (line.front() == ' ' || line.front() == '\t') return bad("folded header line");
  const auto colon = line.find(':');
  if (colon == line.npos) return bad("header line without a colon");
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return bad("malformed header name");
  const auto value = strip(line.substr(colon + 1));
  if (has_control(value)) return bad("control character in a header value");
  if (++seen.all > kMaxFields) return HeadRefusal{431, "too many header fields"};
  if (base::equals_ignoring_case(name, "host")) {
    ++seen.hosts;
    return scan_host(value);
  }
  if (base::equals_ignoring_case(name, "content-length")) {
    ++seen.lengths;
    if (!is_digits(value)) return bad("malformed Content-Length");
  } else if (base::equals_ignoring_case(name, "transfer-encoding")) {
    ++seen.codings;
    seen.coding = value;
  } else if (comes_again(name, seen)) {
    return bad("a header field that may come once came twice");
  }
  return std::nullopt;
}

Scan judge(const Fields& seen, bool version_1_1) {
  if (seen.hosts > 1 || (version_1_1 && seen.hosts != 1))
    return bad("exactly one Host is required");
  if (seen.lengths > 1) return bad("repeated Content-Length");
  if (seen.codings == 0) return std::nullopt;
  if (seen.lengths > 0) return bad("both Content-Length and Transfer-Encoding");
  if (seen.codings > 1) return bad("repeated Transfer-Encoding");
  if (!version_1_1) return bad("Transfer-Encoding needs HTTP/1.1");
  if (!base::equals_ignoring_case(seen.coding, "chunked"))
    return HeadRefusal{501, "the only transfer coding known here is chunked"};
  return std::nullopt;
}

// Takes the next line off `rest`; nothing when it does not end with CR LF or has another CR.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == rest.npos || end == 0 || rest[end - 1] != '\r') return std::nullopt;
  const auto line = rest.substr(0, end - 1);
  if (line.find('\r') != line.npos) return std::nullopt;
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

bool is_token_character(char c) {
  return kTokenCharacters[static_cast<unsigned char>(c)];
}

bool has_control(std::string_view value) {
  return std::ranges::any_of(value, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

std::optional<HeadRefusal> scan_trailer(std::string_view line) {
  Fields seen;
  if (auto refusal = scan_field(line, seen)) return refusal;
  if (seen.hosts + seen.lengths + seen.codings > 0)
    return bad("a trailer must not frame or route the message");
  return std::nullopt;
}

std::optional<HeadRefusal> scan_head(std::string_view raw) {
  constexpr auto kBareLineEnd = bad("a line must end with CR LF, and contain neither");
  const auto request_line = next_line(raw);
  if (!request_line) return kBareLineEnd;
  if (auto refusal = scan_request_line(*request_line)) return refusal;
  Fields seen;
  while (true) {
    const auto line = next_line(raw);
    if (!line) return kBareLineEnd;
    if (line->empty()) break;
    if (auto refusal = scan_field(*line, seen)) return refusal;
  }
  if (!raw.empty()) return bad("bytes behind the head");
  return judge(seen, request_line->ends_with("1.1"));
}

}  // namespace cobro::net
