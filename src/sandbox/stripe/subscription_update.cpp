// Updating a subscription: its plan, its trial, its end.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sandbox/stripe/billing_calendar.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/pending_updates.h"
#include "sandbox/stripe/products.h"
#include "sandbox/stripe/subscription_bodies.h"
#include "sandbox/stripe/subscription_cycle.h"
#include "sandbox/stripe/subscription_parameters.h"
#include "sandbox/stripe/subscription_states.h"
#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonObject;

constexpr std::string_view kKind = "subscription";

struct ItemChange {
  std::string id;  // "" is a new one
  std::optional<Document> price;
  std::optional<std::int64_t> quantity;
  bool deleted = false;
};

struct Update {
  std::vector<ItemChange> items;
  std::string proration = "create_prorations";
  std::string behavior = "allow_incomplete";
  bool off_session = false;
  std::optional<std::int64_t> trial_end;
  bool new_anchor = false;
  std::int64_t prorated_from = 0;  // unix seconds
};

bool has_item(const Document& subscription, const std::string& id) {
  const auto& items = items_of(subscription);
  return std::any_of(items.begin(), items.end(),
                     [&](const Json& item) { return item.string_at({"id"}) == id; });
}

ItemChange read_item(Call& call, Params& item, const Document& subscription) {
  ItemChange change;
  change.id = item.non_empty("id").value_or("");
  if (!change.id.empty() && !has_item(subscription, change.id))
    item.refuse(no_such(400, "subscription item", change.id, item.full_name("id")));
  change.deleted = item.boolean("deleted").value_or(false);
  if (item.has("price") || item.has("price_data")) change.price = read_item_price(call, item);
  if (change.price) {
    check_recurs(item, change.price->body);
    check_price_currency(item, change.price->body, subscription.text("currency"));
  }
  if (item.has("quantity")) change.quantity = read_quantity(item);
  if (change.id.empty() && !item.has("price") && !item.has("price_data"))
    item.refuse_missing("price");
  item.not_yet({"metadata", "clear_usage", "tax_rates", "discounts", "billing_thresholds"});
  return change;
}

// A moment of the running period; now, when none is given.
std::int64_t read_proration_date(Call& call, Params& params, const Document& subscription) {
  const auto now = call.account.unix_now();
  const auto date = params.moment("proration_date").value_or(now);
  const Json& first = items_of(subscription).front();
  if (params.has("proration_date") && (date < first.int_at({"current_period_start"}).value_or(0) ||
                                       date > first.int_at({"current_period_end"}).value_or(0)))
    params.refuse(invalid_request(
        "Invalid proration_date: it must be within the subscription's current billing period.",
        params.full_name("proration_date")));
  return date;
}

// The new items, and how they are billed: of an update, or of the preview of one.
Update read_plan(Call& call, Params& params, const Document& subscription) {
  Update update;
  for (Params* item : params.groups("items"))
    update.items.push_back(read_item(call, *item, subscription));
  update.proration =
      params.one_of("proration_behavior", {"always_invoice", "create_prorations", "none"})
          .value_or(update.proration);
  update.new_anchor = params.one_of("billing_cycle_anchor", {"now", "unchanged"}) == "now";
  update.prorated_from = read_proration_date(call, params, subscription);
  params.not_yet({"trial_from_plan"});
  return update;
}

// Of all that may change, only the plan can wait for its payment.
void check_holdable(Params& params) {
  constexpr std::array<std::string_view, 7> kMayWait = {
      "items",          "payment_behavior", "proration_behavior",
      "proration_date", "off_session",      "billing_cycle_anchor",
      "expand"};
  for (const auto& [name, value] : *params.tree().as_object())
    if (std::find(kMayWait.begin(), kMayWait.end(), name) == kMayWait.end())
      params.refuse(invalid_request(
          fmt::format("`{}` is not supported when `payment_behavior` is `pending_if_incomplete`.",
                      name),
          name));
}

Update read_update(Call& call, const Document& subscription) {
  Params& params = call.params;
  auto update = read_plan(call, params, subscription);
  update.behavior =
      params
          .one_of("payment_behavior", {"allow_incomplete", "default_incomplete",
                                       "error_if_incomplete", "pending_if_incomplete"})
          .value_or(update.behavior);
  if (update.behavior == "pending_if_incomplete") check_holdable(params);
  update.off_session = params.boolean("off_session").value_or(false);
  update.trial_end = read_trial_end(call);
  return update;
}

void change_item(Json& item, const ItemChange& change) {
  if (change.quantity) item.set("quantity", *change.quantity);
  if (!change.price) return;
  item.set("price", change.price->body);
  item.set("plan", plan_of(change.price->body));
}

