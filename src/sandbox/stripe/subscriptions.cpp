#include "sandbox/stripe/subscriptions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "sandbox/stripe/billing_calendar.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/products.h"
#include "sandbox/stripe/setup_intents.h"
#include "sandbox/stripe/subscription_bodies.h"
#include "sandbox/stripe/subscription_cycle.h"
#include "sandbox/stripe/subscription_parameters.h"
#include "sandbox/stripe/subscription_states.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonObject;

constexpr std::string_view kKind = "subscription";

NewSubscription read_create(Call& call) {
  Params& params = call.params;
  NewSubscription wanted;
  wanted.customer = read_customer(call);
  if (wanted.customer.empty()) params.refuse_missing("customer");
  const auto currency = base::to_lower(params.non_empty("currency").value_or(""));
  std::vector<Json> prices;
  for (Params* item : params.groups("items")) {
    const auto quantity = read_quantity(*item);
    Json metadata{JsonObject{}};
    merge_metadata(*item, metadata);
    item->not_yet({"tax_rates", "discounts", "billing_thresholds"});
    const auto price = read_item_price(call, *item);
    if (!price) continue;
    check_recurs(*item, price->body);
    if (!currency.empty()) check_price_currency(*item, price->body, currency);
    prices.push_back(price->body);
    wanted.items.push_back({*price, quantity, std::move(metadata)});
  }
  if (!params.has("items")) params.refuse_missing("items");
  check_items(params, prices);
  wanted.fields = blank_subscription_fields(wanted.customer);
  read_subscription_fields(call, wanted.fields);
  wanted.method = wanted.fields.string_at({"default_payment_method"}).value_or("");
  const auto end = read_trial_end(call);
  if (end && *end > call.account.unix_now()) wanted.trial_end = *end;
  wanted.behavior = params
                        .one_of("payment_behavior",
                                {"allow_incomplete", "default_incomplete", "error_if_incomplete"})
                        .value_or("allow_incomplete");
  wanted.off_session = params.boolean("off_session").value_or(false);
  params.one_of("proration_behavior", {"always_invoice", "create_prorations", "none"});
  params.not_yet({"backdate_start_date", "billing_cycle_anchor", "billing_cycle_anchor_config",
                  "customer_account", "trial_from_plan"});
  return wanted;
}

// The SetupIntent by which a trial gets the method that it has not.
void ask_for_method(Account& account, const Cause& cause, Document& subscription) {
  const auto customer = account.database.find("customer", subscription.text("customer"));
  if (!subscription.text("default_payment_method").empty() ||
      customer->body.string_at({"invoice_settings", "default_payment_method"}))
    return;
  Document intent{blank_setup_intent(account), JsonObject{}};
  intent.body.set("customer", customer->id());
  account.database.insert("setup_intent", intent, {.customer = customer->id()});
  account.emit(cause, "setup_intent.created", intent.body);
  subscription.body.set("pending_setup_intent", intent.id());
  account.database.update(subscription);
}

ApiError no_method() {
  return invalid_request(
      "This customer has no attached payment source or default payment method. "
      "Please consider "
      "adding a default payment method. For more information, visit "
      "https://stripe.com/docs/billing/subscriptions/"
      "payment-methods-setting#default.",
      {}, "resource_missing");
}

std::optional<ApiError> begin(Account& account, const Cause& cause, const NewSubscription& wanted,
                              Document& subscription) {
  const bool trial = wanted.trial_end > 0;
  const Collecting how{.attempt = wanted.behavior != "default_incomplete",
                       .off_session = wanted.off_session,
                       .automatic = false};
  auto declined = bill(
      account, cause, subscription, "subscription_create",
      trial ? lines_of_trial(account, subscription) : lines_of_period(account, subscription), how);
  if (trial) ask_for_method(account, cause, subscription);
  if (subscription.text("status") == "incomplete" && wanted.behavior == "error_if_incomplete")
    return declined;
  if (declined && declined->status == 400) return no_method();
  return std::nullopt;
}

}  // namespace

base::Result<Document, ApiError> start_subscription(Account& account, const Cause& cause,
                                                    const NewSubscription& wanted) {
  if (!account.database.find("customer", wanted.customer))
    return std::unexpected(no_such(400, "customer", wanted.customer, "customer"));
  std::optional<ApiError> refused;
  std::string id;
  account.database.attempt([&] {
    for (const auto& item : wanted.items) keep_price(account, cause, item.price);
    auto subscription = new_subscription(account, wanted);
    id = subscription.id();
    account.database.insert(kKind, subscription, {.customer = wanted.customer});
    refused = begin(account, cause, wanted, subscription);
    if (refused) return false;
    subscription.inner.set("announced", true);
    account.database.update(subscription);
    account.emit(cause, "customer.subscription.created", subscription.body);
    schedule_subscription(account, subscription);
    return true;
  });
  if (refused) return std::unexpected(std::move(*refused));
  return *account.database.find(kKind, id);
}

Answer create_subscription(Call& call) {
  const auto wanted = read_create(call);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  const auto& first = wanted.items.front().price;
  if (auto refused = check_one_currency(call.account, wanted.customer, first.text("currency")))
    return std::unexpected(std::move(*refused));
  auto made = start_subscription(call.account, call.cause, wanted);
  if (!made) return std::unexpected(std::move(made.error()));
  return std::move(made->body);
}

