// Every active ISO 4217 currency with its exponent (list one, and the funds codes that
// have no minor unit left out). Gateways that count otherwise convert in their adapter.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cobro::domain {

class Currency {
 public:
  struct Entry {
    char code[4];
    std::uint8_t exponent;  // digits after the decimal point: 0, 2, 3 or 4
  };

  // Reads a code in either case; nothing when it is not an active code.
  static std::optional<Currency> parse(std::string_view code);
  static std::span<const Entry> all();

  [[nodiscard]] std::string_view code() const;  // upper case
  [[nodiscard]] int exponent() const;
  friend auto operator<=>(Currency, Currency) = default;

 private:
  explicit Currency(std::uint8_t index) : index_(index) {}
  std::uint8_t index_;
};

}  // namespace cobro::domain
