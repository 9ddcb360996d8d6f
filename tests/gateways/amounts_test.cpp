#include "gateways/stripe/amounts.h"

#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "gateways/fixtures.h"

namespace cobro::gateways::stripe {
namespace {

using domain::Currency;
using domain::Money;
using domain::RefusalCode;
using fixtures::money;

constexpr std::int64_t kMaximum = 99'999'999;

struct Row {
  std::string_view amount;
  std::string_view currency;
  std::int64_t expected;
};

TEST(StripeAmounts, counts_as_stripe_does) {
  for (const Row row : {
           Row{"29.90", "USD", 2990},
           Row{"29.90", "PEN", 2990},
           Row{"500", "JPY", 500},
           Row{"500", "CLP", 500},
           Row{"5", "ISK", 500},
           Row{"700", "UGX", 70000},
           Row{"1.230", "KWD", 1230},
           Row{"0.01", "BHD", 10},
           Row{"12", "MGA", 12},
           Row{"999.50", "HUF", 99950},
           Row{"100.25", "TWD", 10025},
           Row{"1.50", "COP", 150},
       }) {
    const auto integer = to_stripe(money(row.amount, row.currency), Bounds::charge, kMaximum);
    ASSERT_TRUE(integer) << row.amount << row.currency << integer.error().message;
    EXPECT_EQ(*integer, row.expected) << row.currency;
    EXPECT_EQ(from_stripe(row.expected, base::to_lower(row.currency)),
              money(row.amount, row.currency));
  }
}

TEST(StripeAmounts, refuses_what_stripe_cannot_count) {
  for (const Row row : {Row{"1.234", "KWD", 0}, Row{"1.001", "TND", 0}, Row{"10.50", "MGA", 0}}) {
    const auto integer = to_stripe(money(row.amount, row.currency), Bounds::none, kMaximum);
    ASSERT_FALSE(integer) << row.currency;
    EXPECT_EQ(integer.error().code, RefusalCode::validation_failed);
    ASSERT_EQ(integer.error().details.size(), 1U);
    EXPECT_EQ(integer.error().details[0].field, "amount");
    EXPECT_EQ(integer.error().details[0].code, "too_many_decimals");
  }
}

TEST(StripeAmounts, refuses_currencies_that_stripe_does_not_take) {
  for (const std::string_view code : {"CLF", "UYW", "IQD", "LYD", "CUP", "KPW"}) {
    const auto integer = to_stripe(money("10", code), Bounds::charge, kMaximum);
    ASSERT_FALSE(integer) << code;
    EXPECT_EQ(integer.error().code, RefusalCode::currency_not_supported);
    EXPECT_NE(integer.error().message.find(code), std::string::npos);
  }
}

TEST(StripeAmounts, holds_the_minimum_at_its_border) {
  for (const Row row : {Row{"0.50", "USD", 0}, Row{"0.30", "GBP", 0}, Row{"50", "JPY", 0},
                        Row{"175.00", "HUF", 0}, Row{"15.00", "CZK", 0}, Row{"2.50", "DKK", 0},
                        Row{"10.00", "MXN", 0}, Row{"0.50", "COP", 0}, Row{"4.00", "HKD", 0}}) {
    const Money minimum = money(row.amount, row.currency);
    const Money below{minimum.minor() - 1, minimum.currency()};
    EXPECT_TRUE(to_stripe(minimum, Bounds::charge, kMaximum)) << row.currency;
    const auto refused = to_stripe(below, Bounds::charge, kMaximum);
    ASSERT_FALSE(refused) << row.currency;
    EXPECT_EQ(refused.error().details[0].code, "out_of_range");
    EXPECT_NE(refused.error().message.find(minimum.to_string()), std::string::npos);
    EXPECT_TRUE(to_stripe(below, Bounds::none, kMaximum)) << "a refund may be smaller";
  }
}

TEST(StripeAmounts, holds_the_maximum_in_stripes_integers) {
  EXPECT_TRUE(to_stripe(money("999999.99", "USD"), Bounds::charge, kMaximum));
  EXPECT_FALSE(to_stripe(money("1000000.00", "USD"), Bounds::charge, kMaximum));
  EXPECT_TRUE(to_stripe(money("999999", "ISK"), Bounds::charge, kMaximum));
  EXPECT_FALSE(to_stripe(money("1000000", "ISK"), Bounds::charge, kMaximum));
  EXPECT_TRUE(to_stripe(money("1000000.00", "USD"), Bounds::charge, 999'999'999'999));
}

TEST(StripeAmounts, refuses_zero_and_less) {
  EXPECT_FALSE(to_stripe(money("0", "USD"), Bounds::none, kMaximum));
  EXPECT_FALSE(to_stripe(money("-5", "USD"), Bounds::none, kMaximum));
}

TEST(StripeAmounts, goes_there_and_back_exactly_or_not_at_all_for_every_currency) {
  std::map<bool, int> seen;
  const auto in_hundreds = [](std::string_view code) { return code == "ISK" || code == "UGX"; };
  for (const auto& entry : Currency::all()) {
    const Currency currency = *Currency::parse(entry.code);
    for (std::int64_t minor = 1; minor <= 99'999'999; minor = minor * 3 + minor % 7) {
      const Money amount{minor, currency};
      const auto integer = to_stripe(amount, Bounds::none, kMaximum);
      ++seen[integer.has_value()];
      if (integer && in_hundreds(entry.code)) ASSERT_EQ(*integer % 100, 0);
      if (integer) ASSERT_EQ(from_stripe(*integer, entry.code), amount) << amount.to_string();
    }
  }
  EXPECT_GT(seen[true], 1000);
  EXPECT_GT(seen[false], 100);
}

TEST(StripeAmounts, reads_no_amount_that_our_units_cannot_hold) {
  EXPECT_FALSE(from_stripe(150, "isk"));
  EXPECT_FALSE(from_stripe(150, "xyz"));
  EXPECT_FALSE(from_stripe(150, "clf"));
  EXPECT_FALSE(from_stripe(INT64_MAX, "mga")) << "would overflow";
}

}  // namespace
}  // namespace cobro::gateways::stripe
