#include "sandbox/stripe/pending_updates.h"

#include "base/check.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/subscription_cycle.h"
#include "sandbox/stripe/subscription_states.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::int64_t kWaits = 23LL * 3600;

const Json* held(const Document& subscription) {
  const Json* update = subscription.inner.find("held_update");
  return update && !update->is_null() ? update : nullptr;
}

// The items as the API shows those that wait: what they would cost, not a period of theirs.
JsonArray shown_items(const Document& wanted) {
  JsonArray shown;
  for (const Json& item : items_of(wanted))
    shown.emplace_back(JsonObject{{"id", *item.find("id")},
                                  {"object", "subscription_item"},
                                  {"price", *item.find("price")},
                                  {"quantity", *item.find("quantity")}});
  return shown;
}

void forget(Document& subscription) {
  subscription.body.set("pending_update", JsonNull{});
  subscription.inner.set("held_update", JsonNull{});
}

}  // namespace

void hold_update(Account& account, const Cause& cause, Document& subscription,
                 const Document& wanted, const std::vector<InvoiceLine>& lines,
                 const Collecting& how) {
  const Json before = subscription.body;
  const auto anchor = wanted.number("billing_cycle_anchor");
  const bool moves = anchor != subscription.number("billing_cycle_anchor");
  subscription.body.set("pending_update",
                        JsonObject{{"billing_cycle_anchor", moves ? Json(anchor) : Json()},
                                   {"expires_at", account.unix_now() + kWaits},
                                   {"subscription_items", shown_items(wanted)},
                                   {"trial_end", JsonNull{}},
                                   {"trial_from_plan", JsonNull{}}});
  Json update{JsonObject{{"items", *wanted.body.find("items")}, {"anchor", anchor}}};
  subscription.inner.set("held_update", update);
  bill(account, cause, subscription, "subscription_update", lines, how, &before);
  update.set("invoice", subscription.text("latest_invoice"));
  subscription.inner.set("held_update", std::move(update));
  account.database.update(subscription);
  schedule_subscription(account, subscription);
}

bool holds_for(const Document& subscription, const std::string& invoice) {
  const Json* update = held(subscription);
  if (!update) return false;
  // While it is billed, it is the only one that the subscription's latest invoice is of.
  return update->string_at({"invoice"}).value_or(subscription.text("latest_invoice")) == invoice;
}

void apply_held_update(Account& account, const Cause& cause, Document& subscription) {
  const Json update = *held(subscription);
  const Json running = items_of(subscription).front();
  const auto start = *running.int_at({"current_period_start"});
  const auto end = *running.int_at({"current_period_end"});
  const bool moves = *update.find("anchor") != *subscription.body.find("billing_cycle_anchor");
  subscription.body.set("items", *update.find("items"));
  subscription.body.set("billing_cycle_anchor", *update.find("anchor"));
  if (!moves) set_period(subscription, start, end);  // there may have been a renewal meanwhile
  forget(subscription);
  account.database.update(subscription);
  account.emit(cause, "customer.subscription.pending_update_applied", subscription.body);
}

void drop_held_update(Account& account, const Cause& cause, Document& subscription) {
  const Json* update = held(subscription);
  if (!update) return;
  const auto invoice = update->string_at({"invoice"}).value_or("");
  const Json before = subscription.body;
  forget(subscription);
  save_change(account, cause, "customer.subscription.updated", before, subscription);
  account.emit(cause, "customer.subscription.pending_update_expired", subscription.body);
  void_invoice(account, cause, invoice);
}

std::optional<std::int64_t> held_update_expires(const Document& subscription) {
  return subscription.body.int_at({"pending_update", "expires_at"});
}

}  // namespace cobro::sandbox::stripe
