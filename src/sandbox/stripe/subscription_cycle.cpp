#include "sandbox/stripe/subscription_cycle.h"

#include <algorithm>

#include "base/check.h"
#include "sandbox/stripe/billing_calendar.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/pending_updates.h"
#include "sandbox/stripe/subscription_states.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;

constexpr std::int64_t kTrialNotice = 3LL * 24 * 3600;
constexpr std::int64_t kFirstPaymentWaits = 23LL * 3600;
constexpr std::string_view kKind = "subscription";

bool notice_is_due(const Document& subscription) {
  return subscription.text("status") == "trialing" && !subscription.inner.find("trial_noticed");
}

// The next moment at which `tend` has something to do; nothing when there is none.
std::optional<std::int64_t> next_moment(const Document& subscription) {
  const auto status = subscription.text("status");
  if (!is_alive(subscription)) return std::nullopt;
  if (status == "incomplete") return subscription.number("created") + kFirstPaymentWaits;
  std::vector<std::int64_t> moments;
  if (status != "paused") moments.push_back(period_end_of(subscription));
  if (const auto end = subscription.body.int_at({"cancel_at"})) moments.push_back(*end);
  if (const auto end = subscription.body.int_at({"pause_collection", "resumes_at"}))
    moments.push_back(*end);
  if (const auto end = held_update_expires(subscription)) moments.push_back(*end);
  if (notice_is_due(subscription))
    moments.push_back(subscription.number("trial_end") - kTrialNotice);
  if (moments.empty()) return std::nullopt;
  return *std::min_element(moments.begin(), moments.end());
}

void expire_incomplete(Account& account, Document& subscription) {
  const Json before = subscription.body;
  const auto now = account.unix_now();
  subscription.body.set("canceled_at", now);
  subscription.body.set("ended_at", now);
  subscription.body.set("status", "incomplete_expired");
  save_subscription(account, {}, before, subscription);
  void_invoice(account, {}, subscription.text("latest_invoice"));
}

void give_trial_notice(Account& account, Document& subscription) {
  subscription.inner.set("trial_noticed", true);
  account.database.update(subscription);
  account.emit({}, "customer.subscription.trial_will_end", subscription.body);
}

void unpause_collection(Account& account, Document& subscription) {
  const Json before = subscription.body;
  subscription.body.set("pause_collection", JsonNull{});
  save_subscription(account, {}, before, subscription);
}

bool has_method(Account& account, const Document& subscription) {
  if (!subscription.text("default_payment_method").empty()) return true;
  const auto customer = account.database.find("customer", subscription.text("customer"));
  return customer &&
         customer->body.string_at({"invoice_settings", "default_payment_method"}).has_value();
}

// `trial_settings[end_behavior][missing_payment_method]`. True when the trial's end ended or
// paused the subscription.
bool stop_without_method(Account& account, Document& subscription) {
  if (subscription.text("status") != "trialing" || has_method(account, subscription)) return false;
  const auto then =
      subscription.body.string_at({"trial_settings", "end_behavior", "missing_payment_method"});
  if (then == "cancel") {
    end_subscription(account, {}, subscription, "payment_failed");
    return true;
  }
  if (then != "pause") return false;
  const Json before = subscription.body;
  subscription.body.set("status", "paused");
  save_subscription(account, {}, before, subscription);
  account.emit({}, "customer.subscription.paused", subscription.body);
  return true;
}

void end_period(Account& account, Document& subscription) {
  if (stop_without_method(account, subscription)) return;
  begin_period(account, {}, subscription, period_end_of(subscription), "subscription_cycle", {});
}

