// What a key's value may be, and how the table is printed.
#include <algorithm>

#include "base/text.h"
#include "main/configuration/keys.h"
#include "net/endpoint.h"

namespace cobro::configuration {
namespace {

std::optional<bool> parse_boolean(std::string_view text) {
  const auto lower = base::to_lower(text);
  for (const auto* yes : {"1", "true", "yes", "on"})
    if (lower == yes) return true;
  for (const auto* no : {"0", "false", "no", "off"})
    if (lower == no) return false;
  return std::nullopt;
}

bool is_http_url(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == text.npos) return false;
  const auto name = base::to_lower(text.substr(0, scheme));
  const auto rest = text.substr(scheme + 3);
  const auto host = rest.substr(0, rest.find_first_of("/?#"));
  const bool printable = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
  return (name == "http" || name == "https") && !host.empty() && printable &&
         host.find('@') == host.npos;
}

struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

// `0..90 days` counts as written, `1m..365d` in seconds.
Range range_of(const Key& key) {
  const auto dots = key.values.find("..");
  const auto most = key.values.substr(dots + 2);
  const auto read = [&](std::string_view text) {
    return key.type == Type::duration ? read_duration_seconds(text) : base::parse_int64(text);
  };
  return {read(key.values.substr(0, dots)).value_or(0),
          read(most.substr(0, most.find(' '))).value_or(0)};
}

bool is_one_of(std::string_view value, std::string_view choices) {
  return std::ranges::count(base::split(choices, '|'), value) > 0;
}

bool is_in_range(const Key& key, std::optional<std::int64_t> number) {
  const auto range = range_of(key);
  return number && *number >= range.least && *number <= range.most;
}

// Comments of the example file are broken at spaces before this column.
constexpr std::size_t kWidth = 96;

std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out(indent);
  std::size_t column = indent.size();
  for (const auto word : base::split(text, ' ')) {
    if (column > indent.size() && column + 1 + base::utf8_length(word) > kWidth) {
      out.append("\n").append(indent);
      column = indent.size();
    }
    if (column > indent.size()) {
      out += ' ';
      ++column;
    }
    out.append(word);
    column += base::utf8_length(word);
  }
  return out + "\n";
}

std::string description(const Key& key) {
  std::string text(key.meaning);
  text.append(" [").append(type_name(key.type));
  if (!key.values.empty()) text.append(": ").append(key.values);
  text.append("; ").append(key.environment);
  if (!key.alias.empty()) text.append(" or ").append(key.alias);
  if (key.secret) text.append(" or ").append(key.environment).append("_FILE; secret");
  if (!key.has_effect) text.append("; no effect yet");
  return text + "]";
}

std::string toml_value(const Key& key) {
  auto quoted = "\"" + std::string(key.fallback) + "\"";
  switch (key.type) {
    case Type::integer:
      return std::string(key.fallback);
    case Type::boolean:
      return key.fallback.empty() || !read_boolean(key.fallback) ? "false" : "true";
    case Type::list:
      return "[" + quoted + "]";
    default:
      return quoted;
  }
}

std::string_view table_of(const Key& key) {
  const auto dot = key.name.find('.');
  return dot == key.name.npos ? std::string_view() : key.name.substr(0, dot);
}

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::text:
      return "text";
    case Type::url:
      return "URL";
    case Type::endpoint:
      return "address:port";
    case Type::boolean:
      return "on/off";
    case Type::choice:
      return "one of";
    case Type::integer:
      return "integer";
    case Type::duration:
      return "duration";
    case Type::list:
      return "list";
    case Type::path:
      return "path";
  }
  return "";
}

bool read_boolean(std::string_view text) {
  return parse_boolean(text).value_or(false);
}

std::optional<std::int64_t> read_duration_seconds(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto count = base::parse_int64(text.substr(0, text.size() - 1));
  if (!count || *count < 0 || *count > 1'000'000'000) return std::nullopt;
  switch (text.back()) {
    case 's':
      return count;
    case 'm':
      return *count * 60;
    case 'h':
      return *count * 3600;
    case 'd':
      return *count * 86'400;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> why_invalid(const Key& key, std::string_view value) {
  const auto must_be = [](std::string text) { return "must be " + std::move(text); };
  const std::string allowed(key.values);
  switch (key.type) {
    case Type::url:
      if (is_http_url(value)) return std::nullopt;
      return must_be("an http or https URL without user name");
    case Type::endpoint:
      if (net::parse_endpoint(value)) return std::nullopt;
      return must_be("an address and a port, like 127.0.0.1:8080, [::1]:8080 or :8080");
    case Type::boolean:
      if (parse_boolean(value)) return std::nullopt;
      return must_be("on or off (1/0, true/false, yes/no)");
    case Type::choice:
      if (is_one_of(value, key.values)) return std::nullopt;
      return must_be("one of " + allowed);
    case Type::integer:
      if (is_in_range(key, base::parse_int64(value))) return std::nullopt;
      return must_be("a whole number, " + allowed);
    case Type::duration:
      if (is_in_range(key, read_duration_seconds(value))) return std::nullopt;
      return must_be("a duration like 90s, 30m, 72h or 14d, " + allowed);
    case Type::text:
    case Type::list:
    case Type::path:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string example_file() {
  std::string out =
      "# Every setting of Cobro with its default. Flags win over the environment, the environment\n"
      "# over this file. Read from ./cobro.toml, or from --config FILE. Secrets are better kept "
      "in\n"
      "# the environment or in files of their own (NAME_FILE=path).\n";
  std::string_view table;
  for (const auto& key : all_keys()) {
    if (table_of(key) != table) {
      table = table_of(key);
      out.append("\n[").append(table).append("]\n");
    } else {
      out += "\n";
    }
    out += wrapped(description(key), "# ");
    const auto name = table.empty() ? key.name : key.name.substr(table.size() + 1);
    out.append("#").append(name).append(" = ").append(toml_value(key)).append("\n");
  }
  return out;
}

std::string keys_for_help() {
  std::string out;
  for (const auto& key : all_keys()) {
    const auto flag = flag_of(key);
    std::string left = "  " + std::string(key.environment);
    if (key.secret) left += "[_FILE]";
    if (!key.alias.empty()) left.append(" or ").append(key.alias);
    if (flag) left.append(", ").append(*flag);
    out.append(left).append("\n      ").append(key.meaning);
    if (!key.fallback.empty()) out.append(" (").append(key.fallback).append(")");
    if (!key.has_effect) out.append(" [no effect yet]");
    out += "\n";
  }
  return out;
}

}  // namespace cobro::configuration
