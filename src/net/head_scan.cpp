#include "net/head_scan.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cobro::net {
namespace {

using Scan = std::optional<HeadRefusal>;

constexpr HeadRefusal bad(std::string_view reason) {
  return {400, reason};
}

constexpr auto kTokenCharacters = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return kTokenCharacters[static_cast<unsigned char>(c)];
  });
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

bool has_control(std::string_view value) {
  return std::ranges::any_of(value, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

struct Fields {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  std::string_view coding;
};

Scan scan_version(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  const bool formed = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                      is_digits(version.substr(5, 1)) && is_digits(version.substr(7, 1));
  if (formed) return HeadRefusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return bad("malformed HTTP version");
}

Scan scan_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last) return bad("malformed request line");
  const auto target = line.substr(first + 1, last - first - 1);
  if (!is_token(line.substr(0, first))) return bad("malformed method");
  if (!target.starts_with('/')) return bad("the request target must be a path");
  if (!is_visible_ascii(target) || target.find('#') != target.npos)
    return bad("forbidden character in the request target");
  return scan_version(line.substr(last + 1));
}

Scan scan_host(std::string_view value) {
  if (value.empty()) return bad("empty Host");
  if (!is_visible_ascii(value) || value.find_first_of("/\\@,?#\"<>") != value.npos)
    return bad("malformed Host");
  return std::nullopt;
}

Scan scan_field(std::string_view line, Fields& seen) {
  if (line.front() == ' ' || line.front() == '\t') return bad("folded header line");
  const auto colon = line.find(':');
  if (colon == line.npos) return bad("header line without a colon");
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return bad("malformed header name");
  const auto value = strip(line.substr(colon + 1));
  if (has_control(value)) return bad("control character in a header value");
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
