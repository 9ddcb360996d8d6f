#include "sandbox/stripe/checkout_body.h"

#include <fmt/format.h>

#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/intent_parameters.h"
#include "sandbox/stripe/invoice_lines.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

Json no_tax() {
  return JsonObject{{"enabled", false},
                    {"liability", JsonNull{}},
                    {"provider", JsonNull{}},
                    {"status", JsonNull{}}};
}

void read_payment_data(Params& params, Document& session) {
  Params* data = params.group("payment_intent_data");
  if (!data) return;
  Json fields{JsonObject{}};
  read_text(*data, fields, "description");
  read_text(*data, fields, "receipt_email");
  read_text(*data, fields, "statement_descriptor_suffix");
  read_metadata(*data, fields);
  if (const auto future = data->one_of("setup_future_usage", {"off_session", "on_session"}))
    fields.set("setup_future_usage", *future);
  if (const auto capture =
          data->one_of("capture_method", {"automatic", "automatic_async", "manual"}))
    fields.set("capture_method", *capture);
  data->not_yet({"application_fee_amount", "on_behalf_of", "shipping", "statement_descriptor",
                 "transfer_data", "transfer_group"});
  session.inner.set("payment_intent_data", std::move(fields));
}

void read_subscription_data(Call& call, Document& session) {
  Params* data = call.params.group("subscription_data");
  if (!data) return;
  Json fields{JsonObject{}};
  read_text(*data, fields, "description");
  read_metadata(*data, fields);
  const auto days = data->positive("trial_period_days");
  constexpr std::int64_t kMostDays = 730;
  if (days && *days > kMostDays)
    data->refuse(invalid_request("Invalid trial period days: must be at most 730.",
                                 data->full_name("trial_period_days")));
  if (days) fields.set("trial_period_days", *days);
  const auto end = data->moment("trial_end");
  if (end && *end <= call.account.unix_now())
    data->refuse(
        invalid_request("`trial_end` must be in the future.", data->full_name("trial_end")));
  if (end) fields.set("trial_end", *end);
  copy_group(*data, fields, "trial_settings",
             {{}, {{"end_behavior", {{"missing_payment_method"}}}}});
  data->not_yet({"application_fee_percent", "billing_cycle_anchor", "billing_mode",
                 "default_tax_rates", "invoice_settings", "on_behalf_of", "proration_behavior",
                 "transfer_data"});
  session.inner.set("subscription_data", std::move(fields));
}

void read_setup_data(Params& params, Document& session) {
  Params* data = params.group("setup_intent_data");
  if (!data) return;
  Json fields{JsonObject{}};
  read_text(*data, fields, "description");
  read_metadata(*data, fields);
  session.inner.set("setup_intent_data", std::move(fields));
}

}  // namespace

Json blank_checkout_session(Account& account, const std::string& mode) {
  const auto id = "cs_test_" + account.chance(58);
  JsonObject totals{{"amount_discount", 0}, {"amount_shipping", 0}, {"amount_tax", 0}};
  const bool free = mode == "setup";
  return JsonObject{{"id", id},
                    {"object", "checkout.session"},
                    {"adaptive_pricing", JsonNull{}},
                    {"after_expiration", JsonNull{}},
                    {"allow_promotion_codes", JsonNull{}},
                    {"amount_subtotal", JsonNull{}},
                    {"amount_total", JsonNull{}},
                    {"automatic_tax", no_tax()},
                    {"billing_address_collection", JsonNull{}},
                    {"cancel_url", JsonNull{}},
                    {"client_reference_id", JsonNull{}},
                    {"client_secret", JsonNull{}},
                    {"collected_information", JsonNull{}},
                    {"consent", JsonNull{}},
                    {"consent_collection", JsonNull{}},
                    {"created", account.unix_now()},
                    {"currency", free ? Json("usd") : Json()},
                    {"currency_conversion", JsonNull{}},
                    {"custom_fields", JsonArray{}},
                    {"custom_text", JsonObject{}},
                    {"customer", JsonNull{}},
                    {"customer_account", JsonNull{}},
                    {"customer_creation", mode == "payment" ? Json("if_required") : Json("always")},
                    {"customer_details", JsonNull{}},
                    {"customer_email", JsonNull{}},
                    {"discounts", JsonNull{}},
                    {"expires_at", 0},
                    {"invoice", JsonNull{}},
                    {"invoice_creation", JsonNull{}},
                    {"livemode", false},
                    {"locale", JsonNull{}},
                    {"metadata", JsonObject{}},
                    {"mode", mode},
                    {"origin_context", JsonNull{}},
                    {"payment_intent", JsonNull{}},
                    {"payment_link", JsonNull{}},
                    {"payment_method_collection", mode == "payment" ? "if_required" : "always"},
                    {"payment_method_configuration_details", JsonNull{}},
                    {"payment_method_options", JsonObject{}},
                    {"payment_method_types", JsonArray{Json("card")}},
                    {"payment_status", free ? "no_payment_required" : "unpaid"},
                    {"permissions", JsonNull{}},
                    {"recovered_from", JsonNull{}},
                    {"saved_payment_method_options", JsonNull{}},
                    {"setup_intent", JsonNull{}},
                    {"shipping_address_collection", JsonNull{}},
                    {"shipping_cost", JsonNull{}},
                    {"shipping_options", JsonArray{}},
                    {"status", "open"},
                    {"submit_type", JsonNull{}},
                    {"subscription", JsonNull{}},
                    {"success_url", JsonNull{}},
                    {"total_details", free ? Json() : Json(std::move(totals))},
                    {"ui_mode", "hosted_page"},
                    {"url", account.options.public_url + "/_sandbox/checkout/" + id},
                    {"wallet_options", JsonNull{}}};
}