Answer retrieve_subscription(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto subscription = call.account.database.find(kKind, call.id);
  if (!subscription) return std::unexpected(no_such(404, kKind, call.id, "id"));
  return std::move(subscription->body);
}

namespace {

bool has_price(const Json& subscription, const std::string& price) {
  const auto& items = *subscription.at({"items", "data"})->as_array();
  return std::any_of(items.begin(), items.end(),
                     [&](const Json& item) { return item.string_at({"price", "id"}) == price; });
}

}  // namespace

Answer list_subscriptions(Call& call) {
  Params& params = call.params;
  auto query = read_list_query(params, kKind);
  const auto customer = params.non_empty("customer").value_or("");
  const auto price = params.non_empty("price");
  const auto status =
      params.one_of("status", {"active", "all", "canceled", "ended", "incomplete",
                               "incomplete_expired", "past_due", "paused", "trialing", "unpaid"});
  const auto clock = params.non_empty("test_clock");
  params.one_of("collection_method", {"charge_automatically"});
  params.not_yet({"automatic_tax", "current_period_end", "current_period_start", "plan"});
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  query.only.customer = customer;
  return answer_list_of(call, query, "/v1/subscriptions", [&](const Json& one) {
    if (price && !has_price(one, *price)) return false;
    if (clock && one.string_at({"test_clock"}) != clock) return false;
    const auto is = one.string_at({"status"}).value_or("");
    if (status == "all") return true;
    if (status == "ended") return is == "canceled" || is == "incomplete_expired";
    return status ? is == *status : is != "canceled";
  });
}

Answer cancel_subscription(Call& call) {
  Account& account = call.account;
  auto subscription = account.database.find(kKind, call.id);
  if (!subscription || !is_alive(*subscription))
    return std::unexpected(no_such(404, kKind, call.id, "id"));
  const bool invoice_now = call.params.boolean("invoice_now").value_or(false);
  const bool prorate = call.params.boolean("prorate").value_or(false);
  if (Params* details = call.params.group("cancellation_details")) {
    Json changed = *subscription->body.find("cancellation_details");
    read_text(*details, changed, "comment");
    read_text(*details, changed, "feedback");
    subscription->body.set("cancellation_details", std::move(changed));
  }
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  std::vector<InvoiceLine> unused;
  if (prorate && subscription->text("status") == "active")
    for (const Json& item : items_of(*subscription))
      unused.push_back(unused_time(account, *subscription, item, account.unix_now()));
  if (invoice_now && !unused.empty())
    bill(account, call.cause, *subscription, "subscription_update", unused, {.automatic = false});
  else
    keep_for_next_invoice(account, call.cause, *subscription, unused);
  end_subscription(account, call.cause, *subscription, "cancellation_requested");
  return std::move(subscription->body);
}

Answer resume_subscription(Call& call) {
  Account& account = call.account;
  auto subscription = account.database.find(kKind, call.id);
  if (!subscription) return std::unexpected(no_such(404, kKind, call.id, "id"));
  if (call.params.one_of("billing_cycle_anchor", {"now", "unchanged"}) == "unchanged")
    call.params.not_yet({"billing_cycle_anchor"});
  call.params.not_yet({"proration_behavior", "proration_date"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (subscription->text("status") != "paused")
    return std::unexpected(
        invalid_request("This subscription cannot be resumed because its "
                        "status is not `paused`."));
  subscription->body.set("billing_cycle_anchor", account.unix_now());
  begin_period(account, call.cause, *subscription, account.unix_now(), "subscription_update",
               {.off_session = false, .automatic = false});
  schedule_subscription(account, *subscription);
  return std::move(subscription->body);
}

std::vector<Document> subscriptions_of_customer(Account& account, const std::string& customer) {
  if (customer.empty()) return {};
  ListQuery query;
  query.kind = kKind;
  query.only.customer = customer;
  query.limit = 100;
  std::vector<Document> found;
  for (bool more = true; more;) {
    const auto page = account.database.list(query);
    for (const Json& one : page->items)
      found.push_back(*account.database.find(kKind, *one.string_at({"id"})));
    more = page->has_more;
    if (more) query.starting_after = found.back().id();
  }
  return found;
}

Json subscriptions_of(Account& account, const Json& customer) {
  wire::JsonArray data;
  const auto id = customer.string_at({"id"}).value_or("");
  for (auto& one : subscriptions_of_customer(account, id))
    if (is_alive(one)) data.push_back(std::move(one.body));
  return list_object("/v1/customers/" + id + "/subscriptions", std::move(data), false);
}

std::optional<ApiError> check_one_currency(Account& account, const std::string& customer,
                                           const std::string& currency) {
  std::string other;
  for (const auto& one : subscriptions_of_customer(account, customer))
    if (is_alive(one) && one.text("currency") != currency) other = one.text("currency");
  if (other.empty()) return std::nullopt;
  return invalid_request(
      fmt::format("You cannot combine currencies on a single customer. This customer has an active "
                  "subscription, subscription schedule, discount, quote, invoice item or active "
                  "subscription mode checkout session with currency {}.",
                  other));
}

void end_subscriptions_of(Account& account, const Cause& cause, const std::string& customer) {
  for (auto& one : subscriptions_of_customer(account, customer))
    if (is_alive(one)) end_subscription(account, cause, one, "cancellation_requested");
}

}  // namespace cobro::sandbox::stripe
