#include "sandbox/stripe/subscription_bodies.h"

#include "base/check.h"
#include "sandbox/stripe/billing_calendar.h"
#include "sandbox/stripe/subscription_cycle.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

Json payment_settings() {
  return JsonObject{{"payment_method_options", JsonNull{}},
                    {"payment_method_types", JsonNull{}},
                    {"save_default_payment_method", "off"}};
}

Json invoice_settings() {
  return JsonObject{{"account_tax_ids", JsonNull{}}, {"issuer", JsonObject{{"type", "self"}}}};
}

JsonObject unchanging(Account& account) {
  JsonObject tax{{"disabled_reason", JsonNull{}}, {"enabled", false}, {"liability", JsonNull{}}};
  return {{"application", JsonNull{}},
          {"application_fee_percent", JsonNull{}},
          {"automatic_tax", std::move(tax)},
          {"billing_cycle_anchor_config", JsonNull{}},
          {"billing_mode", JsonObject{{"flexible", JsonNull{}}, {"type", "classic"}}},
          {"billing_schedules", JsonArray{}},
          {"billing_thresholds", JsonNull{}},
          {"canceled_at", JsonNull{}},
          {"collection_method", "charge_automatically"},
          {"created", account.unix_now()},
          {"customer_account", JsonNull{}},
          {"days_until_due", JsonNull{}},
          {"default_source", JsonNull{}},
          {"default_tax_rates", JsonArray{}},
          {"discounts", JsonArray{}},
          {"ended_at", JsonNull{}},
          {"invoice_settings", invoice_settings()},
          {"latest_invoice", JsonNull{}},
          {"livemode", false},
          {"managed_payments", JsonNull{}},
          {"next_pending_invoice_item_invoice", JsonNull{}},
          {"on_behalf_of", JsonNull{}},
          {"pending_invoice_item_interval", JsonNull{}},
          {"pending_setup_intent", JsonNull{}},
          {"pending_update", JsonNull{}},
          {"schedule", JsonNull{}},
          {"start_date", account.unix_now()},
          {"transfer_data", JsonNull{}}};
}

}  // namespace

Json blank_subscription_fields(const std::string& customer) {
  return JsonObject{
      {"cancel_at", JsonNull{}},
      {"cancel_at_period_end", false},
      {"cancellation_details",
       JsonObject{{"comment", JsonNull{}}, {"feedback", JsonNull{}}, {"reason", JsonNull{}}}},
      {"customer", customer},
      {"default_payment_method", JsonNull{}},
      {"description", JsonNull{}},
      {"metadata", JsonObject{}},
      {"pause_collection", JsonNull{}},
      {"payment_settings", payment_settings()},
      {"trial_settings",
       JsonObject{{"end_behavior", JsonObject{{"missing_payment_method", "create_invoice"}}}}}};
}

Json plan_of(const Json& price) {
  const auto same = [&](std::string_view field) { return *price.find(field); };
  const Json& recurring = *price.find("recurring");
  if (recurring.is_null()) return JsonNull{};
  return JsonObject{{"id", same("id")},
                    {"object", "plan"},
                    {"active", same("active")},
                    {"amount", same("unit_amount")},
                    {"amount_decimal", same("unit_amount_decimal")},
                    {"billing_scheme", "per_unit"},
                    {"created", same("created")},
                    {"currency", same("currency")},
                    {"interval", *recurring.find("interval")},
                    {"interval_count", *recurring.find("interval_count")},
                    {"livemode", false},
                    {"metadata", same("metadata")},
                    {"meter", JsonNull{}},
                    {"nickname", same("nickname")},
                    {"product", same("product")},
                    {"tiers_mode", JsonNull{}},
                    {"transform_usage", JsonNull{}},
                    {"trial_period_days", JsonNull{}},
                    {"usage_type", "licensed"}};
}

Json item_object(Account& account, const std::string& subscription,
                 const NewSubscription::Item& item, std::int64_t start, std::int64_t end) {
  return JsonObject{{"id", account.new_id("si_")},      {"object", "subscription_item"},
                    {"billing_thresholds", JsonNull{}}, {"created", account.unix_now()},
                    {"current_period_end", end},        {"current_period_start", start},
                    {"current_trial", JsonNull{}},      {"discounts", JsonArray{}},
                    {"metadata", item.metadata},        {"plan", plan_of(item.price.body)},
                    {"price", item.price.body},         {"quantity", item.quantity},
                    {"subscription", subscription},     {"tax_rates", JsonArray{}}};
}

Json items_list(const std::string& subscription, JsonArray items) {
  const auto count = static_cast<std::int64_t>(items.size());
  Json list =
      list_object("/v1/subscription_items?subscription=" + subscription, std::move(items), false);
  list.set("total_count", count);
  return list;
}

Document new_subscription(Account& account, const NewSubscription& wanted) {
  const auto now = account.unix_now();
  const bool trial = wanted.trial_end > 0;
  const auto id = account.new_id("sub_1");
  const Json& first = wanted.items.front().price.body;
  const auto customer = account.database.find("customer", wanted.customer);
  const auto end = trial ? wanted.trial_end : next_period_end(now, *first.find("recurring"), now);
  JsonArray items;
  for (const auto& item : wanted.items) items.push_back(item_object(account, id, item, now, end));
  Json body{JsonObject{{"id", id}, {"object", "subscription"}}};
  auto& members = *body.as_object();
  for (auto& field : unchanging(account)) members.push_back(std::move(field));
  const Json blank = blank_subscription_fields(wanted.customer);
  for (const auto& [name, value] : *blank.as_object()) body.set(name, value);
  for (const auto& [name, value] : *wanted.fields.as_object()) body.set(name, value);
  if (!wanted.method.empty()) body.set("default_payment_method", wanted.method);
  body.set("billing_cycle_anchor", trial ? wanted.trial_end : now);
  body.set("currency", *first.find("currency"));
  body.set("items", items_list(id, std::move(items)));
  body.set("status", trial ? "trialing" : "incomplete");
  body.set("test_clock", *customer->body.find("test_clock"));
  body.set("trial_end", trial ? Json(wanted.trial_end) : Json());
  body.set("trial_start", trial ? Json(now) : Json());
  Document made{std::move(body), JsonObject{}};
  follow_end(made, now);
  return made;
}

void follow_end(Document& subscription, std::int64_t now) {
  const bool at_end = *subscription.body.find("cancel_at_period_end") == Json(true);
  if (at_end) subscription.body.set("cancel_at", period_end_of(subscription));
  const bool ends = !subscription.body.find("cancel_at")->is_null();
  if (!ends) subscription.body.set("canceled_at", JsonNull{});
  if (ends && subscription.body.find("canceled_at")->is_null())
    subscription.body.set("canceled_at", now);
  Json details = *subscription.body.find("cancellation_details");
  details.set("reason", ends ? Json("cancellation_requested") : Json());
  subscription.body.set("cancellation_details", std::move(details));
}

}  // namespace cobro::sandbox::stripe
