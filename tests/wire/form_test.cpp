#include "wire/form.h"

#include <gtest/gtest.h>

namespace cobro::wire {

namespace {

std::string tree(std::string_view text) {
  const auto value = parse_nested_form(text);
  return value ? to_text(*value) : "refused: " + value.error().parameter;
}

}  // namespace

TEST(Percent, encodes_all_but_unreserved_and_reads_back) {
  EXPECT_EQ(percent_encode("a-Z_0.~ /&=+%\xC3\xA9"), "a-Z_0.~%20%2F%26%3D%2B%25%C3%A9");
  EXPECT_EQ(percent_decode("a%20b+c%C3%a9", true), "a b c\xC3\xA9");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  for (const auto* text : {"%", "%2", "%zz", "a%2", "%%20"})
    EXPECT_EQ(percent_decode(text, true), std::nullopt) << text;
}

TEST(Form, keeps_order_repeats_and_empty_values) {
  const FormFields expected{{"a", "1"}, {"b", ""}, {"a", "x y"}, {"c[d]", "="}, {"e", ""}};
  EXPECT_EQ(parse_form("a=1&b&a=x+y&&c%5Bd%5D==&e="), expected);
  EXPECT_EQ(parse_form(""), FormFields{});
}

TEST(Form, refuses_malformed_escapes_bad_utf8_nul_and_too_many_pairs) {
  for (const auto* text : {"a=%", "%=a", "a=%C3", "a=%00", "%00=a"})
    EXPECT_EQ(parse_form(text), std::nullopt) << text;
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a=1&";
  EXPECT_TRUE(parse_form(many));
  EXPECT_FALSE(parse_form(many + "a=1"));
}

TEST(Form, writes_what_it_reads) {
  const FormFields fields{{"metadata[order id]", "a&b=c"}, {"items[0][price]", "p 1"}};
  EXPECT_EQ(to_form(fields), "metadata[order%20id]=a%26b%3Dc&items[0][price]=p%201");
  EXPECT_EQ(parse_form(to_form(fields)), fields);
}

TEST(NestedForm, makes_objects_arrays_and_strings) {
  EXPECT_EQ(tree("amount=100&metadata[a]=1&metadata[b][c]=x"),
            R"({"amount":"100","metadata":{"a":"1","b":{"c":"x"}}})");
  EXPECT_EQ(tree("items[1][price]=q&items[0][price]=p&items[0][quantity]=2"),
            R"({"items":[{"price":"p","quantity":"2"},{"price":"q"}]})");
  EXPECT_EQ(tree("expand[]=a&expand[]=b"), R"({"expand":["a","b"]})");
  EXPECT_EQ(tree("i[][a]=1&i[][b]=2&i[][a]=3"), R"({"i":[{"a":"1","b":"2"},{"a":"3"}]})");
  EXPECT_EQ(tree("m[2]=a&m[x]=b"), R"({"m":{"2":"a","x":"b"}})");
  EXPECT_EQ(tree("m[1]=a"), R"({"m":{"1":"a"}})");
  EXPECT_EQ(tree("m[00]=a"), R"({"m":{"00":"a"}})");
  EXPECT_EQ(tree("0=a"), R"({"0":"a"})");
  EXPECT_EQ(tree(""), "{}");
}

TEST(NestedForm, empty_brackets_never_take_an_index_that_is_named) {
  EXPECT_EQ(tree("a[1]=x&a[]=y"), R"({"a":{"1":"x","2":"y"}})");
  EXPECT_EQ(tree("a[0]=x&a[]=y"), R"({"a":["x","y"]})");
}

TEST(NestedForm, refuses_a_name_that_is_value_and_container) {
  EXPECT_EQ(tree("a=1&a[b]=2"), "refused: a[b]");
  EXPECT_EQ(tree("a[b]=1&a=2"), "refused: a");
  EXPECT_EQ(tree("a[b]=1&a[b][c]=2"), "refused: a[b][c]");
}

TEST(NestedForm, refuses_broken_names_and_depth_over_ten) {
  for (const std::string name : {"[a]", "a[b", "a]b", "a[b]c", "a[b[c]]", ""})
    EXPECT_EQ(tree(name + "=1"), "refused: " + name) << name;
  std::string deep = "a";
  for (int i = 0; i < 9; ++i) deep += "[a]";
  EXPECT_TRUE(parse_nested_form(deep + "=1"));
  EXPECT_FALSE(parse_nested_form(deep + "[a]=1"));
}

}  // namespace cobro::wire
