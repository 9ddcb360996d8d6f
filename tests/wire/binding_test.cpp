#include "wire/binding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/check.h"

namespace cobro::wire::shop {

enum class Kind { card, bank_transfer, void_ };
BOOST_DESCRIBE_ENUM(Kind, card, bank_transfer, void_)

struct Item {
  IntOrText<64> product_id;
  Int<1, 100> quantity;
  Decimal price;
};
BOOST_DESCRIBE_STRUCT(Item, (), (product_id, quantity, price))

struct Order {
  Text<1, 10> name;
  List<Item, 1, 3> items;
  std::optional<Kind> kind;
  std::optional<bool> gift;
  std::optional<Text<0, 20>> note;
  std::optional<StringMap<2, 5, 8>> metadata;
  std::optional<AnyObjectUpTo<30>> extra;
  std::optional<Reference<1, 64>> reference;
};
BOOST_DESCRIBE_STRUCT(Order, (), (name, items, kind, gift, note, metadata, extra, reference))

struct Page {
  std::optional<Int<1, 100>> limit;
  std::optional<bool> all;
  std::optional<Kind> kind;
  std::optional<Text<1, 50>> status;
  std::optional<Decimal> min_amount;
};
BOOST_DESCRIBE_STRUCT(Page, (), (limit, all, kind, status, min_amount))

struct Base {
  int status_code = 0;
  using wire_names = CamelCase;
};
BOOST_DESCRIBE_STRUCT(Base, (), (status_code))

struct Failure : Base {
  using wire_names = CamelCase;
  std::string default_;
  std::optional<std::string> request_id;
  Omittable<std::vector<std::string>> details;
  base::Timestamp created_at;
  base::Uuid id;
  Any more;
};
BOOST_DESCRIBE_STRUCT(Failure, (Base), (default_, request_id, details, created_at, id, more))

template <class T>
struct Envelope {
  bool success = true;
  T data;
  BOOST_DESCRIBE_CLASS(Envelope, (), (success, data), (), ())
};

}  // namespace cobro::wire::shop

namespace cobro::wire {

namespace {

using shop::Order;

// "field code, field code" in the order in which they are reported.
std::string codes(const FieldErrors& errors) {
  std::string text;
  for (const auto& error : errors)
    text += (text.empty() ? "" : ", ") + error.field + " " + std::string(to_word(error.code));
  return text;
}

template <class T>
std::string refusal(std::string_view json) {
  const auto result = decode<T>(*parse_json(json));
  return result ? "accepted" : codes(result.error());
}

template <class T>
std::string query_refusal(std::string_view query) {
  const auto result = decode_query<T>(query);
  return result ? "accepted" : codes(result.error());
}

// An order with `member` added.
std::string order_with(const std::string& member) {
  return R"({"name":"n","items":[{"product_id":1,"quantity":1,"price":1}],)" + member + "}";
}

}  // namespace

TEST(Decode, fills_a_whole_struct) {
  const auto order = decode<Order>(*parse_json(R"({
    "name":"caf\u00e9","unknown":{"x":[1]},"kind":"bank_transfer","gift":false,"note":null,
    "items":[{"product_id":7,"quantity":2,"price":29.990},
             {"product_id":"sku-1","quantity":1,"price":"2.999e1"}],
    "metadata":{"a":"x","b":1.50},"extra":{"k":[1,null]},"reference":"r"})"));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->name.text, "caf\xC3\xA9");
  EXPECT_EQ(order->items[0].product_id, (IntOrText<64>{"7", true}));
  EXPECT_EQ(order->items[1].product_id, (IntOrText<64>{"sku-1", false}));
  EXPECT_EQ(order->items[0].price.text, "29.990");
  EXPECT_EQ(order->items[1].price.text, "2.999e1");
  EXPECT_EQ(order->kind, shop::Kind::bank_transfer);
  EXPECT_EQ(order->gift, false);
  EXPECT_EQ(order->note, std::nullopt);
  EXPECT_EQ(order->metadata->entries.back(), (std::pair<std::string, std::string>{"b", "1.50"}));
  EXPECT_EQ(to_text(order->extra->json), R"({"k":[1,null]})");
}

TEST(Decode, reports_every_wrong_field_at_once) {
  EXPECT_EQ(refusal<Order>(R"({"name":"","kind":"cash","gift":1,"items":[
              {"product_id":true,"quantity":0},{"product_id":"a","quantity":"2","price":"x"}]})"),
            "name too_short, items[0].product_id wrong_type, items[0].quantity out_of_range, "
            "items[0].price required, items[1].quantity wrong_type, items[1].price not_a_number, "
            "kind not_one_of, gift wrong_type");
  EXPECT_EQ(refusal<Order>("{}"), "name required, items required");
  EXPECT_EQ(refusal<Order>(R"({"name":null,"items":null})"), "name required, items required");
}

TEST(Decode, a_top_level_that_is_no_object_is_one_error) {
  for (const auto* text : {"[]", "1", "null", "\"x\"", "true"})
    EXPECT_EQ(refusal<Order>(text), " wrong_type") << text;
}

