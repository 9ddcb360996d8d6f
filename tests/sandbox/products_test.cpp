#include "sandbox/world.h"

namespace cobro::sandbox {
namespace {

TEST(SandboxProducts, three_prices_are_there_from_the_start) {
  World world;
  const auto basic = world.get("/v1/prices/price_1Sb3k64dPtEGmLmpeAdxvmIu", "expand[]=product");
  EXPECT_EQ(basic.number({"unit_amount"}), 1900) << basic.body;
  EXPECT_EQ(basic.text({"currency"}), "usd");
  EXPECT_EQ(basic.text({"recurring", "interval"}), "month");
  EXPECT_EQ(basic.text({"product", "name"}), "Basic");
  EXPECT_EQ(world.get("/v1/prices/price_1Sb3k64dPtEGmLmpm5n5bbJH").number({"unit_amount"}), 4900);
  EXPECT_EQ(world.get("/v1/prices/price_1Sb3k74dPtEGmLmpHfLpUkvQ").number({"unit_amount"}), 9900);
  EXPECT_TRUE(world.event_types().empty());
}

TEST(SandboxProducts, are_made_changed_listed_and_deleted) {
  World world;
  const auto made = world.post("/v1/products", "name=Course&metadata[a]=1");
  const auto path = "/v1/products/" + made.text({"id"});
  EXPECT_EQ(made.text({"object"}), "product") << made.body;
  EXPECT_EQ(world.post(path, "description=Long&active=false").text({"description"}), "Long");
  EXPECT_EQ(World::texts(world.get("/v1/products", "active=false"), "id"),
            std::vector<std::string>{made.text({"id"})});
  EXPECT_EQ(world.get("/v1/products").json.find("data")->as_array()->size(), 4U);
  EXPECT_EQ(world.remove(path).status, 200);
  EXPECT_EQ(world.get(path).status, 404);
  EXPECT_EQ(world.event_types(),
            (std::vector<std::string>{"product.created", "product.updated", "product.deleted"}));
}

TEST(SandboxProducts, prices_are_whole_where_the_currency_has_no_fractions) {
  World world;
  const auto make = [&](const std::string& currency, int amount) {
    return world.post(
        "/v1/prices",
        fmt::format("currency={}&unit_amount={}&product_data[name]=Book", currency, amount));
  };
  EXPECT_EQ(make("isk", 50'000).status, 200);
  EXPECT_EQ(make("usd", 50'050).status, 200);
  for (const auto* currency : {"isk", "ugx"}) {
    const auto refused = make(currency, 50'050);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.text({"error", "param"}), "unit_amount");
  }
}

TEST(SandboxProducts, prices_belong_to_a_product_and_keep_their_amount) {
  World world;
  const auto product = world.post("/v1/products", "name=Course").text({"id"});
  const auto price = world.post("/v1/prices",
                                "currency=pen&unit_amount=4990&recurring[interval]=year"
                                "&lookup_key=yearly&product=" +
                                    product);
  EXPECT_EQ(price.text({"type"}), "recurring") << price.body;
  EXPECT_EQ(price.number({"recurring", "interval_count"}), 1);
  EXPECT_EQ(price.text({"unit_amount_decimal"}), "4990");
  const auto path = "/v1/prices/" + price.text({"id"});
  EXPECT_EQ(world.post(path, "unit_amount=1").text({"error", "code"}), "parameter_unknown");
  EXPECT_EQ(world.post(path, "nickname=Y&active=false").text({"nickname"}), "Y");
  EXPECT_EQ(World::texts(world.get("/v1/prices", "lookup_keys[]=yearly"), "id"),
            std::vector<std::string>{price.text({"id"})});
  EXPECT_EQ(world.get("/v1/prices", "product=" + product + "&active=true")
                .json.find("data")
                ->as_array()
                ->size(),
            0U);
  EXPECT_EQ(world.remove("/v1/products/" + product).status, 400) << "it has a price";
  EXPECT_EQ(world.post("/v1/prices", "currency=usd&product=" + product).text({"error", "param"}),
            "unit_amount");
  const auto both =
      world.post("/v1/prices", "currency=usd&unit_amount=500&product_data[name]=Book");
  EXPECT_EQ(world.get("/v1/products/" + both.text({"product"})).text({"name"}), "Book");
}

TEST(SandboxProducts, a_filtered_list_is_paged_in_both_directions) {
  World world;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const auto made = world.post("/v1/products", i % 2 ? "name=odd&active=false" : "name=even");
    if (i % 2 == 0) ids.insert(ids.begin(), made.text({"id"}));
  }
  const auto first = world.get("/v1/products", "active=true&limit=2");
  EXPECT_EQ(World::texts(first, "id"), (std::vector<std::string>{ids[0], ids[1]}));
  EXPECT_TRUE(*first.json.find("has_more")->as_bool());
  const auto before = world.get("/v1/products", "active=true&limit=1&ending_before=" + ids[2]);
  EXPECT_EQ(World::texts(before, "id"), std::vector<std::string>{ids[1]});
  EXPECT_TRUE(*before.json.find("has_more")->as_bool());
}

}  // namespace
}  // namespace cobro::sandbox
