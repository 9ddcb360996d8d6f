// Invoices as they are made, and what hangs on them: the part of invoices.h that is no API.
#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/invoices.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

Json lines_list(Account& account, const std::string& id, const std::vector<InvoiceLine>& lines) {
  JsonArray data;
  for (const auto& line : lines) data.push_back(line_object(account, line, id));
  const auto count = static_cast<std::int64_t>(data.size());
  Json list = list_object(fmt::format("/v1/invoices/{}/lines", id), std::move(data), false);
  list.set("total_count", count);
  return list;
}

Json parent_of(const Document& subscription) {
  JsonObject details{{"metadata", *subscription.body.find("metadata")},
                     {"subscription", subscription.id()}};
  return JsonObject{{"quote_details", JsonNull{}},
                    {"subscription_details", std::move(details)},
                    {"type", "subscription_details"}};
}

// What the invoice copies of who pays it.
void add_customer(Json& body, const Document& customer) {
  body.set("customer", customer.id());
  for (const char* field : {"address", "email", "name", "phone", "shipping", "tax_exempt"})
    body.set(fmt::format("customer_{}", field), *customer.body.find(field));
  body.set("starting_balance", customer.number("balance"));
}

Json blank_invoice(Account& account) {
  const JsonObject tax{{"disabled_reason", JsonNull{}},
                       {"enabled", false},
                       {"liability", JsonNull{}},
                       {"provider", JsonNull{}},
                       {"status", JsonNull{}}};
  return JsonObject{{"id", account.new_id("in_1")},
                    {"object", "invoice"},
                    {"account_country", "US"},
                    {"account_name", "Cobro sandbox"},
                    {"account_tax_ids", JsonNull{}},
                    {"amount_due", 0},
                    {"amount_overpaid", 0},
                    {"amount_paid", 0},
                    {"amount_remaining", 0},
                    {"amount_shipping", 0},
                    {"application", JsonNull{}},
                    {"attempt_count", 0},
                    {"attempted", false},
                    {"auto_advance", true},
                    {"automatic_tax", tax},
                    {"automatically_finalizes_at", JsonNull{}},
                    {"billing_reason", "manual"},
                    {"collection_method", "charge_automatically"},
                    {"created", account.unix_now()},
                    {"currency", "usd"},
                    {"custom_fields", JsonNull{}},
                    {"customer_account", JsonNull{}},
                    {"customer_tax_ids", JsonArray{}},
                    {"default_payment_method", JsonNull{}},
                    {"default_source", JsonNull{}},
                    {"default_tax_rates", JsonArray{}},
                    {"description", JsonNull{}},
                    {"discounts", JsonArray{}},
                    {"due_date", JsonNull{}},
                    {"effective_at", JsonNull{}},
                    {"ending_balance", JsonNull{}},
                    {"footer", JsonNull{}},
                    {"from_invoice", JsonNull{}},
                    {"hosted_invoice_url", JsonNull{}},
                    {"invoice_pdf", JsonNull{}},
                    {"issuer", JsonObject{{"type", "self"}}},
                    {"last_finalization_error", JsonNull{}},
                    {"latest_revision", JsonNull{}},
                    {"livemode", false},
                    {"metadata", JsonObject{}},
                    {"next_payment_attempt", JsonNull{}},
                    {"number", JsonNull{}},
                    {"on_behalf_of", JsonNull{}},
                    {"payment_settings", JsonObject{{"default_mandate", JsonNull{}},
                                                    {"payment_method_options", JsonNull{}},
                                                    {"payment_method_types", JsonNull{}}}},
                    {"post_payment_credit_notes_amount", 0},
                    {"pre_payment_credit_notes_amount", 0},
                    {"receipt_number", JsonNull{}},
                    {"rendering", JsonNull{}},
                    {"shipping_cost", JsonNull{}},
                    {"shipping_details", JsonNull{}},
                    {"statement_descriptor", JsonNull{}},
                    {"status", "draft"},
                    {"status_transitions", JsonObject{{"finalized_at", JsonNull{}},
                                                      {"marked_uncollectible_at", JsonNull{}},
                                                      {"paid_at", JsonNull{}},
                                                      {"voided_at", JsonNull{}}}},
                    {"total_discount_amounts", JsonArray{}},
                    {"total_pretax_credit_amounts", JsonArray{}},
                    {"total_taxes", JsonArray{}},
                    {"webhooks_delivered_at", JsonNull{}}};
}

// The period that the invoice looks back on: the one before its lines', or none at the
// start.
void add_period(Json& body, const Document& subscription, std::string_view reason) {
  const auto now = *body.int_at({"created"});
  const auto before = subscription.inner.int_at({"period_before"});
  const bool renewal = reason == "subscription_cycle" && before;
  body.set("period_start", renewal ? *before : now);
  body.set("period_end",
           renewal ? *items_of(subscription).front().int_at({"current_period_start"}) : now);
}

}  // namespace

Document draft_invoice(Account& account, const Document& subscription, std::string_view reason,
                       const std::vector<InvoiceLine>& lines) {
  Json body = blank_invoice(account);
  const auto customer = account.database.find("customer", subscription.text("customer"));
  COBRO_CHECK(customer.has_value());
  add_customer(body, *customer);
  add_period(body, subscription, reason);
  body.set("billing_reason", reason);
  body.set("currency", subscription.text("currency"));
  body.set("lines", lines_list(account, *body.string_at({"id"}), lines));
  body.set("parent", parent_of(subscription));
  body.set("test_clock", *subscription.body.find("test_clock"));
  std::int64_t total = 0;
  for (const auto& line : lines) total += line.amount;
  for (const char* field : {"subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"})
    body.set(field, total);
  const auto due = std::max<std::int64_t>(0, total + customer->number("balance"));
  body.set("amount_due", due);
  body.set("amount_remaining", due);
  return {std::move(body), JsonObject{}};
}

void issue_invoice(Account& account, const Cause& cause, const Document& invoice) {
  account.database.insert("invoice", invoice, {.customer = invoice.text("customer")});
  account.emit(cause, "invoice.created", invoice.body);
}

std::string intent_of(Account& account, const std::string& id) {
  const auto invoice = account.database.find("invoice", id);
  return invoice ? invoice->inner.string_at({"intent"}).value_or("") : "";
}

Json payments_of(Account& account, const Json& shown) {
  const auto id = shown.string_at({"id"}).value_or("");
  const auto invoice = account.database.find("invoice", id);
  JsonArray data;
  if (invoice)
    if (auto payment = account.database.find("invoice_payment",
                                             invoice->inner.string_at({"payment"}).value_or("")))
      data.push_back(std::move(payment->body));
  return list_object("/v1/invoice_payments", std::move(data), false);
}

Json confirmation_secret_of(Account& account, const Json& shown) {
  const auto intent = account.database.find(
      "payment_intent", intent_of(account, shown.string_at({"id"}).value_or("")));
  if (!intent) return {};
  return JsonObject{{"client_secret", intent->text("client_secret")}, {"type", "payment_intent"}};
}

std::string subscription_of(const Json& invoice) {
  return invoice.string_at({"parent", "subscription_details", "subscription"}).value_or("");
}

}  // namespace cobro::sandbox::stripe
