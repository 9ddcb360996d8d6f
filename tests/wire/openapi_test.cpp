#include "wire/openapi.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace cobro::wire::catalogue {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Part {
  Int<1, 9> count;
};
BOOST_DESCRIBE_STRUCT(Part, (), (count))

struct CreateThing {
  Text<1, 20> name;
  Decimal price;
  std::optional<Colour> colour;
  std::optional<Part> spare;
  List<Part, 1, 5> parts;
  Omittable<Reference<1, 64>> reference;
  std::optional<StringMap<3, 40, 500>> metadata;
};
BOOST_DESCRIBE_STRUCT(CreateThing, (), (name, price, colour, spare, parts, reference, metadata))

struct Renamed {
  static constexpr std::string_view kSchemaName = "Thing";
  Any anything;
  std::optional<Any> more;
  IntOrText<10> key;
  base::Timestamp at;
};
BOOST_DESCRIBE_STRUCT(Renamed, (), (anything, more, key, at))

template <class T>
struct Page {
  std::vector<T> data;
  BOOST_DESCRIBE_CLASS(Page, (), (data), (), ())
};

struct Filter {
  std::optional<Int<1, 100>> limit;
  std::optional<Colour> colour;
  Text<1, 5> q;
};
BOOST_DESCRIBE_STRUCT(Filter, (), (limit, colour, q))

}  // namespace cobro::wire::catalogue

namespace cobro::wire {

namespace {

template <class T>
std::string schema_text() {
  SchemaRegistry registry;
  return to_text(schema_of<T>(registry));
}

Json document() {
  const auto* thing = type_of<catalogue::Renamed>();
  return openapi_document(
      "Things", "1.2.3", "/",
      {{.method = "POST",
        .path = "/things",
        .id = "createThing",
        .summary = "Create a thing",
        .tag = "things",
        .body = RequestBody{type_of<catalogue::CreateThing>(), std::nullopt},
        .responses = {{201, "the thing", thing}, {400, "what is wrong", type_of<Any>()}}},
       {.method = "GET",
        .path = "/things",
        .id = "listThings",
        .summary = "List things",
        .tag = "things",
        .parameters = query_parameters<catalogue::Filter>(),
        .responses = {{200, "a page", type_of<catalogue::Page<catalogue::Renamed>>()}}},
       {.method = "DELETE",
        .path = "/things/{id}/parts/{part}",
        .id = "deletePart",
        .summary = "Remove a part",
        .tag = "parts",
        .responses = {{204, "gone"}},
        .needs_bearer = false}});
}

}  // namespace

TEST(Schema, every_type_has_its_own) {
  EXPECT_EQ((schema_text<Text<1, 20>>()), R"({"type":"string","minLength":1,"maxLength":20})");
  EXPECT_EQ((schema_text<Int<1, 9>>()), R"({"type":"integer","minimum":1,"maximum":9})");
  EXPECT_EQ(schema_text<Decimal>(), R"({"type":"number"})");
  EXPECT_EQ(schema_text<Any>(), "{}");
  EXPECT_EQ(schema_text<std::optional<Any>>(), "{}");
  EXPECT_EQ(schema_text<std::optional<bool>>(), R"({"type":["boolean","null"]})");
  EXPECT_EQ(schema_text<std::optional<catalogue::Colour>>(),
            R"({"type":["string","null"],"enum":["red","green",null]})");
  EXPECT_EQ((schema_text<List<int, 1, 5>>()),
            R"({"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":5})");
  EXPECT_EQ(schema_text<cobro::base::Timestamp>(), R"({"type":"string","format":"date-time"})");
}

TEST(Schema, named_structs_are_components) {
  SchemaRegistry registry;
  EXPECT_EQ(to_text(schema_of<catalogue::CreateThing>(registry)),
            R"({"$ref":"#/components/schemas/CatalogueCreateThing"})");
  const auto schemas = registry.schemas();
  ASSERT_EQ(schemas.as_object()->size(), 2U);
  const auto* create = schemas.find("CatalogueCreateThing");
  EXPECT_EQ(to_text(*create->find("required")), R"(["name","price","parts"])");
  EXPECT_EQ(to_text(*create->at({"properties", "spare"})),
            R"({"anyOf":[{"$ref":"#/components/schemas/CataloguePart"},{"type":"null"}]})");
  EXPECT_EQ(to_text(*create->at({"properties", "reference"})),
            R"({"type":"string","minLength":1,"maxLength":64})");
  EXPECT_EQ(schema_text<catalogue::Renamed>(), R"({"$ref":"#/components/schemas/Thing"})");
}

TEST(Schema, a_template_stands_where_it_is_used) {
  EXPECT_EQ(schema_text<catalogue::Page<int>>(),
            R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"integer"}}},)"
            R"("required":["data"]})");
}

TEST(Schema, two_structs_of_one_name_are_a_bug) {
  SchemaRegistry registry;
  registry.reference("A", [](SchemaRegistry&) { return Json(1); });
  EXPECT_THROW(registry.reference("A", [](SchemaRegistry&) { return Json(2); }), cobro::base::Bug);
}

TEST(OpenApi, one_path_holds_its_methods) {
  const auto json = document();
  EXPECT_EQ(json.string_at({"openapi"}), "3.1.0");
  ASSERT_EQ(json.find("paths")->as_object()->size(), 2U);
  EXPECT_EQ(json.string_at({"paths", "/things", "post", "operationId"}), "createThing");
  EXPECT_EQ(json.string_at({"paths", "/things", "get", "operationId"}), "listThings");
  EXPECT_EQ(to_text(*json.at({"paths", "/things", "post", "security"})), R"([{"bearer":[]}])");
  EXPECT_EQ(to_text(*json.at({"paths", "/things/{id}/parts/{part}", "delete", "security"})), "[]");
  EXPECT_EQ(
      json.at({"paths", "/things/{id}/parts/{part}", "delete", "responses", "204", "content"}),
      nullptr);
  EXPECT_EQ(json.at({"components", "schemas"})->as_object()->size(), 3U);
}

TEST(OpenApi, parameters_come_from_the_path_and_the_query_struct) {
  const auto json = document();
  EXPECT_EQ(to_text(*json.at({"paths", "/things/{id}/parts/{part}", "delete", "parameters"})),
            R"([{"name":"id","in":"path","required":true,)"
            R"("schema":{"type":"string","minLength":1,"maxLength":255}},)"
            R"({"name":"part","in":"path","required":true,)"
            R"("schema":{"type":"string","minLength":1,"maxLength":255}}])");
  EXPECT_EQ(to_text(*json.at({"paths", "/things", "get", "parameters"})),
            R"([{"name":"limit","in":"query","required":false,)"
            R"("schema":{"type":"integer","minimum":1,"maximum":100}},)"
            R"({"name":"colour","in":"query","required":false,)"
            R"("schema":{"type":"string","enum":["red","green"]}},)"
            R"({"name":"q","in":"query","required":true,)"
            R"("schema":{"type":"string","minLength":1,"maxLength":5}}])");
}

}  // namespace cobro::wire
