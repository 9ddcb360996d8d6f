#include "sandbox/stripe/products.h"

#include <algorithm>

#include "sandbox/stripe/changes.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "product";

Json blank_product(std::string id, std::int64_t now) {
  return JsonObject{{"id", std::move(id)},
                    {"object", kKind},
                    {"active", true},
                    {"attributes", JsonArray{}},
                    {"created", now},
                    {"default_price", JsonNull{}},
                    {"description", JsonNull{}},
                    {"images", JsonArray{}},
                    {"livemode", false},
                    {"marketing_features", JsonArray{}},
                    {"metadata", JsonObject{}},
                    {"name", ""},
                    {"package_dimensions", JsonNull{}},
                    {"shippable", JsonNull{}},
                    {"statement_descriptor", JsonNull{}},
                    {"tax_code", JsonNull{}},
                    {"tax_details", JsonNull{}},
                    {"type", "service"},
                    {"unit_label", JsonNull{}},
                    {"updated", now},
                    {"url", JsonNull{}}};
}

void read_fields(Params& params, Json& body) {
  if (const auto name = params.non_empty("name")) body.set("name", *name);
  if (const auto active = params.boolean("active")) body.set("active", *active);
  if (const auto shippable = params.boolean("shippable")) body.set("shippable", *shippable);
  for (const char* field : {"description", "statement_descriptor", "tax_code", "unit_label", "url"})
    read_text(params, body, field);
  if (params.has("images")) {
    JsonArray images;
    for (auto& image : params.texts("images")) images.emplace_back(std::move(image));
    body.set("images", std::move(images));
  }
  copy_group(params, body, "package_dimensions", {{"height", "length", "weight", "width"}});
  read_metadata(params, body);
  params.not_yet({"marketing_features", "tax_details", "type"});
}

// The price that comes with a product.
void add_default_price(Call& call, Document& product, Json price) {
  price.set("product", product.id());
  const Document made{std::move(price), JsonObject{}};
  call.account.database.insert("price", made, {});
  product.body.set("default_price", made.id());
  call.account.emit(call.cause, "price.created", made.body);
}

}  // namespace

Answer create_product(Call& call) {
  Account& account = call.account;
  const auto id = call.params.non_empty("id");
  Document product{blank_product(id ? *id : account.new_id("prod_"), account.unix_now()),
                   JsonObject{}};
  if (!call.params.has("name")) call.params.refuse_missing("name");
  read_fields(call.params, product.body);
  std::optional<Json> price;
  if (Params* data = call.params.group("default_price_data")) price = read_price(account, *data);
  if (id && account.database.sequence_of(*id))
    call.params.refuse(invalid_request("Product already exists.", "id", "resource_already_exists"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (price) add_default_price(call, product, std::move(*price));
  account.database.insert(kKind, product, {});
  account.emit(call.cause, "product.created", product.body);
  return std::move(product.body);
}

Answer retrieve_product(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto product = call.account.database.find(kKind, call.id);
  if (!product) return std::unexpected(no_such(404, kKind, call.id, "id"));
  return std::move(product->body);
}

Answer update_product(Call& call) {
  Account& account = call.account;
  auto product = account.database.find(kKind, call.id);
  if (!product) return std::unexpected(no_such(404, kKind, call.id, "id"));
  const Json before = product->body;
  read_fields(call.params, product->body);
  if (const auto price = call.params.text("default_price")) {
    const auto found = account.database.find("price", *price);
    if (!price->empty() && (!found || found->text("product") != call.id))
      call.params.refuse(no_such(400, "price", *price, "default_price"));
    product->body.set("default_price", price->empty() ? Json() : Json(*price));
  }
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  product->body.set("updated", account.unix_now());
  save_change(account, call.cause, "product.updated", before, *product);
  return std::move(product->body);
}

Answer delete_product(Call& call) {
  Account& account = call.account;
  auto product = account.database.find(kKind, call.id);
  if (!product) return std::unexpected(no_such(404, kKind, call.id, "id"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  const auto prices = account.database.all("price");
  if (std::any_of(prices.begin(), prices.end(),
                  [&](const Document& one) { return one.text("product") == call.id; }))
    return std::unexpected(invalid_request(
        "This product cannot be deleted because it has one or more user-created prices.", "id"));
  account.database.erase(call.id);
  account.emit(call.cause, "product.deleted", product->body);
  return JsonObject{{"id", call.id}, {"object", kKind}, {"deleted", true}};
}

Answer list_products(Call& call) {
  const auto query = read_list_query(call.params, kKind);
  const auto active = call.params.boolean("active");
  const auto ids = call.params.texts("ids");
  const auto url = call.params.non_empty("url");
  const auto shippable = call.params.boolean("shippable");
  call.params.not_yet({"type"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  return answer_list_of(call, query, "/v1/products", [&](const Json& one) {
    if (active && *one.find("active") != Json(*active)) return false;
    if (shippable && *one.find("shippable") != Json(*shippable)) return false;
    if (url && one.string_at({"url"}) != url) return false;
    return ids.empty() || std::find(ids.begin(), ids.end(), *one.string_at({"id"})) != ids.end();
  });
}

void read_product(Call& call, Params& params, Document& price) {
  if (params.has("product") && params.has("product_data"))
    params.refuse(only_one_of("product", "product_data"));
  if (Params* data = params.group("product_data")) {
    Json product = blank_product(call.account.new_id("prod_"), call.account.unix_now());
    if (!data->has("name")) data->refuse_missing("name");
    read_fields(*data, product);
    price.body.set("product", *product.find("id"));
    price.inner.set("product", std::move(product));
    return;
  }
  const auto id = params.required("product");
  if (!id.empty() && !call.account.database.find(kKind, id))
    params.refuse(no_such(400, kKind, id, params.full_name("product")));
  price.body.set("product", id);
}

void keep_price(Account& account, const Cause& cause, const Document& price) {
  if (price.inner.is_null() || account.database.sequence_of(price.id())) return;
  if (const Json* product = price.inner.find("product")) {
    account.database.insert(kKind, {*product, JsonObject{}}, {});
    account.emit(cause, "product.created", *product);
  }
  account.database.insert("price", {price.body, JsonObject{}}, {});
  account.emit(cause, "price.created", price.body);
}

void stock_products(Account& account) {
  struct Stock {
    std::string_view name;
    std::string_view product;
    std::string_view price;
    std::int64_t amount;
  };
  constexpr Stock kStock[] = {
      {"Basic", "prod_CobroSandboxBasic", "price_1Sb3k64dPtEGmLmpeAdxvmIu", 1900},
      {"Pro", "prod_CobroSandboxPro", "price_1Sb3k64dPtEGmLmpm5n5bbJH", 4900},
      {"Premium", "prod_CobroSandboxPremium", "price_1Sb3k74dPtEGmLmpHfLpUkvQ", 9900}};
  const auto now = account.unix_now();
  account.database.transaction([&] {
    for (const auto& [name, product, price, amount] : kStock) {
      if (account.database.sequence_of(price)) continue;
      Document sold{blank_product(std::string(product), now), JsonObject{}};
      sold.body.set("name", name);
      sold.body.set("default_price", price);
      account.database.insert(kKind, sold, {});
      Params terms{JsonObject{{"currency", "usd"},
                              {"unit_amount", std::to_string(amount)},
                              {"recurring", JsonObject{{"interval", "month"}}}}};
      Json body = read_price(account, terms);
      body.set("id", price);
      body.set("product", product);
      account.database.insert("price", {std::move(body), JsonObject{}}, {});
    }
  });
}

}  // namespace cobro::sandbox::stripe
