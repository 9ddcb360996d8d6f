#include "domain/money.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>
#include <set>

#include "base/check.h"

namespace cobro::domain {
namespace {

Currency currency(std::string_view code) {
  return *Currency::parse(code);
}

rc::Gen<Currency> any_currency() {
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, Currency::all().size()),
                      [](std::size_t i) { return *Currency::parse(Currency::all()[i].code); });
}
rc::Gen<std::int64_t> any_minor() {
  return rc::gen::inRange<std::int64_t>(-kMaxStatedMinor, kMaxStatedMinor + 1);
}

TEST(Currency, knows_the_exponents_of_iso_4217) {
  const std::set<std::string_view> zero = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                           "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                           "VND", "VUV", "XAF", "XOF", "XPF"};
  const std::set<std::string_view> three = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  const std::set<std::string_view> four = {"CLF", "UYW"};
  for (const auto& entry : Currency::all()) {
    const std::string_view code = entry.code;
    const int expected = zero.contains(code)    ? 0
                         : three.contains(code) ? 3
                         : four.contains(code)  ? 4
                                                : 2;
    EXPECT_EQ(currency(code).exponent(), expected) << code;
  }
  EXPECT_EQ(Currency::all().size(), 164U);
}

TEST(Currency, is_read_in_either_case_and_refused_when_unknown) {
  EXPECT_EQ(currency("pen").code(), "PEN");
  for (const auto* code : {"", "US", "USDX", "XXX", "HRK", "u$d", "XAU"})
    EXPECT_FALSE(Currency::parse(code)) << code;
}

TEST(Money, reads_exactly_what_the_number_says) {
  const std::tuple<const char*, const char*, std::int64_t> cases[] = {
      {"29.99", "USD", 2999},    {"29.990", "USD", 2999},
      {"2.999e1", "USD", 2999},  {"2999E-2", "USD", 2999},
      {"0.10", "USD", 10},       {"-5", "USD", -500},
      {"0", "USD", 0},           {"-0.00", "USD", 0},
      {"500", "JPY", 500},       {"500.0", "CLP", 500},
      {"1.234", "KWD", 1234},    {"9999999999.99", "USD", 999999999999},
      {"1e10000000", "USD", -1}, {"0e999999999999", "USD", 0}};
  for (const auto& [text, code, minor] : cases) {
    const auto money = Money::parse(text, currency(code));
    if (minor == -1) {
      EXPECT_FALSE(money) << text;
    } else {
      ASSERT_TRUE(money) << text;
      EXPECT_EQ(money->minor(), minor) << text;
    }
  }
}

TEST(Money, refuses_what_it_cannot_hold_exactly) {
  const std::tuple<const char*, const char*, MoneyError> cases[] = {
      {"29.995", "USD", MoneyError::too_many_decimals},
      {"10.5", "JPY", MoneyError::too_many_decimals},
      {"1.2345", "KWD", MoneyError::too_many_decimals},
      {"1e-3", "USD", MoneyError::too_many_decimals},
      {"10000000000", "USD", MoneyError::too_large},
      {"1000000000000", "JPY", MoneyError::too_large},
      {"NaN", "USD", MoneyError::not_a_number},
      {"", "USD", MoneyError::not_a_number},
      {"01", "USD", MoneyError::not_a_number},
      {"+1", "USD", MoneyError::not_a_number},
      {"1.", "USD", MoneyError::not_a_number},
      {".5", "USD", MoneyError::not_a_number},
      {"1e", "USD", MoneyError::not_a_number},
      {"0x10", "USD", MoneyError::not_a_number},
      {"1 ", "USD", MoneyError::not_a_number},
      {"1,5", "USD", MoneyError::not_a_number}};
  for (const auto& [text, code, error] : cases) {
    const auto money = Money::parse(text, currency(code));
    ASSERT_FALSE(money) << text;
    EXPECT_EQ(money.error(), error) << text;
  }
}

