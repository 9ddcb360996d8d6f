#include <array>

#include "observe/json_log.h"

namespace cobro::observe {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_token_character(char c) {
  return is_alphanumeric(c) || std::string_view("_-.~+/=").find(c) != std::string_view::npos;
}

// Where the secret that starts, with one of s, r, w and B, at `from` ends, or `from` when none
// does.
std::size_t secret_end(std::string_view text, std::size_t from) {
  constexpr std::array<std::string_view, 6> kPrefixes = {"sk_test_", "sk_live_", "rk_test_",
                                                         "rk_live_", "whsec_",   "Bearer "};
  for (const auto prefix : kPrefixes) {
    if (!text.substr(from).starts_with(prefix)) continue;
    auto end = from + prefix.size();
    while (end < text.size() && is_token_character(text[end])) ++end;
    if (end > from + prefix.size()) return end;
  }
  return from;
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    const int doubled = digit * 2;
    sum += i % 2 == 0 ? digit : doubled - (doubled > 9 ? 9 : 0);
  }
  return sum % 10 == 0;
}

bool is_card(std::string_view digits) {
  return digits.size() >= 13 && digits.size() <= 19 && passes_luhn(digits);
}

// Where the card-like number that starts, with a digit, at `from` ends, or `from`: the digits up to
// the first other character, or else all groups of digits with single spaces or hyphens between
// them.
std::size_t card_end(std::string_view text, std::size_t from) {
  if (from > 0 && is_alphanumeric(text[from - 1])) return from;
  std::string digits;
  auto end = from;
  for (auto at = from; at < text.size(); ++at) {
    const bool separator = (text[at] == ' ' || text[at] == '-') && is_digit(text[at - 1]);
    if (!is_digit(text[at]) && !separator) break;
    if (separator && is_card(digits)) return at;
    if (separator) continue;
    digits += text[at];
    end = at + 1;
  }
  const bool ends = end == text.size() || !is_alphanumeric(text[end]);
  return ends && is_card(digits) ? end : from;
}

}  // namespace

std::string redact(std::string text) {
  std::string out;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char first = text[at];
    auto end = at;
    if (is_digit(first))
      end = card_end(text, at);
    else if (first == 's' || first == 'r' || first == 'w' || first == 'B')
      end = secret_end(text, at);
    if (end == at) {
      ++at;
      continue;
    }
    out.append(text, kept, at - kept).append(kRedacted);
    kept = at = end;
  }
  if (kept == 0) return text;
  return out.append(text, kept);
}

}  // namespace cobro::observe