TEST(Decode, each_limit_has_its_code) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"("note":"12345678901234567890")", "accepted"},
      {R"("note":"123456789012345678901")", "note too_long"},
      {R"("note":"éééééééééééééééééééé")", "accepted"},
      {R"("note":"a\n\tb")", "accepted"},
      {R"("note":"a\u0000b")", "note invalid_format"},
      {R"("note":"a\rb")", "note invalid_format"},
      {R"("note":"a\u007f")", "note invalid_format"},
      {R"("note":5)", "note wrong_type"},
      {R"("metadata":{})", "accepted"},
      {R"("metadata":{"a":true,"b":null})", "accepted"},
      {R"("metadata":{"a":1,"b":2,"c":3})", "metadata too_many_items"},
      {R"("metadata":{"abcdef":1})", "metadata too_long"},
      {R"("metadata":{"":1})", "metadata too_short"},
      {R"("metadata":{"a":"123456789"})", "metadata.a too_long"},
      {R"("metadata":{"a":[]})", "metadata.a wrong_type"},
      {R"("metadata":[])", "metadata wrong_type"},
      {R"("extra":{"k":"12345678901234567890"})", "accepted"},
      {R"("extra":{"k":"123456789012345678901234"})", "extra too_long"},
      {R"("extra":[])", "extra wrong_type"},
      {R"("reference":"")", "reference too_short"},
      {R"("kind":"void")", "accepted"},
      {R"("kind":"void_")", "kind not_one_of"},
      {R"("kind":1)", "kind wrong_type"}};
  for (const auto& [member, expected] : rows)
    EXPECT_EQ(refusal<Order>(order_with(member)), expected) << member;
}

TEST(Decode, lists_have_their_length) {
  const std::string item = R"({"product_id":1,"quantity":1,"price":1})";
  EXPECT_EQ(refusal<Order>(R"({"name":"n","items":[]})"), "items too_few_items");
  EXPECT_EQ(refusal<Order>(R"({"name":"n","items":[)" + item + "," + item + "," + item + "," +
                           item + "]}"),
            "items too_many_items");
  EXPECT_EQ(refusal<Order>(R"({"name":"n","items":{}})"), "items wrong_type");
  EXPECT_EQ(refusal<Order>(R"({"name":"n","items":[1]})"), "items[0] wrong_type");
}

TEST(Decode, integers_are_exact) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"1", "accepted"},       {"100", "accepted"},
      {"0", "out_of_range"},   {"101", "out_of_range"},
      {"1.0", "wrong_type"},   {"1e1", "wrong_type"},
      {"\"1\"", "wrong_type"}, {"99999999999999999999", "out_of_range"},
      {"true", "wrong_type"},  {"-0", "out_of_range"}};
  for (const auto& [number, expected] : rows) {
    const auto got = refusal<shop::Item>(R"({"product_id":1,"price":1,"quantity":)" + number + "}");
    EXPECT_EQ(got, expected == "accepted" ? expected : "quantity " + expected) << number;
  }
}

TEST(Decode, decimals_keep_their_text_or_are_refused) {
  for (const std::string text : {"29.99", "29.990", "2.999e1", "0", "-1.5", "0.00", "1E+2",
                                 "1234567890123456789012345678901234567890"}) {
    for (const std::string& json : {text, "\"" + text + "\""}) {
      const auto item =
          decode<shop::Item>(*parse_json(R"({"product_id":1,"quantity":1,"price":)" + json + "}"));
      ASSERT_TRUE(item) << json;
      EXPECT_EQ(item->price.text, text);
      EXPECT_EQ(encode(item->price), text);
    }
  }
  for (const std::string text : {"", " 1", "1 ", "+1", ".5", "1.", "01", "-", "NaN", "Infinity",
                                 "1e", "1,5", "0x10", "--1", "1e+", "1.2.3"}) {
    EXPECT_FALSE(is_json_number(text)) << text;
    EXPECT_EQ(refusal<shop::Item>(R"({"product_id":1,"quantity":1,"price":")" + text + "\"}"),
              "price not_a_number")
        << text;
  }
  EXPECT_EQ(
      refusal<shop::Item>(R"({"product_id":1,"quantity":1,"price":)" + std::string(41, '1') + "}"),
      "price out_of_range");
  EXPECT_EQ(refusal<shop::Item>(R"({"product_id":1,"quantity":1,"price":true})"),
            "price wrong_type");
}

TEST(Decode, at_most_a_hundred_errors_are_reported) {
  Reader reader(false);
  for (int i = 0; i < 1000; ++i) reader.fail(FieldCode::required, "is required");
  EXPECT_EQ(reader.take().size(), 100U);
}

TEST(Decode, a_card_number_is_all_that_is_reported) {
  EXPECT_EQ(refusal<Order>(R"({"name":"","note":"my card 4242 4242 4242 4242"})"),
            "note card_data_not_allowed");
  const auto errors = decode<Order>(*parse_json(R"({"x":"4242424242424242"})")).error();
  EXPECT_TRUE(is_card_refusal(errors));
  EXPECT_EQ(errors[0].message.find("4242"), std::string::npos);
  EXPECT_FALSE(is_card_refusal(decode<Order>(*parse_json("{}")).error()));
}