Json line_item(Account& account, const Document& price, std::int64_t quantity) {
  const auto amount = price_of(price.body, quantity);
  const auto product = account.database.find("product", price.text("product"));
  const auto named = price.inner.string_at({"product", "name"});
  return JsonObject{{"id", account.new_id("li_1")},
                    {"object", "item"},
                    {"adjustable_quantity", JsonNull{}},
                    {"amount_discount", 0},
                    {"amount_subtotal", amount},
                    {"amount_tax", 0},
                    {"amount_total", amount},
                    {"currency", price.text("currency")},
                    {"description", named     ? *named
                                    : product ? product->text("name")
                                              : ""},
                    {"metadata", JsonObject{}},
                    {"price", price.body},
                    {"quantity", quantity}};
}

void read_checkout_data(Call& call, Document& session) {
  const auto mode = session.text("mode");
  constexpr std::pair<std::string_view, std::string_view> kOfMode[] = {
      {"payment", "payment_intent_data"},
      {"subscription", "subscription_data"},
      {"setup", "setup_intent_data"}};
  for (const auto& [of, name] : kOfMode)
    if (of != mode && call.params.has(name))
      call.params.refuse(invalid_request(
          fmt::format("You can not pass `{}` in `{}` mode.", name, mode), std::string(name)));
  read_payment_data(call.params, session);
  read_subscription_data(call, session);
  read_setup_data(call.params, session);
}

void refuse_checkout_extras(Call& call) {
  Params& params = call.params;
  check_method_types(call);
  params.not_yet_enabled("adaptive_pricing");
  params.not_yet_enabled("automatic_tax");
  params.not_yet_enabled("invoice_creation");
  params.not_yet_enabled("phone_number_collection");
  params.not_yet_enabled("tax_id_collection");
  if (params.boolean("allow_promotion_codes") == true) params.not_yet({"allow_promotion_codes"});
  if (params.one_of("billing_address_collection", {"auto", "required"}) == "required")
    params.not_yet({"billing_address_collection"});
  if (params.one_of("payment_method_collection", {"always", "if_required"}) == "if_required")
    params.not_yet({"payment_method_collection"});
  params.not_yet({"after_expiration",
                  "branding_settings",
                  "consent_collection",

                  "custom_fields",
                  "custom_text",
                  "customer_account",
                  "customer_update",
                  "discounts",
                  "excluded_payment_method_types",
                  "name_collection",
                  "optional_items",
                  "origin_context",
                  "payment_method_configuration",
                  "payment_method_data",
                  "payment_method_options",
                  "permissions",
                  "redirect_on_completion",
                  "return_url",
                  "saved_payment_method_options",
                  "shipping_address_collection",
                  "shipping_options",
                  "submit_type",
                  "wallet_options"});
}

}  // namespace cobro::sandbox::stripe
