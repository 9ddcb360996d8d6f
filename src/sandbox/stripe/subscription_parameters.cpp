#include "sandbox/stripe/subscription_parameters.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/payment_methods.h"
#include "sandbox/stripe/products.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::int64_t kMaxQuantity = 999'999;

void read_payment_settings(Params& params, Json& body) {
  Params* settings = params.group("payment_settings");
  if (!settings) return;
  settings->not_yet({"payment_method_options"});
  const auto types = settings->texts("payment_method_types");
  if (std::any_of(types.begin(), types.end(), [](const auto& type) { return type != "card"; }))
    settings->not_yet({"payment_method_types"});
  const auto save = settings->one_of("save_default_payment_method", {"off", "on_subscription"});
  Json changed = *body.find("payment_settings");
  if (save) changed.set("save_default_payment_method", *save);
  body.set("payment_settings", std::move(changed));
}

void read_trial_settings(Params& params, Json& body) {
  Params* settings = params.group("trial_settings");
  Params* end = settings ? settings->group("end_behavior") : nullptr;
  if (!end) return;
  const auto then = end->one_of("missing_payment_method", {"cancel", "create_invoice", "pause"});
  if (then)
    body.set("trial_settings",
             JsonObject{{"end_behavior", JsonObject{{"missing_payment_method", *then}}}});
}

void read_pause(Params& params, Json& body) {
  if (!params.has("pause_collection")) return;
  Params* pause = params.group("pause_collection");
  if (!pause) return static_cast<void>(body.set("pause_collection", JsonNull{}));
  const auto behavior = pause->one_of("behavior", {"keep_as_draft", "mark_uncollectible", "void"});
  if (!behavior) pause->refuse_missing("behavior");
  const auto resumes = pause->moment("resumes_at");
  body.set("pause_collection", JsonObject{{"behavior", behavior.value_or("void")},
                                          {"resumes_at", resumes ? Json(*resumes) : Json()}});
}

// One end, said in either way: the later word replaces the earlier.
void read_end(Call& call, Json& body) {
  Params& params = call.params;
  if (const auto at_end = params.boolean("cancel_at_period_end")) {
    if (params.has("cancel_at")) params.refuse(only_one_of("cancel_at", "cancel_at_period_end"));
    const bool was_at_end = *body.find("cancel_at_period_end") == Json(true);
    if (was_at_end && !*at_end) body.set("cancel_at", JsonNull{});
    body.set("cancel_at_period_end", *at_end);
  }
  if (!params.has("cancel_at")) return;
  if (params.tree().string_at({"cancel_at"}) == "") {
    params.accept({"cancel_at"});
    body.set("cancel_at", JsonNull{});
    body.set("cancel_at_period_end", false);
    return;
  }
  const auto at = params.moment("cancel_at");
  if (at && *at <= call.account.unix_now())
    params.refuse(invalid_request("`cancel_at` must be in the future.", "cancel_at"));
  if (!at) return;
  body.set("cancel_at", *at);
  body.set("cancel_at_period_end", false);
}

void read_details(Params& params, Json& body) {
  Params* details = params.group("cancellation_details");
  if (!details) return;
  Json changed = *body.find("cancellation_details");
  read_text(*details, changed, "comment");
  read_text(*details, changed, "feedback");
  body.set("cancellation_details", std::move(changed));
}

}  // namespace

void read_default_method(Call& call, const std::string& customer, Json& body) {
  const auto id = call.params.text("default_payment_method");
  if (!id) return;
  const auto method = call.account.database.find("payment_method", *id);
  if (!id->empty() && !method)
    call.params.refuse(no_such(400, "PaymentMethod", *id, "default_payment_method"));
  else if (!id->empty() && method->text("customer") != customer)
    call.params.refuse(not_theirs(*id, "default_payment_method"));
  body.set("default_payment_method", id->empty() ? Json() : Json(*id));
}

void read_subscription_fields(Call& call, Json& body) {
  Params& params = call.params;
  read_default_method(call, body.string_at({"customer"}).value_or(""), body);
  read_text(params, body, "description");
  read_payment_settings(params, body);
  read_trial_settings(params, body);
  read_pause(params, body);
  read_end(call, body);
  read_details(params, body);
  read_metadata(params, body);
  params.one_of("collection_method", {"charge_automatically"});
  params.not_yet_enabled("automatic_tax");
  Params* mode = params.group("billing_mode");
  if (mode && mode->non_empty("type") != "classic") mode->not_yet({"type"});
  params.not_yet({"add_invoice_items", "application_fee_percent", "billing_thresholds",
                  "days_until_due", "default_source", "default_tax_rates", "discounts",
                  "invoice_settings", "on_behalf_of", "pending_invoice_item_interval",
                  "transfer_data"});
}

std::int64_t read_quantity(Params& item) {
  const auto quantity = item.positive("quantity").value_or(1);
  if (quantity > kMaxQuantity)
    item.refuse(invalid_request(fmt::format("Quantity must be at most {}.", kMaxQuantity),
                                item.full_name("quantity")));
  return quantity;
}

std::optional<Document> read_item_price(Call& call, Params& item) {
  if (item.has("price") && item.has("price_data")) item.refuse(only_one_of("price", "price_data"));
  Params* data = item.group("price_data");
  if (!data) return read_active_price(call.account, item);
  Document price{read_price(call.account, *data), JsonObject{}};
  price.body.set("active", false);
  read_product(call, *data, price);
  return price;
}

std::optional<std::int64_t> read_trial_end(Call& call) {
  Params& params = call.params;
  const auto days = params.positive("trial_period_days");
  if (days && params.has("trial_end")) params.refuse(only_one_of("trial_end", "trial_period_days"));
  constexpr std::int64_t kDay = 24 * 3600;
  constexpr std::int64_t kMostDays = 730;
  if (days && *days > kMostDays)
    params.refuse(
        invalid_request("Invalid trial period days: must be at most 730.", "trial_period_days"));
  const auto now = call.account.unix_now();
  if (days) return now + *days * kDay;
  if (params.tree().string_at({"trial_end"}) == "now") {
    params.accept({"trial_end"});
    return now;
  }
  const auto end = params.moment("trial_end");
  if (end && *end <= now)
    params.refuse(invalid_request("`trial_end` must be in the future.", "trial_end"));
  return end;
}

void check_price_currency(Params& item, const Json& price, std::string_view expected) {
  const auto currency = price.string_at({"currency"}).value_or("");
  if (currency != expected)
    item.refuse(invalid_request(fmt::format("The price specified only supports `{}`. This "
                                            "doesn't match the expected currency: `{}`.",
                                            currency, expected),
                                item.full_name("price")));
}

void check_recurs(Params& item, const Json& price) {
  if (price.find("recurring")->is_null())
    item.refuse(
        invalid_request(fmt::format("The price specified is set to `type=one_time` but this field "
                                    "only accepts prices with `type=recurring`: {}.",
                                    price.string_at({"id"}).value_or("")),
                        item.full_name("price")));
}

void check_items(Params& params, const std::vector<Json>& prices) {
  const Json* first = nullptr;
  for (const Json& price : prices) {
    if (price.find("recurring")->is_null()) continue;  // refused by name already
    if (!first) first = &price;
    for (const char* field : {"recurring", "currency"})
      if (*price.find(field) != *first->find(field))
        params.refuse(
            invalid_request("All prices on a subscription must have the same "
                            "`recurring.interval`, `recurring.interval_count` and "
                            "`currency`.",
                            "items"));
  }
}

}  // namespace cobro::sandbox::stripe