TEST(Decode, card_numbers_are_looked_for_in_every_string_but_ids) {
  const std::string card = "\"4242424242424242\"";
  for (const std::string place :
       {"note", "metadata", "unknown", "extra", "deep", "list", "wrong"}) {
    const std::map<std::string, std::string> members{
        {"note", R"("note":)" + card},
        {"metadata", R"("metadata":{"a":)" + card + "}"},
        {"unknown", R"("card":)" + card},
        {"extra", R"("extra":{"a":[)" + card + "]}"},
        {"deep", R"("x":{"y":[{"z":)" + card + "}]}"},
        {"list", R"("items":[{"price":)" + card + "}]"},
        {"wrong", R"("reference":[)" + card + "]"}};
    EXPECT_THAT(refusal<Order>("{" + members.at(place) + "}"),
                testing::HasSubstr("card_data_not_allowed"))
        << place;
  }
  EXPECT_EQ(refusal<Order>(order_with(R"("reference":)" + card)), "accepted");
  EXPECT_EQ(refusal<shop::Item>(R"({"quantity":1,"price":1,"product_id":)" + card + "}"),
            "accepted");
  EXPECT_EQ(refusal<Order>(order_with(R"("extra":{"a":4242424242424242})")), "accepted");
}

TEST(DecodeQuery, reads_every_type_from_text) {
  const auto page =
      decode_query<shop::Page>("limit=20&all=true&kind=card&status=paid%2Cshipped&min_amount=1.50");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit->value, 20);
  EXPECT_EQ(page->all, true);
  EXPECT_EQ(page->kind, shop::Kind::card);
  EXPECT_EQ(page->status->text, "paid,shipped");
  EXPECT_EQ(page->min_amount->text, "1.50");
  EXPECT_TRUE(decode_query<shop::Page>(""));
  EXPECT_TRUE(decode_query<shop::Page>("other=1&other=2"));
}

TEST(DecodeQuery, refuses_with_the_field) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"limit=0", "limit out_of_range"},
      {"limit=x", "limit not_a_number"},
      {"limit=", "limit not_a_number"},
      {"limit=1.5", "limit wrong_type"},
      {"limit=1&limit=2", "limit invalid_format"},
      {"status=a&kind=card&status=a&status=b", "status invalid_format"},
      {"all=yes", "all wrong_type"},
      {"kind=cash&status=", "kind not_one_of, status too_short"},
      {"limit=%zz", " invalid_format"},
      {"status=4242424242424242", "status card_data_not_allowed"},
      {"x=1&x=4242+4242+4242+4242", "x[1] card_data_not_allowed"}};
  for (const auto& [query, expected] : rows)
    EXPECT_EQ(query_refusal<shop::Page>(query), expected) << query;
}

TEST(Encode, writes_members_in_order_with_null_for_the_absent) {
  shop::Order order;
  order.name.text = "a\"b";
  order.items.push_back({{"7", true}, {2}, {"29.990"}});
  order.items.push_back({{"7", false}, {1}, {"1"}});
  order.kind = shop::Kind::void_;
  order.metadata.emplace().entries = {{"k", "v"}};
  EXPECT_EQ(encode(order),
            R"({"name":"a\"b","items":[{"product_id":7,"quantity":2,"price":29.990},)"
            R"({"product_id":"7","quantity":1,"price":1}],"kind":"void","gift":null,"note":null,)"
            R"("metadata":{"k":"v"},"extra":null,"reference":null})");
}

TEST(Encode, camel_case_inheritance_and_what_is_left_out) {
  shop::Failure failure;
  failure.status_code = 404;
  failure.default_ = "d";
  failure.more.json = JsonArray{Json(1)};
  EXPECT_EQ(encode(failure), R"({"statusCode":404,"default":"d","requestId":null,)"
                             R"("createdAt":"1970-01-01T00:00:00.000Z",)"
                             R"("id":"00000000-0000-0000-0000-000000000000","more":[1]})");
  failure.details.emplace() = {"x"};
  EXPECT_THAT(encode(failure), testing::HasSubstr(R"("details":["x"],)"));
}

TEST(Encode, what_is_written_is_read_back) {
  const std::string text =
      R"({"statusCode":1,"default":"d","requestId":"r","details":["a","b"],)"
      R"("createdAt":"2025-11-05T10:30:00.123Z","id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",)"
      R"("more":null})";
  const auto value = decode<shop::Failure>(*parse_json(text));
  ASSERT_TRUE(value) << codes(value.error());
  EXPECT_EQ(encode(*value), text);
}

TEST(Encode, an_envelope_around_any_answer) {
  EXPECT_EQ(encode(shop::Envelope<std::vector<int>>{true, {1, 2}}),
            R"({"success":true,"data":[1,2]})");
}

TEST(Encode, a_decimal_that_is_no_number_is_a_bug) {
  EXPECT_THROW((void)encode(Decimal{"1,5"}), base::Bug);
}

}  // namespace cobro::wire
