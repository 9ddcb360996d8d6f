// The prices of products.h.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/products.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "price";

Json blank_price(Account& account) {
  return JsonObject{{"id", account.new_id("price_1")},
                    {"object", kKind},
                    {"active", true},
                    {"billing_scheme", "per_unit"},
                    {"created", account.unix_now()},
                    {"currency", ""},
                    {"custom_unit_amount", JsonNull{}},
                    {"livemode", false},
                    {"lookup_key", JsonNull{}},
                    {"metadata", JsonObject{}},
                    {"nickname", JsonNull{}},
                    {"product", JsonNull{}},
                    {"recurring", JsonNull{}},
                    {"tax_behavior", "unspecified"},
                    {"tiers_mode", JsonNull{}},
                    {"transform_quantity", JsonNull{}},
                    {"type", "one_time"},
                    {"unit_amount", 0},
                    {"unit_amount_decimal", "0"}};
}

// Stripe bills at most three years at once.
std::int64_t most_of(std::string_view interval) {
  if (interval == "day") return 1095;
  if (interval == "week") return 156;
  return interval == "month" ? 36 : 3;
}

void read_recurring(Params& params, Json& body) {
  Params* recurring = params.group("recurring");
  if (!recurring) return;
  const auto interval = recurring->one_of("interval", {"day", "week", "month", "year"});
  if (!recurring->has("interval")) recurring->refuse_missing("interval");
  const auto count = recurring->positive("interval_count").value_or(1);
  if (interval && count > most_of(*interval))
    recurring->refuse(invalid_request("You can only bill up to three years at a time.",
                                      recurring->full_name("interval_count")));
  recurring->one_of("usage_type", {"licensed"});  // metered usage is not played here
  body.set("type", "recurring");
  body.set("recurring", JsonObject{{"interval", interval.value_or("month")},
                                   {"interval_count", count},
                                   {"meter", JsonNull{}},
                                   {"trial_period_days", JsonNull{}},
                                   {"usage_type", "licensed"}});
}

void read_changeable(Params& params, Json& body) {
  if (const auto active = params.boolean("active")) body.set("active", *active);
  read_text(params, body, "nickname");
  read_text(params, body, "lookup_key");
  if (const auto tax = params.one_of("tax_behavior", {"exclusive", "inclusive", "unspecified"}))
    body.set("tax_behavior", *tax);
  read_metadata(params, body);
  params.not_yet({"currency_options", "transfer_lookup_key"});
}

std::int64_t read_unit_amount(Params& params) {
  const auto amount = params.integer("unit_amount");
  if (params.has("unit_amount") && params.has("unit_amount_decimal"))
    params.refuse(only_one_of("unit_amount", "unit_amount_decimal"));
  const auto decimal = params.integer("unit_amount_decimal");  // whole minor units only
  if (!amount && !decimal) params.refuse_missing("unit_amount");
  const auto read = amount ? *amount : decimal.value_or(0);
  if (read < 0 || read > kMaxAmount)
    params.refuse(
        invalid_request(fmt::format("Invalid unit_amount: must be between 0 and {}", kMaxAmount),
                        params.full_name("unit_amount")));
  return read;
}

}  // namespace

Json read_price(Account& account, Params& params) {
  Json body = blank_price(account);
  const auto currency = base::to_lower(params.required("currency"));
  if (!currency.empty() && !is_supported_currency(currency))
    params.refuse(invalid_request("Invalid currency: " + currency, params.full_name("currency")));
  body.set("currency", currency);
  const auto amount = read_unit_amount(params);
  if (auto mistake = check_increment(amount, currency, params.full_name("unit_amount")))
    params.refuse(std::move(*mistake));
  body.set("unit_amount", amount);
  body.set("unit_amount_decimal", std::to_string(amount));
  params.one_of("billing_scheme", {"per_unit"});
  read_recurring(params, body);
  read_changeable(params, body);
  return body;
}

Answer create_price(Call& call) {
  Account& account = call.account;
  Document price{read_price(account, call.params), JsonObject{}};
  call.params.not_yet({"custom_unit_amount", "tiers", "tiers_mode", "transform_quantity"});
  const auto key = price.text("lookup_key");
  for (const auto& other : key.empty() ? std::vector<Document>{} : account.database.all(kKind))
    if (other.text("lookup_key") == key)
      call.params.refuse(invalid_request(
          fmt::format("A price (`{}`) already uses that lookup key.", other.id()), "lookup_key"));
  read_product(call, call.params, price);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  keep_price(account, call.cause, price);
  return std::move(price.body);
}

Answer retrieve_price(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto price = call.account.database.find(kKind, call.id);
  if (!price) return std::unexpected(no_such(404, kKind, call.id, kKind.data()));
  return std::move(price->body);
}

Answer update_price(Call& call) {
  auto price = call.account.database.find(kKind, call.id);
  if (!price) return std::unexpected(no_such(404, kKind, call.id, kKind.data()));
  const Json before = price->body;
  read_changeable(call.params, price->body);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  save_change(call.account, call.cause, "price.updated", before, *price);
  return std::move(price->body);
}

Answer list_prices(Call& call) {
  Params& params = call.params;
  const auto query = read_list_query(params, kKind);
  const auto active = params.boolean("active");
  const auto product = params.non_empty("product");
  const auto currency = params.non_empty("currency");
  const auto type = params.one_of("type", {"one_time", "recurring"});
  const auto keys = params.texts("lookup_keys");
  Params* recurring = params.group("recurring");
  const auto interval =
      recurring ? recurring->one_of("interval", {"day", "week", "month", "year"}) : std::nullopt;
  if (recurring) recurring->not_yet({"meter", "usage_type"});
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  return answer_list_of(call, query, "/v1/prices", [&](const Json& one) {
    if (active && *one.find("active") != Json(*active)) return false;
    if (product && one.string_at({"product"}) != product) return false;
    if (currency && one.string_at({"currency"}) != currency) return false;
    if (type && one.string_at({"type"}) != type) return false;
    if (interval && one.string_at({"recurring", "interval"}) != interval) return false;
    const auto key = one.string_at({"lookup_key"}).value_or("");
    return keys.empty() || std::find(keys.begin(), keys.end(), key) != keys.end();
  });
}

std::optional<Document> read_active_price(Account& account, Params& params) {
  const auto id = params.required("price");
  if (id.empty()) return std::nullopt;
  auto price = account.database.find(kKind, id);
  if (!price) {
    params.refuse(no_such(400, kKind, id, params.full_name("price")));
  } else if (*price->body.find("active") != Json(true)) {
    params.refuse(invalid_request(
        fmt::format("The price specified is inactive. This field only accepts active prices: {}.",
                    id),
        params.full_name("price")));
    return std::nullopt;
  }
  return price;
}

}  // namespace cobro::sandbox::stripe
