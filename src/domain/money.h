// Money: a whole number of minor units of one currency. It cannot be made from floating
// point, never mixes currencies (a Bug), and never overflows silently.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/currency.h"

namespace cobro::domain {

// An amount that somebody states has at most twelve digits of minor units.
inline constexpr std::int64_t kMaxStatedMinor = 999'999'999'999;

enum class MoneyError { not_a_number, too_many_decimals, too_large };
enum class Rounding { down, up, half_up, half_even };

class Money {
 public:
  Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  template <std::floating_point F>
  Money(F, Currency) = delete;
  static Money zero(Currency currency) { return {0, currency}; }

  // Reads a JSON number's text exactly: `29.99`, `29.990`, `2.999e1`, `-5`. Refused:
  // anything that is not a JSON number, more decimals than the currency has (trailing
  // zeros do not count), more than twelve digits of minor units.
  static base::Result<Money, MoneyError> parse(std::string_view number, Currency currency);

  [[nodiscard]] std::int64_t minor() const { return minor_; }
  [[nodiscard]] Currency currency() const { return currency_; }
  [[nodiscard]] bool is_zero() const { return minor_ == 0; }
  [[nodiscard]] bool is_positive() const { return minor_ > 0; }
  [[nodiscard]] bool is_negative() const { return minor_ < 0; }

  // Prints exactly the currency's decimals: "29.90", "500", "1.234".
  [[nodiscard]] std::string to_decimal() const;
  // Prints "29.90 PEN", for messages.
  [[nodiscard]] std::string to_string() const;

  friend Money operator+(Money a, Money b);
  friend Money operator-(Money a, Money b);
  Money& operator+=(Money other) { return *this = *this + other; }
  Money& operator-=(Money other) { return *this = *this - other; }
  friend bool operator==(const Money&, const Money&) = default;
  friend std::strong_ordering operator<=>(const Money& a, const Money& b);

  // Computes this × numerator / denominator in 128 bits. The denominator is positive.
  [[nodiscard]] Money scaled(std::int64_t numerator, std::int64_t denominator,
                             Rounding rounding) const;
  // Computes this × count. Refused when it would exceed twelve digits.
  [[nodiscard]] base::Result<Money, MoneyError> times(std::int64_t count) const;
  // Splits it in proportion to non-negative weights (one at least positive), by largest remainder,
  // earlier parts first among equals. The parts add up to this exactly.
  [[nodiscard]] std::vector<Money> split(std::span<const std::int64_t> weights) const;

 private:
  std::int64_t minor_;
  Currency currency_;
};

}  // namespace cobro::domain