TEST(Money, prints_exactly_the_currencys_decimals) {
  EXPECT_EQ(Money(2990, currency("USD")).to_decimal(), "29.90");
  EXPECT_EQ(Money(5, currency("USD")).to_decimal(), "0.05");
  EXPECT_EQ(Money(-5, currency("USD")).to_decimal(), "-0.05");
  EXPECT_EQ(Money(500, currency("JPY")).to_decimal(), "500");
  EXPECT_EQ(Money(1234, currency("KWD")).to_decimal(), "1.234");
  EXPECT_EQ(Money(INT64_MIN, currency("USD")).to_decimal(), "-92233720368547758.08");
}

TEST(Money, what_is_printed_is_read_back_for_every_currency) {
  EXPECT_TRUE(rc::check([] {
    const Money money(*any_minor(), *any_currency());
    const auto back = Money::parse(money.to_decimal(), money.currency());
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == money);
  }));
}

TEST(Money, never_mixes_currencies_and_never_overflows) {
  EXPECT_THROW(Money(1, currency("USD")) + Money(1, currency("PEN")), base::Bug);
  EXPECT_THROW((void)(Money(1, currency("USD")) < Money(1, currency("PEN"))), base::Bug);
  EXPECT_THROW(Money(INT64_MAX, currency("USD")) + Money(1, currency("USD")), base::Bug);
  EXPECT_THROW(Money(INT64_MIN, currency("USD")) - Money(1, currency("USD")), base::Bug);
  EXPECT_FALSE(Money(kMaxStatedMinor, currency("USD")).times(2));
  EXPECT_FALSE(Money(INT64_MAX, currency("USD")).times(INT64_MAX));
  static_assert(!std::is_constructible_v<Money, double, Currency>);
  static_assert(!std::is_constructible_v<Money, float, Currency>);
}

TEST(Money, addition_and_subtraction_undo_each_other) {
  EXPECT_TRUE(rc::check([] {
    const auto unit = *any_currency();
    const Money a(*any_minor(), unit);
    const Money b(*any_minor(), unit);
    RC_ASSERT(a + b - b == a);
    RC_ASSERT(a + b == b + a);
  }));
}

TEST(Money, parts_of_a_split_add_up_and_stay_within_one_unit_of_their_share) {
  EXPECT_TRUE(rc::check([] {
    const Money whole(*any_minor(), *any_currency());
    auto weights = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 1000)));
    weights.front() += 1;
    const auto parts = whole.split(weights);
    auto sum = Money::zero(whole.currency());
    const auto weight_sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    for (std::size_t i = 0; i < parts.size(); ++i) {
      sum += parts[i];
      const auto share = whole.scaled(weights[i], weight_sum, Rounding::down);
      const auto off = parts[i] - share;
      RC_ASSERT(off.minor() >= -1 && off.minor() <= 1);
    }
    RC_ASSERT(sum == whole);
  }));
}

TEST(Money, scaling_rounds_as_it_is_told) {
  const Money five(5, currency("USD"));
  EXPECT_EQ(five.scaled(1, 2, Rounding::down).minor(), 2);
  EXPECT_EQ(five.scaled(1, 2, Rounding::up).minor(), 3);
  EXPECT_EQ(five.scaled(1, 2, Rounding::half_up).minor(), 3);
  EXPECT_EQ(five.scaled(1, 2, Rounding::half_even).minor(), 2);
  EXPECT_EQ(Money(-5, currency("USD")).scaled(1, 2, Rounding::half_up).minor(), -3);
  EXPECT_EQ(Money(kMaxStatedMinor, currency("USD"))
                .scaled(kMaxStatedMinor, kMaxStatedMinor, Rounding::down)
                .minor(),
            kMaxStatedMinor);
  for (const auto limit : {INT64_MIN, INT64_MAX})
    EXPECT_EQ(Money(limit, currency("USD")).scaled(7, 7, Rounding::down).minor(), limit);
}

}  // namespace
}  // namespace cobro::domain
