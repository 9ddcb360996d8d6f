#include "sandbox/stripe/collection.h"

#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "sandbox/stripe/checkout_sessions.h"
#include "sandbox/stripe/confirmation.h"
#include "sandbox/stripe/invoice_states.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/payment_methods.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

Document invoice_of(Account& account, const std::string& id) {
  auto invoice = account.database.find("invoice", id);
  COBRO_CHECK(invoice.has_value());
  return std::move(*invoice);
}

std::optional<Document> subscription_behind(Account& account, const Document& invoice) {
  return account.database.find("subscription", subscription_of(invoice.body));
}

// The subscription's own method, or the customer's.
std::string default_method(Account& account, const Document& invoice) {
  const auto subscription = subscription_behind(account, invoice);
  auto method = subscription ? subscription->text("default_payment_method") : std::string();
  const auto customer = account.database.find("customer", invoice.text("customer"));
  if (method.empty() && customer)
    method = customer->body.string_at({"invoice_settings", "default_payment_method"}).value_or("");
  const auto found = account.database.find("payment_method", method);
  const bool theirs = found && found->text("customer") == invoice.text("customer");
  return theirs ? method : std::string();
}

std::string_view purpose_of(std::string_view reason) {
  if (reason == "subscription_create") return "Subscription creation";
  return reason == "subscription_cycle" ? "Subscription update" : "Payment for Invoice";
}

void add_payment(Account& account, Document& invoice, const Document& intent) {
  const Document payment{
      JsonObject{
          {"id", account.new_id("inpay_1")},
          {"object", "invoice_payment"},
          {"amount_paid", JsonNull{}},
          {"amount_requested", invoice.number("amount_due")},
          {"created", account.unix_now()},
          {"currency", invoice.text("currency")},
          {"invoice", invoice.id()},
          {"is_default", true},
          {"livemode", false},
          {"payment", JsonObject{{"payment_intent", intent.id()}, {"type", "payment_intent"}}},
          {"status", "open"},
          {"status_transitions", JsonObject{{"canceled_at", JsonNull{}}, {"paid_at", JsonNull{}}}}},
      JsonObject{}};
  account.database.insert("invoice_payment", payment,
                          {.intent = intent.id(), .customer = invoice.text("customer")});
  invoice.inner.set("payment", payment.id());
  invoice.inner.set("intent", intent.id());
}

void make_intent(Account& account, const Cause& cause, Document& invoice) {
  Document intent{blank_payment_intent(account), JsonObject{}};
  const auto method = default_method(account, invoice);
  const auto reason = invoice.text("billing_reason");
  intent.body.set("amount", invoice.number("amount_due"));
  intent.body.set("currency", invoice.text("currency"));
  intent.body.set("customer", invoice.text("customer"));
  intent.body.set("description", purpose_of(reason));
  if (reason == "subscription_create") intent.body.set("setup_future_usage", "off_session");
  if (!method.empty()) {
    intent.body.set("payment_method", method);
    intent.body.set("status", "requires_confirmation");
  }
  account.database.insert("payment_intent", intent, {.customer = invoice.text("customer")});
  add_payment(account, invoice, intent);
  account.emit(cause, "payment_intent.created", intent.body);
}

// The customer's credit pays first; what is less than nothing becomes credit.
void use_balance(Account& account, const Cause& cause, Document& invoice, Document& customer) {
  const auto had = customer.number("balance");
  const auto after = std::min<std::int64_t>(0, invoice.number("total") + had);
  const auto due = std::max<std::int64_t>(0, invoice.number("total") + had);
  invoice.body.set("starting_balance", had);
  invoice.body.set("ending_balance", after);
  invoice.body.set("amount_due", due);
  invoice.body.set("amount_remaining", due);
  const auto sequence = customer.number("next_invoice_sequence");
  invoice.body.set("number", fmt::format("{}-{:04}", customer.text("invoice_prefix"), sequence));
  customer.body.set("next_invoice_sequence", sequence + 1);
  customer.body.set("balance", after);
  customer.body.set("currency", invoice.text("currency"));
  account.database.update(customer);
  if (had != after) account.emit(cause, "customer.updated", customer.body, {{"balance", had}});
}