// One thing that is due. False when nothing is.
bool tend_once(Account& account, Document& subscription) {
  const auto now = account.unix_now();
  const auto status = subscription.text("status");
  const auto cancel_at = subscription.body.int_at({"cancel_at"});
  const auto resumes_at = subscription.body.int_at({"pause_collection", "resumes_at"});
  const auto held_until = held_update_expires(subscription);
  if (!is_alive(subscription)) return false;
  if (status == "incomplete") {
    if (now < subscription.number("created") + kFirstPaymentWaits) return false;
    expire_incomplete(account, subscription);
  } else if (notice_is_due(subscription) &&
             now >= subscription.number("trial_end") - kTrialNotice) {
    give_trial_notice(account, subscription);
  } else if (held_until && now >= *held_until) {
    drop_held_update(account, {}, subscription);
  } else if (resumes_at && now >= *resumes_at) {
    unpause_collection(account, subscription);
  } else if (cancel_at && now >= *cancel_at) {
    end_subscription(account, {}, subscription, "cancellation_requested");
  } else if (status != "paused" && now >= period_end_of(subscription)) {
    end_period(account, subscription);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::int64_t period_end_of(const Document& subscription) {
  return items_of(subscription).front().int_at({"current_period_end"}).value_or(0);
}

void set_period(Document& subscription, std::int64_t start, std::int64_t end) {
  Json items = *subscription.body.find("items");
  JsonArray data = *items.find("data")->as_array();
  subscription.inner.set("period_before", *data.front().int_at({"current_period_start"}));
  for (Json& item : data) {
    item.set("current_period_start", start);
    item.set("current_period_end", end);
  }
  items.set("data", std::move(data));
  subscription.body.set("items", std::move(items));
}

void schedule_subscription(Account& account, Document& subscription) {
  const auto next = next_moment(subscription);
  if (!next || subscription.inner.int_at({"tended_at"}) == next) return;
  subscription.inner.set("tended_at", *next);
  account.database.update(subscription);
  account.schedule_at("tend_subscription", subscription.id(), *next);
}

void tend_subscription(Account& account, std::string_view id) {
  auto subscription = account.database.find(kKind, id);
  if (!subscription) return;
  // An appointment that was moved is kept at its old time too, and passes.
  if (account.unix_now() < subscription->inner.int_at({"tended_at"}).value_or(0)) return;
  while (subscription && tend_once(account, *subscription))
    subscription = account.database.find(kKind, id);
  if (subscription) schedule_subscription(account, *subscription);
}

std::optional<ApiError> bill(Account& account, const Cause& cause, Document& subscription,
                             std::string_view reason, const std::vector<InvoiceLine>& lines,
                             const Collecting& how, const Json* changed_from) {
  const Json before = changed_from ? *changed_from : subscription.body;
  auto all = kept_lines(account, subscription);
  all.insert(all.end(), lines.begin(), lines.end());
  auto invoice = draft_invoice(account, subscription, reason, all);
  put_on_invoice(account, all, invoice.id());
  const auto paused = subscription.body.string_at({"pause_collection", "behavior"});
  const bool stays_draft = paused == "keep_as_draft" || subscription.text("status") == "unpaid";
  const auto wait = std::chrono::duration_cast<std::chrono::seconds>(account.options.draft_lasts);
  const bool waits = wait.count() > 0 && reason == "subscription_cycle" && how.automatic;
  if (stays_draft || paused) invoice.body.set("auto_advance", false);
  if (waits && !stays_draft)
    invoice.body.set("automatically_finalizes_at", account.unix_now() + wait.count());
  issue_invoice(account, cause, invoice);
  subscription.body.set("latest_invoice", invoice.id());
  save_subscription(account, cause, before, subscription);

  std::optional<ApiError> declined;
  if (paused && !stays_draft) {
    finalize_invoice(account, cause, invoice.id(), {.attempt = false});
    if (paused == "void") void_invoice(account, cause, invoice.id());
    if (paused == "mark_uncollectible") give_up_invoice(account, cause, invoice.id());
  } else if (waits && !stays_draft) {
    account.schedule_at("finalize_invoice", invoice.id(), account.unix_now() + wait.count());
  } else if (!stays_draft) {
    declined = finalize_invoice(account, cause, invoice.id(), how);
  }
  subscription = *account.database.find(kKind, subscription.id());
  return declined;
}

std::optional<ApiError> begin_period(Account& account, const Cause& cause, Document& subscription,
                                     std::int64_t start, std::string_view reason,
                                     const Collecting& how) {
  const Json before = subscription.body;
  const Json recurring = *items_of(subscription).front().at({"price", "recurring"});
  if (subscription.text("status") == "trialing") {
    subscription.body.set("status", "active");
    subscription.body.set("billing_cycle_anchor", start);
    if (subscription.number("trial_end") > start) subscription.body.set("trial_end", start);
  }
  set_period(subscription, start,
             next_period_end(subscription.number("billing_cycle_anchor"), recurring, start));
  if (*subscription.body.find("cancel_at_period_end") == Json(true))
    subscription.body.set("cancel_at", period_end_of(subscription));
  return bill(account, cause, subscription, reason, lines_of_period(account, subscription), how,
              &before);
}

}  // namespace cobro::sandbox::stripe
