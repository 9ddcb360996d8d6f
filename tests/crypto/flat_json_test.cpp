#include "crypto/flat_json.h"

#include <gtest/gtest.h>

namespace cobro::crypto {

TEST(FlatJson, keeps_texts_numbers_and_lists_of_texts) {
  const auto object = parse_flat_object(
      R"({"t":"\u00e9","n":1.50,"l":["a","b"],"e":[],"m":["a",1],"d":{"t":"x"},"z":null,"b":true,)"
      R"("ll":[["a"]],"lo":["a",{"t":1}]})");
  ASSERT_TRUE(object);
  using Kind = FlatValue::Kind;
  EXPECT_EQ(object->at("t").text, "\xC3\xA9");
  EXPECT_EQ(object->at("n").kind, Kind::number);
  EXPECT_EQ(object->at("n").text, "1.50");
  EXPECT_EQ(object->at("l").texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(object->at("e").kind, Kind::texts);
  EXPECT_EQ(object->at("z").kind, Kind::null);
  for (const auto* name : {"m", "d", "b", "ll", "lo"})
    EXPECT_EQ(object->at(name).kind, Kind::other) << name;
  EXPECT_EQ(object->size(), 10U);
}

TEST(FlatJson, refuses_what_is_no_object_and_names_twice) {
  for (const auto* text : {"", "[]", "1", "\"a\"", "null", "true", "{} x", R"({"a":1,"a":2})",
                           R"({"a":1,"\u0061":2})", "{", "{\"a\":\"\xC3(\"}"})
    EXPECT_FALSE(parse_flat_object(text)) << text;
  EXPECT_TRUE(parse_flat_object(R"({"a":{"b":1},"b":{"b":1}})"));
}

}  // namespace cobro::crypto
