#include "wire/card_numbers.h"

#include <gtest/gtest.h>

namespace cobro::wire {

TEST(CardNumbers, the_published_test_numbers_of_every_brand_are_found) {
  for (const std::string number :
       {"4242424242424242", "4000056655665556", "4222222222222",    "5555555555554444",
        "2223003122003222", "5105105105105100", "378282246310005",  "371449635398431",
        "6011111111111117", "6011000990139424", "6445644564456445", "6555900000604105",
        "3056930009020004", "30569309025904",   "36227206271667",   "38520000023237",
        "3566002020360505", "3530111333300000", "6200000000000005", "6205500000000000004"}) {
    EXPECT_TRUE(contains_card_number(number)) << number;
    EXPECT_TRUE(contains_card_number("pay with " + number + ", please")) << number;
    EXPECT_FALSE(contains_card_number("1" + number + "1")) << number;
    auto wrong = number;
    wrong.back() = wrong.back() == '9' ? '0' : static_cast<char>(wrong.back() + 1);
    EXPECT_FALSE(contains_card_number(wrong)) << wrong;
  }
}

TEST(CardNumbers, single_spaces_and_hyphens_do_not_hide_one) {
  for (const auto* text :
       {"4242 4242 4242 4242", "4242-4242-4242-4242", "3782 822463 10005", "4 2 4 2-4242 42424242",
        "12 4242 4242 4242 4242", "4242424242424242 123", "(4242424242424242)",
        "n\xC2\xBA"
        "4242424242424242",
        "card:4242424242424242/12"})
    EXPECT_TRUE(contains_card_number(text)) << text;
}

TEST(CardNumbers, what_is_none_is_left_alone) {
  for (const auto* text :
       {"", "4242", "4242  4242  4242  4242", "4242--4242-4242-4242", "4242.4242.4242.4242",
        "x4242424242424242", "4242424242424242x", "42424242424242424242", "0000000000000000",
        "9999999999999995", "1234567890123456", "4242424242424241", "2025-11-05 10:30:00",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "+34 600 123 456 / 789", "42424242424242",
        "5555 5555 5555 555", "0000000000000 00000000000"})
    EXPECT_FALSE(contains_card_number(text)) << text;
}

TEST(CardNumbers, a_prefix_needs_its_length) {
  EXPECT_FALSE(contains_card_number("42424242424248"));    // Visa of 14, valid by Luhn
  EXPECT_FALSE(contains_card_number("3400000000000000"));  // American Express of 16
  EXPECT_FALSE(contains_card_number("2220000000000008"));  // below Mastercard's 2221
  EXPECT_FALSE(contains_card_number("2721000000000004"));  // above its 2720
}

TEST(CardNumbers, the_walk_names_the_first_place_and_honours_exemptions) {
  const auto value = *parse_json(
      R"({"a":4242424242424242,"id":"4242424242424242","items":[{"n":"x"},{"n":"4242 4242 4242 4242"}]})");
  EXPECT_EQ(find_card_number(value), "id");
  EXPECT_EQ(find_card_number(value, [](std::string_view path) { return path == "id"; }),
            "items[1].n");
  EXPECT_EQ(find_card_number(*parse_json(R"({"a":["b"]})")), std::nullopt);
  EXPECT_EQ(find_card_number(Json("4242424242424242")), "");
}

}  // namespace cobro::wire