JsonArray changed_items(Account& account, const Document& subscription, const Update& update) {
  JsonArray items = items_of(subscription);
  const Json first = items.front();
  for (const auto& change : update.items) {
    if (change.id.empty() && !change.price) continue;  // refused already
    if (change.id.empty()) {
      items.push_back(item_object(
          account, subscription.id(), {*change.price, change.quantity.value_or(1), JsonObject{}},
          *first.int_at({"current_period_start"}), *first.int_at({"current_period_end"})));
    } else if (change.deleted) {
      std::erase_if(items, [&](const Json& one) { return one.string_at({"id"}) == change.id; });
    } else {
      for (Json& one : items)
        if (one.string_at({"id"}) == change.id) change_item(one, change);
    }
  }
  return items;
}

// The items as they would be, with what is wrong with them told to the call's parameters.
JsonArray checked_items(Call& call, const Document& before, const Update& update) {
  JsonArray items = changed_items(call.account, before, update);
  std::vector<Json> prices;
  for (const Json& item : items) prices.push_back(*item.find("price"));
  check_items(call.params, prices);
  if (items.empty())
    call.params.refuse(
        invalid_request("Subscriptions must have at least one active item.", "items"));
  return items;
}

bool same_item(const Json& a, const Json& b) {
  return a.string_at({"id"}) == b.string_at({"id"}) &&
         a.string_at({"price", "id"}) == b.string_at({"price", "id"}) &&
         a.int_at({"quantity"}) == b.int_at({"quantity"});
}

bool contains(const JsonArray& items, const Json& wanted) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Json& item) { return same_item(item, wanted); });
}

// What of the running period goes back for old items, and is owed for new ones.
std::vector<InvoiceLine> prorations(Account& account, const Document& before, const Document& after,
                                    bool new_period, std::int64_t from) {
  std::vector<InvoiceLine> lines;
  for (const Json& item : items_of(before))
    if (new_period || !contains(items_of(after), item))
      lines.push_back(unused_time(account, before, item, from));
  for (const Json& item : items_of(after))
    if (!new_period && !contains(items_of(before), item))
      lines.push_back(remaining_time(account, after, item, from));
  return lines;
}

bool is_billed(const Document& subscription) {
  const auto status = subscription.text("status");
  return status == "active" || status == "past_due" || status == "unpaid";
}

// Whether a period ends early: for another pace of billing, or because it was asked for.
bool begins_anew(const Document& before, const Document& after, const Update& update) {
  const auto pace = [](const Document& one) {
    return *items_of(one).front().at({"price", "recurring"});
  };
  return is_billed(before) && (update.new_anchor || pace(before) != pace(after));
}

void move_trial(Document& subscription, std::int64_t end, std::int64_t now) {
  if (subscription.body.find("trial_start")->is_null()) subscription.body.set("trial_start", now);
  subscription.body.set("trial_end", end);
  subscription.body.set("billing_cycle_anchor", end);
  subscription.body.set("status", "trialing");
  subscription.inner = [&] {
    Json inner{JsonObject{}};
    for (const auto& [name, value] : *subscription.inner.as_object())
      if (name != "trial_noticed") inner.set(name, value);
    return inner;
  }();
  const auto start = *items_of(subscription).front().int_at({"current_period_start"});
  set_period(subscription, start, end);
}

std::optional<ApiError> apply(Call& call, const Document& before, Document& after,
                              const Update& update) {
  Account& account = call.account;
  const auto now = account.unix_now();
  const Collecting how{.attempt = update.behavior != "default_incomplete",
                       .off_session = update.off_session};
  const bool new_period = begins_anew(before, after, update);
  const bool ends_trial = before.text("status") == "trialing" && update.trial_end == now;
  std::vector<InvoiceLine> lines;
  if (is_billed(before) && update.proration != "none")
    lines = prorations(account, before, after, new_period, update.prorated_from);
  if (update.trial_end && *update.trial_end > now) move_trial(after, *update.trial_end, now);
  follow_end(after, now);
  save_subscription(account, call.cause, before.body, after);

  std::optional<ApiError> declined;
  if (ends_trial || new_period) {
    keep_for_next_invoice(account, call.cause, after, lines);
    after.body.set("billing_cycle_anchor", now);
    declined = begin_period(account, call.cause, after, now, "subscription_update", how);
  } else if (update.proration == "always_invoice" && !lines.empty()) {
    declined = bill(account, call.cause, after, "subscription_update", lines, how);
  } else {
    keep_for_next_invoice(account, call.cause, after, lines);
  }
  schedule_subscription(account, after);
  const bool whole_or_not =
      update.behavior == "error_if_incomplete" || update.behavior == "pending_if_incomplete";
  return whole_or_not ? declined : std::nullopt;
}

// The payment failed: the change waits for it.
void hold(Call& call, const Document& before, Document wanted, const Update& update) {
  Account& account = call.account;
  const auto now = account.unix_now();
  const bool anew = begins_anew(before, wanted, update);
  std::vector<InvoiceLine> lines;
  if (is_billed(before) && update.proration != "none")
    lines = prorations(account, before, wanted, anew, update.prorated_from);
  if (anew) {
    wanted.body.set("billing_cycle_anchor", now);
    const Json recurring = *items_of(wanted).front().at({"price", "recurring"});
    set_period(wanted, now, next_period_end(now, recurring, now));
    for (auto& line : lines_of_period(account, wanted)) lines.push_back(std::move(line));
  }
  Document subscription = before;
  hold_update(account, call.cause, subscription, wanted, lines,
              {.off_session = update.off_session});
}

