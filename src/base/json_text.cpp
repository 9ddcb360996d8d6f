#include "base/json_text.h"

namespace cobro::base {

namespace {

char short_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

void append_escaped(char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (const char escape = short_escape(c)) {
    out += {'\\', escape};
  } else {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += {kHex[byte >> 4U], kHex[byte & 15U]};
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t clean = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    append_escaped(c, out);
    clean = i + 1;
  }
  out.append(text, clean);
  out += '"';
}

}  // namespace cobro::base
