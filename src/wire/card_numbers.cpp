#include "wire/card_numbers.h"

#include <array>

#include "wire/path.h"

namespace cobro::wire {
namespace {

constexpr std::size_t kMinDigits = 13;
constexpr std::size_t kMaxDigits = 19;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// First digits from `low` to `high` (both of the same length), then so many digits in all.
struct Brand {
  std::string_view low;
  std::string_view high;
  std::size_t min_length;
  std::size_t max_length;
};
constexpr auto kBrands = std::to_array<Brand>({
    {"51", "55", 16, 16},      // Mastercard
    {"2221", "2720", 16, 16},  //
    {"34", "34", 15, 15},      // American Express
    {"37", "37", 15, 15},      //
    {"6011", "6011", 16, 19},  // Discover
    {"644", "649", 16, 19},    //
    {"65", "65", 16, 19},      //
    {"300", "305", 14, 19},    // Diners Club
    {"3095", "3095", 14, 19},  //
    {"36", "36", 14, 19},      //
    {"38", "39", 14, 19},      //
    {"3528", "3589", 16, 19},  // JCB
    {"62", "62", 16, 19},      // UnionPay
});

bool is_of_brand(std::string_view digits, const Brand& brand) {
  if (digits.size() < brand.min_length || digits.size() > brand.max_length) return false;
  const auto prefix = digits.substr(0, brand.low.size());
  return prefix >= brand.low && prefix <= brand.high;
}

bool has_brand(std::string_view digits) {
  if (digits.front() == '4') return digits.size() % 3 == 1;  // Visa: 13, 16 or 19
  for (const auto& brand : kBrands)
    if (is_of_brand(digits, brand)) return true;
  return false;
}

bool has_luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, twice = !twice) {
    const int value = (*digit - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

// Whether a card number begins at `text`'s first character, which is a digit.
bool starts_with_card_number(std::string_view text) {
  std::array<char, kMaxDigits> digits{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size() && count < kMaxDigits; ++i) {
    if (!is_digit(text[i])) {
      const bool separates = text[i] == ' ' || text[i] == '-';
      if (!separates || i + 1 == text.size() || !is_digit(text[i + 1])) return false;
      continue;
    }
    digits[count++] = text[i];
    const bool ends = i + 1 == text.size() || (!is_digit(text[i + 1]) && !is_letter(text[i + 1]));
    const std::string_view number(digits.data(), count);
    if (ends && count >= kMinDigits && has_brand(number) && has_luhn_digit(number)) return true;
  }
  return false;
}

}  // namespace

bool contains_card_number(std::string_view text) {
  for (std::size_t i = 0; i + kMinDigits <= text.size(); ++i) {
    const bool begins =
        is_digit(text[i]) && (i == 0 || (!is_digit(text[i - 1]) && !is_letter(text[i - 1])));
    if (begins && starts_with_card_number(text.substr(i))) return true;
  }
  return false;
}

namespace {

struct Search {
  const std::function<bool(std::string_view)>& exempt;
  Path path;

  std::optional<std::string> in(const Json& value) {
    if (const auto* text = value.as_string()) {
      const bool found = contains_card_number(*text) && !(exempt && exempt(path.text()));
      return found ? std::optional(path.text()) : std::nullopt;
    }
    if (const auto* array = value.as_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) {
        const Path::Step step(path, i);
        if (auto found = in((*array)[i])) return found;
      }
    } else if (const auto* object = value.as_object()) {
      for (const auto& [name, member] : *object) {
        const Path::Step step(path, name);
        if (auto found = in(member)) return found;
      }
    }
    return std::nullopt;
  }
};

}  // namespace

std::optional<std::string> find_card_number(
    const Json& value, const std::function<bool(std::string_view path)>& exempt) {
  return Search{exempt, {}}.in(value);
}

}  // namespace cobro::wire
