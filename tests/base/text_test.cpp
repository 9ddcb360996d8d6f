#include "base/text.h"

#include <gtest/gtest.h>

namespace cobro::base {

TEST(Text, changes_case_of_ascii_only) {
  EXPECT_EQ(to_lower("UsD-\xC3\x84"), "usd-\xC3\x84");
  EXPECT_EQ(to_upper("usd"), "USD");
  EXPECT_TRUE(equals_ignoring_case("Content-TYPE", "content-type"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
}

TEST(Text, split_keeps_empty_pieces) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
}

TEST(Text, integers_are_read_whole_or_not_at_all) {
  EXPECT_EQ(parse_int64("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse_int64("0"), 0);
  for (const auto* text : {"", " 1", "1 ", "+1", "1.0", "1e2", "9223372036854775808", "-", "0x1"})
    EXPECT_EQ(parse_int64(text), std::nullopt) << text;
}

TEST(Utf8, refuses_overlong_forms_surrogates_and_cut_sequences) {
  for (const auto* good : {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                           "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xC3", "\xE2\x82",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3(b"})
    EXPECT_FALSE(is_utf8(bad));
  EXPECT_EQ(utf8_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

TEST(Nearest, names_a_typing_slip_and_nothing_far_away) {
  const std::vector<std::string_view> known{"listen", "database", "jwt_secret_key"};
  EXPECT_EQ(nearest("listne", known), "listen");
  EXPECT_EQ(nearest("datebase", known), "database");
  EXPECT_EQ(nearest("colour", known), std::nullopt);
  EXPECT_EQ(nearest("x", known), std::nullopt);
}

}  // namespace cobro::base
