#include "wire/json.h"

#include <gtest/gtest.h>

namespace cobro::wire {

using Kind = JsonError::Kind;

namespace {

std::string round_trip(std::string_view text) {
  const auto value = parse_json(text);
  return value ? to_text(*value) : "refused: " + value.error().message;
}

Kind refusal(std::string_view text) {
  const auto value = parse_json(text);
  EXPECT_FALSE(value) << text;
  return value ? Kind::syntax : value.error().kind;
}

std::string nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST(Json, every_number_keeps_its_text) {
  for (const auto* text : {"29.99", "29.990", "2.999e1", "1E+2", "-0", "0", "-0.0", "1e-7",
                           "123456789012345678901234567890", "18446744073709551616",
                           "-9223372036854775809", "0.1000000000000000055511151231257827"})
    EXPECT_EQ(round_trip(text), text);
}

TEST(Json, a_whole_document_comes_back_in_its_order) {
  const auto* text =
      R"({"z":[1,2.50,{"a":null}],"a":{"x":true,"y":false},"s":"caf\u00e9","e":[],"o":{}})";
  EXPECT_EQ(round_trip(text),
            "{\"z\":[1,2.50,{\"a\":null}],\"a\":{\"x\":true,\"y\":false},\"s\":\"caf\xC3\xA9\","
            "\"e\":[],\"o\":{}}");
}

TEST(Json, strings_are_escaped_once) {
  EXPECT_EQ(round_trip(R"("a\"b\\c\/d\n\u0001\ud83d\ude00")"),
            "\"a\\\"b\\\\c/d\\n\\u0001\xF0\x9F\x98\x80\"");
  EXPECT_EQ(round_trip(R"("\u0000x")"), R"("\u0000x")");
}

TEST(Json, names_twice_in_one_object_are_refused_also_when_written_differently) {
  EXPECT_EQ(refusal(R"({"a":1,"a":2})"), Kind::duplicate_name);
  EXPECT_EQ(refusal(R"({"a":1,"b":{"c":1,"\u0063":2}})"), Kind::duplicate_name);
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(Json, a_duplicate_among_many_names_is_found) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(text + "\"last\":1}"));
  for (const auto* name : {"k0", "k15", "k16", "k17", "k99"})
    EXPECT_EQ(refusal(text + "\"" + name + "\":1}"), Kind::duplicate_name) << name;
}

TEST(Json, depth_32_is_the_limit) {
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_EQ(refusal(nested(33)), Kind::too_deep);
  EXPECT_EQ(refusal(std::string(100'000, '[')), Kind::too_deep);
}

TEST(Json, a_number_has_64_characters_at_most) {
  EXPECT_TRUE(parse_json(std::string(64, '1')));
  EXPECT_EQ(refusal(std::string(65, '1')), Kind::number_too_long);
  EXPECT_EQ(refusal("0." + std::string(100'000, '1')), Kind::number_too_long);
}

TEST(Json, what_is_not_json_is_refused) {
  for (const auto* text :
       {"",     " ",          "01",     "+1",       ".5",          "1.",
        "1e",   "-",          "NaN",    "Infinity", "{} x",        "{}{}",
        "[1,]", "{\"a\":1,}", "{a:1}",  "'a'",      "\"a",         "[1",
        "nul",  "// c\n1",    "\"\t\"", "\"\\x\"",  "\"\\ud800\"", "\xEF\xBB\xBF{}"})
    EXPECT_EQ(refusal(text), Kind::syntax) << text;
}

TEST(Json, invalid_utf8_is_refused) {
  EXPECT_EQ(refusal("\"\xC3(\""), Kind::not_utf8);
  EXPECT_EQ(refusal("\"\xED\xA0\x80\""), Kind::not_utf8);
}

TEST(Json, integers_are_only_what_is_written_as_one) {
  EXPECT_EQ(parse_json("42")->as_int64(), 42);
  for (const auto* text : {"1.0", "1e2", "9223372036854775808", "\"1\"", "true"})
    EXPECT_EQ(parse_json(text)->as_int64(), std::nullopt) << text;
}

TEST(Json, members_are_found_by_path) {
  const auto value = *parse_json(R"({"data":{"object":{"id":"pi_1","amount":5}},"list":[1]})");
  EXPECT_EQ(value.string_at({"data", "object", "id"}), "pi_1");
  EXPECT_EQ(value.int_at({"data", "object", "amount"}), 5);
  EXPECT_EQ(value.string_at({"data", "object", "amount"}), std::nullopt);
  EXPECT_EQ(value.at({"list", "x"}), nullptr);
}

TEST(Json, set_makes_adds_and_replaces) {
  Json value;
  value.set("b", 1).set("a", JsonArray{Json("x"), Json(true)}).set("b", JsonNumber{"2.50"});
  EXPECT_EQ(to_text(value), R"({"b":2.50,"a":["x",true]})");
}

}  // namespace cobro::wire
