#include "sandbox/stripe/subscription_states.h"

#include "base/check.h"
#include "sandbox/stripe/changes.h"
#include "sandbox/stripe/checkout_sessions.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/pending_updates.h"
#include "sandbox/stripe/subscriptions.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;

std::optional<Document> behind(Account& account, const Document& invoice) {
  return account.database.find("subscription", subscription_of(invoice.body));
}

// `save_default_payment_method=on_subscription`.
void keep_method(Document& subscription, const std::string& method) {
  if (method.empty() ||
      subscription.body.string_at({"payment_settings", "save_default_payment_method"}) !=
          "on_subscription")
    return;
  subscription.body.set("default_payment_method", method);
}

void keep_method_of(Account& account, Document& subscription, const Document& invoice) {
  const auto intent =
      account.database.find("payment_intent", invoice.inner.string_at({"intent"}).value_or(""));
  if (intent) keep_method(subscription, intent->text("payment_method"));
}

}  // namespace

bool is_alive(const Document& subscription) {
  const auto status = subscription.text("status");
  return status != "canceled" && status != "incomplete_expired";
}

void save_subscription(Account& account, const Cause& cause, const Json& before,
                       const Document& after) {
  if (after.inner.find("announced"))
    save_change(account, cause, "customer.subscription.updated", before, after);
  else
    account.database.update(after);
}

void invoice_was_paid(Account& account, const Cause& cause, const Document& invoice) {
  auto subscription = behind(account, invoice);
  if (!subscription || !is_alive(*subscription)) return;
  const Json before = subscription->body;
  keep_method_of(account, *subscription, invoice);
  if (holds_for(*subscription, invoice.id())) apply_held_update(account, cause, *subscription);
  const auto status = subscription->text("status");
  const bool newest = subscription->text("latest_invoice") == invoice.id();
  if (newest && (status == "incomplete" || status == "past_due" || status == "unpaid"))
    subscription->body.set("status", "active");
  if (newest && status == "paused") {
    subscription->body.set("status", "active");
    account.database.update(*subscription);
    account.emit(cause, "customer.subscription.resumed", subscription->body);
  }
  save_subscription(account, cause, before, *subscription);
}

void invoice_was_refused(Account& account, const Cause& cause, const Document& invoice) {
  auto subscription = behind(account, invoice);
  if (!subscription || subscription->text("status") != "active") return;
  if (holds_for(*subscription, invoice.id())) return;  // the old plan is paid
  const Json before = subscription->body;
  subscription->body.set("status", "past_due");
  save_subscription(account, cause, before, *subscription);
}

void tries_are_spent(Account& account, const Cause& cause, const Document& invoice) {
  auto subscription = behind(account, invoice);
  const auto& then = account.options.after_retries;
  if (!subscription || subscription->text("status") != "past_due" || then == "past_due") return;
  if (then == "cancel") return end_subscription(account, cause, *subscription, "payment_failed");
  const Json before = subscription->body;
  subscription->body.set("status", "unpaid");
  save_subscription(account, cause, before, *subscription);
}

void note_setup(Account& account, const Cause& cause, const Document& setup_intent) {
  if (setup_intent.text("status") != "succeeded") return;
  for (auto& subscription : subscriptions_of_customer(account, setup_intent.text("customer"))) {
    if (subscription.text("pending_setup_intent") != setup_intent.id()) continue;
    const Json before = subscription.body;
    subscription.body.set("pending_setup_intent", JsonNull{});
    keep_method(subscription, setup_intent.text("payment_method"));
    save_subscription(account, cause, before, subscription);
  }
  note_checkout(account, cause, setup_intent);
}

void end_subscription(Account& account, const Cause& cause, Document& subscription,
                      std::string_view reason) {
  const auto now = account.unix_now();
  const auto was = subscription.text("status");
  if (subscription.body.find("canceled_at")->is_null()) subscription.body.set("canceled_at", now);
  Json details = *subscription.body.find("cancellation_details");
  details.set("reason", reason);
  subscription.body.set("cancellation_details", std::move(details));
  subscription.body.set("ended_at", now);
  subscription.body.set("pending_setup_intent", JsonNull{});
  subscription.body.set("pending_update", JsonNull{});
  subscription.body.set("status", "canceled");
  account.database.update(subscription);
  const auto invoice = subscription.text("latest_invoice");
  if (was == "incomplete")
    void_invoice(account, cause, invoice);
  else
    stop_collecting(account, invoice);
  account.emit(cause, "customer.subscription.deleted", subscription.body);
}

}  // namespace cobro::sandbox::stripe