std::optional<ApiError> check_alive(const Document& subscription) {
  if (is_alive(subscription)) return std::nullopt;
  return invalid_request(
      "A canceled subscription can only update its "
      "cancellation_details and metadata.");
}

}  // namespace

Answer update_subscription(Call& call) {
  Account& account = call.account;
  const auto before = account.database.find(kKind, call.id);
  if (!before) return std::unexpected(no_such(404, kKind, call.id, "id"));
  Document after = *before;
  read_subscription_fields(call, after.body);
  const auto update = read_update(call, *before);
  JsonArray items = checked_items(call, *before, update);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (auto mistake = check_alive(*before)) return std::unexpected(std::move(*mistake));
  Document current = *before;
  if (!update.items.empty()) {
    drop_held_update(account, call.cause, current);
    for (const char* part : {"pending_update", "latest_invoice"})
      after.body.set(part, *current.body.find(part));
    after.inner = current.inner;
  }
  after.body.set("items", items_list(call.id, std::move(items)));
  const Document wanted = after;
  std::optional<ApiError> refused;
  account.database.attempt([&] {
    for (const auto& change : update.items)
      if (change.price) keep_price(account, call.cause, *change.price);
    refused = apply(call, current, after, update);
    return !refused;
  });
  if (refused && update.behavior != "pending_if_incomplete")
    return std::unexpected(std::move(*refused));
  if (refused) {
    for (const auto& change : update.items)
      if (change.price) keep_price(account, call.cause, *change.price);
    hold(call, current, wanted, update);
  }
  return std::move(account.database.find(kKind, call.id)->body);
}

namespace {

std::vector<InvoiceLine> preview_lines(Account& account, const Document& before, Document& after,
                                       const Update& update) {
  const bool anew = begins_anew(before, after, update);
  auto lines = kept_lines(account, before);
  if (is_billed(before) && update.proration != "none")
    for (auto& line : prorations(account, before, after, anew, update.prorated_from))
      lines.push_back(std::move(line));
  if (!anew && update.proration == "always_invoice" && !update.items.empty()) return lines;
  const auto start = anew ? account.unix_now() : period_end_of(after);
  const auto anchor = anew ? start : after.number("billing_cycle_anchor");
  set_period(after, start,
             next_period_end(anchor, *items_of(after).front().at({"price", "recurring"}), start));
  for (auto& line : lines_of_period(account, after)) lines.push_back(std::move(line));
  return lines;
}

// What has ended is billed no more.
ApiError nothing_upcoming(const std::string& customer) {
  auto error = invalid_request("No upcoming invoices for customer: " + customer, {},
                               "invoice_upcoming_none");
  error.status = 404;
  return error;
}

}  // namespace

Answer preview_invoice(Call& call) {
  Account& account = call.account;
  const auto id = call.params.required("subscription");
  const auto before = account.database.find(kKind, id);
  if (!before) {
    call.params.refuse(no_such(400, kKind, id, "subscription"));
    return std::unexpected(*call.params.done());
  }
  const auto customer = call.params.non_empty("customer");
  if (customer && customer != before->text("customer"))
    call.params.refuse(no_such(400, kKind, id, "subscription"));
  call.params.not_yet({"automatic_tax", "currency", "customer_details", "discounts",
                       "invoice_items", "preview_mode", "schedule", "schedule_details"});
  Params none{JsonObject{}};
  Params* details = call.params.group("subscription_details");
  const auto update = read_plan(call, details ? *details : none, *before);
  if (details)
    details->not_yet({"billing_mode", "cancel_at", "cancel_at_period_end", "cancel_now",
                      "default_tax_rates", "resume_at", "start_date", "trial_end"});
  JsonArray items = checked_items(call, *before, update);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  if (!is_alive(*before)) return std::unexpected(nothing_upcoming(before->text("customer")));
  Document after = *before;
  after.body.set("items", items_list(id, std::move(items)));
  const auto lines = preview_lines(account, *before, after, update);
  auto invoice = draft_invoice(account, after, "upcoming", lines);
  invoice.body.set("id", "upcoming_" + invoice.id());
  return std::move(invoice.body);
}

Answer list_subscription_items(Call& call) {
  const auto id = call.params.required("subscription");
  const auto subscription = call.account.database.find(kKind, id);
  if (!id.empty() && !subscription) return std::unexpected(no_such(400, kKind, id, "subscription"));
  if (!subscription) return std::unexpected(*call.params.done());
  return answer_page(call, items_of(*subscription), "/v1/subscription_items?subscription=" + id);
}

}  // namespace cobro::sandbox::stripe
