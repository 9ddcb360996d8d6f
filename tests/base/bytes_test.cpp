#include "base/bytes.h"

#include <gtest/gtest.h>

namespace cobro::base {

TEST(Hex, writes_lower_case_and_reads_either) {
  EXPECT_EQ(to_hex(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(from_hex("00Ff1A"), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("zz"), std::nullopt);
  EXPECT_EQ(from_hex(""), "");
}

TEST(Base64, agrees_with_the_vectors_of_rfc_4648) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, refuses_what_is_not_canonical) {
  for (const auto* text : {"Zg", "Zg=", "Zg===", "Zh==", "Z===", "=", "====", "Zm9v!A==", "Zm=v"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(Base64Url, has_no_padding_and_its_own_alphabet) {
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64url("-_8"), "\xfb\xff");
  for (const auto* text : {"-_8=", "+/8", "A", "-_9"})
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

}  // namespace cobro::base