ApiError needs_method() {
  return invalid_request(
      "There is no `default_payment_method` set on this "
      "Customer or Invoice. Please set a "
      "`default_payment_method` or pass a `payment_method`.",
      "payment_method");
}

void count_attempt(Account& account, Document& invoice, const Collecting& how) {
  invoice.body.set("attempted", true);
  if (how.automatic || invoice.number("attempt_count") == 0)
    invoice.body.set("attempt_count", invoice.number("attempt_count") + 1);
  account.database.update(invoice);
}

}  // namespace

std::optional<ApiError> finalize_invoice(Account& account, const Cause& cause,
                                         const std::string& id, const Collecting& how) {
  auto invoice = invoice_of(account, id);
  if (invoice.text("status") != "draft") return std::nullopt;
  auto customer = account.database.find("customer", invoice.text("customer"));
  if (!customer) return no_such(400, "customer", invoice.text("customer"), "customer");
  use_balance(account, cause, invoice, *customer);
  invoice.body.set("status", "open");
  invoice.body.set("effective_at", account.unix_now());
  invoice.body.set("automatically_finalizes_at", JsonNull{});
  invoice.body.set("next_payment_attempt", JsonNull{});
  note_transition(account, invoice, "finalized_at");
  const bool free = invoice.number("amount_due") == 0;
  if (!free) make_intent(account, cause, invoice);
  account.database.update(invoice);
  account.emit(cause, "invoice.finalized", invoice.body);
  if (free) {
    settle_invoice(account, cause, invoice, false);
    return std::nullopt;
  }
  if (!how.attempt) return std::nullopt;
  return charge_invoice(account, cause, id, "", how);
}

std::optional<ApiError> charge_invoice(Account& account, const Cause& cause, const std::string& id,
                                       const std::string& with, const Collecting& how) {
  auto invoice = invoice_of(account, id);
  auto intent =
      account.database.find("payment_intent", invoice.inner.string_at({"intent"}).value_or(""));
  COBRO_CHECK(intent.has_value());
  count_attempt(account, invoice, how);
  const auto name = with.empty() ? default_method(account, invoice) : with;
  auto method = account.database.find("payment_method", name);
  if (!method) {
    note_failure(account, cause, invoice, how.automatic);
    return needs_method();
  }
  auto declined = confirm_intent(account, cause, *intent, *method,
                                 {.off_session = how.off_session, .may_wait_for_customer = true});
  account.database.update(*intent);
  move_invoice(account, cause, *intent, how.automatic);
  note_checkout(account, cause, *intent);
  if (!declined && intent->text("status") == "requires_action")
    return ApiError{402,
                    "card_error",
                    "invoice_payment_intent_requires_action",
                    "This payment requires additional user action before it "
                    "can be completed "
                    "successfully. Payment can be completed using the "
                    "PaymentIntent associated "
                    "with the invoice.",
                    {},
                    {}}
        .with("payment_intent", intent->body);
  return declined;
}

void finalize_due_invoice(Account& account, std::string_view id) {
  const auto invoice = account.database.find("invoice", id);
  if (!invoice || *invoice->body.find("auto_advance") != Json(true)) return;
  finalize_invoice(account, {}, invoice->id(), {});
}

void retry_due_invoice(Account& account, std::string_view id) {
  const auto invoice = account.database.find("invoice", id);
  if (!invoice || invoice->text("status") != "open") return;
  const auto due = invoice->body.int_at({"next_payment_attempt"});
  if (due && *due <= account.unix_now()) charge_invoice(account, {}, invoice->id(), "", {});
}

void note_intent(Account& account, const Cause& cause, const Document& intent) {
  move_invoice(account, cause, intent, false);
  note_checkout(account, cause, intent);
}

bool pays_invoice(Account& account, const std::string& intent) {
  ListQuery query;
  query.kind = "invoice_payment";
  query.only.intent = intent;
  return !account.database.list(query)->items.empty();
}

}  // namespace cobro::sandbox::stripe
