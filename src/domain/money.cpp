#include "domain/money.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace cobro::domain {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A JSON number taken apart: value = ±digits × 10^exponent, without leading zeros in
// `digits` and without trailing zeros (they move to the exponent).
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// The exponent part, capped: beyond ±10,000 the number is too large or too fine anyway.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
  if (text.empty() || (text.front() != 'e' && text.front() != 'E')) return 0;
  text.remove_prefix(1);
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const auto digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) value = std::min<std::int64_t>(value * 10 + (c - '0'), 10'000);
  return negative ? -value : value;
}

// The JSON grammar (RFC 8259 §6), nothing more.
std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal result;
  result.negative = take(text, '-');
  const auto whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  result.digits = whole;
  if (take(text, '.')) {
    const auto fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
    result.digits += fraction;
    result.exponent = -static_cast<std::int64_t>(fraction.size());
  }
  const auto exponent = take_exponent(text);
  if (!exponent || !text.empty()) return std::nullopt;
  result.exponent += *exponent;
  result.digits.erase(0, result.digits.find_first_not_of('0'));
  while (!result.digits.empty() && result.digits.back() == '0') {
    result.digits.pop_back();
    ++result.exponent;
  }
  return result;
}

constexpr std::size_t kMaxDigits = 12;

__int128 rounded_quotient(__int128 numerator, __int128 denominator, Rounding rounding) {
  const bool negative = numerator < 0;
  const __int128 size = negative ? -numerator : numerator;
  __int128 quotient = size / denominator;
  const __int128 rest = size % denominator;
  const bool above_half = rest * 2 > denominator;
  const bool half = rest * 2 == denominator;
  switch (rounding) {
    case Rounding::down:
      break;
    case Rounding::up:
      quotient += rest != 0 ? 1 : 0;
      break;
    case Rounding::half_up:
      quotient += above_half || half ? 1 : 0;
      break;
    case Rounding::half_even:
      quotient += above_half || (half && quotient % 2 != 0) ? 1 : 0;
      break;
  }
  return negative ? -quotient : quotient;
}

}  // namespace

base::Result<Money, MoneyError> Money::parse(std::string_view number, Currency currency) {
  const auto decimal = read_decimal(number);
  if (!decimal) return std::unexpected(MoneyError::not_a_number);
  if (decimal->digits.empty()) return zero(currency);
  const std::int64_t zeros = decimal->exponent + currency.exponent();
  if (zeros < 0) return std::unexpected(MoneyError::too_many_decimals);
  if (static_cast<std::int64_t>(decimal->digits.size()) + zeros >
      static_cast<std::int64_t>(kMaxDigits))
    return std::unexpected(MoneyError::too_large);
  std::int64_t minor = 0;
  for (const char c : decimal->digits) minor = minor * 10 + (c - '0');
  for (std::int64_t i = 0; i < zeros; ++i) minor *= 10;
  return Money(decimal->negative ? -minor : minor, currency);
}

std::string Money::to_decimal() const {
  const auto exponent = static_cast<std::size_t>(currency_.exponent());
  const bool negative = minor_ < 0;
  const auto size =
      negative ? 0 - static_cast<std::uint64_t>(minor_) : static_cast<std::uint64_t>(minor_);
  std::string text = std::to_string(size);
  if (exponent > 0) {
    if (text.size() <= exponent) text.insert(0, exponent + 1 - text.size(), '0');
    text.insert(text.size() - exponent, 1, '.');
  }
  return negative ? "-" + text : text;
}

std::string Money::to_string() const {
  return to_decimal() + " " + std::string(currency_.code());
}

Money operator+(Money a, Money b) {
  COBRO_CHECK(a.currency_ == b.currency_);
  std::int64_t sum = 0;
  COBRO_CHECK(!__builtin_add_overflow(a.minor_, b.minor_, &sum));
  return {sum, a.currency_};
}

Money operator-(Money a, Money b) {
  COBRO_CHECK(a.currency_ == b.currency_);
  std::int64_t difference = 0;
  COBRO_CHECK(!__builtin_sub_overflow(a.minor_, b.minor_, &difference));
  return {difference, a.currency_};
}

std::strong_ordering operator<=>(const Money& a, const Money& b) {
  COBRO_CHECK(a.currency_ == b.currency_);
  return a.minor_ <=> b.minor_;
}

Money Money::scaled(std::int64_t numerator, std::int64_t denominator, Rounding rounding) const {
  COBRO_CHECK(denominator > 0);
  const auto value =
      rounded_quotient(static_cast<__int128>(minor_) * numerator, denominator, rounding);
  COBRO_CHECK(value >= INT64_MIN && value <= INT64_MAX);
  return {static_cast<std::int64_t>(value), currency_};
}

base::Result<Money, MoneyError> Money::times(std::int64_t count) const {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(minor_, count, &product) || product > kMaxStatedMinor ||
      product < -kMaxStatedMinor)
    return std::unexpected(MoneyError::too_large);
  return Money(product, currency_);
}

std::vector<Money> Money::split(std::span<const std::int64_t> weights) const {
  __int128 sum = 0;
  for (const auto weight : weights) {
    COBRO_CHECK(weight >= 0);
    sum += weight;
  }
  COBRO_CHECK(sum > 0);
  const bool negative = minor_ < 0;
  const __int128 whole = negative ? -static_cast<__int128>(minor_) : minor_;
  std::vector<Money> parts;
  std::vector<__int128> remainders;
  __int128 left = whole;
  for (const auto weight : weights) {
    const __int128 share = whole * weight / sum;
    remainders.push_back(whole * weight % sum);
    left -= share;
    parts.emplace_back(static_cast<std::int64_t>(share), currency_);
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  });
  for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) parts[order[i]].minor_ += 1;
  if (negative)
    for (auto& part : parts) part.minor_ = -part.minor_;
  return parts;
}

}  // namespace cobro::domain
