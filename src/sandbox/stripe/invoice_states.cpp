#include "sandbox/stripe/invoice_states.h"

#include <array>

#include "base/check.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/invoices.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/subscription_states.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;

constexpr std::int64_t kDay = 24 * 3600;
constexpr std::array<std::int64_t, 3> kDaysBetweenTries = {3, 5, 7};

// A renewal that failed is tried again; a first payment waits for the customer.
void set_next_try(Account& account, Document& invoice) {
  const auto tries = static_cast<std::size_t>(invoice.number("attempt_count"));
  const bool more = tries >= 1 && tries <= kDaysBetweenTries.size() &&
                    *invoice.body.find("auto_advance") == Json(true);
  if (!more) {
    invoice.body.set("next_payment_attempt", JsonNull{});
    return;
  }
  const auto next = account.unix_now() + kDaysBetweenTries[tries - 1] * kDay;
  invoice.body.set("next_payment_attempt", next);
  account.schedule_at("retry_invoice", invoice.id(), next);
}

void end_payment(Account& account, const Document& invoice, std::string_view status,
                 std::string_view when, const Cause& cause) {
  auto payment =
      account.database.find("invoice_payment", invoice.inner.string_at({"payment"}).value_or(""));
  if (!payment) return;
  payment->body.set("status", status);
  if (status == "paid") payment->body.set("amount_paid", invoice.number("amount_paid"));
  note_transition(account, *payment, when);
  account.database.update(*payment);
  if (status == "paid") account.emit(cause, "invoice_payment.paid", payment->body);
}

void cancel_intent(Account& account, const Cause& cause, const Document& invoice) {
  cancel_unpaid_intent(account, cause, invoice.inner.string_at({"intent"}).value_or(""),
                       "void_invoice");
}

std::optional<Document> invoice_paid_by(Account& account, const Document& intent) {
  ListQuery query;
  query.kind = "invoice_payment";
  query.only.intent = intent.id();
  const auto payments = account.database.list(query);
  if (payments->items.empty()) return std::nullopt;
  return account.database.find("invoice", payments->items.front().string_at({"invoice"}).value());
}

void note_action(Account& account, const Cause& cause, Document& invoice, bool automatic) {
  if (automatic && invoice.text("billing_reason") != "subscription_create") {
    set_next_try(account, invoice);
    account.database.update(invoice);
    account.emit(cause, "invoice.payment_action_required", invoice.body);
    note_failure(account, cause, invoice, true);
    return;
  }
  account.database.update(invoice);
  account.emit(cause, "invoice.payment_action_required", invoice.body);
  invoice_was_refused(account, cause, invoice);
}

}  // namespace

void note_transition(Account& account, Document& object, std::string_view name) {
  Json transitions = *object.body.find("status_transitions");
  transitions.set(name, account.unix_now());
  object.body.set("status_transitions", std::move(transitions));
}

void settle_invoice(Account& account, const Cause& cause, Document& invoice, bool elsewhere) {
  const auto due = invoice.number("amount_due");
  invoice.body.set("amount_paid", elsewhere ? 0 : due);
  invoice.body.set("amount_remaining", 0);
  invoice.body.set("attempted", true);
  if (due > 0 && invoice.number("attempt_count") == 0) invoice.body.set("attempt_count", 1);
  invoice.body.set("next_payment_attempt", JsonNull{});
  invoice.body.set("status", "paid");
  note_transition(account, invoice, "paid_at");
  account.database.update(invoice);
  if (elsewhere) cancel_intent(account, cause, invoice);
  account.emit(cause, "invoice.paid", invoice.body);
  account.emit(cause, "invoice.payment_succeeded", invoice.body);
  end_payment(account, invoice, elsewhere ? "canceled" : "paid",
              elsewhere ? "canceled_at" : "paid_at", cause);
  invoice_was_paid(account, cause, invoice);
}

void note_failure(Account& account, const Cause& cause, Document& invoice, bool automatic) {
  const bool renewal = invoice.text("billing_reason") != "subscription_create";
  const bool had_next = !invoice.body.find("next_payment_attempt")->is_null();
  const auto next = invoice.body.int_at({"next_payment_attempt"});
  if (automatic && renewal && (!had_next || *next <= account.unix_now()))
    set_next_try(account, invoice);
  account.database.update(invoice);
  account.emit(cause, "invoice.payment_failed", invoice.body);
  invoice_was_refused(account, cause, invoice);
  const bool last = invoice.body.find("next_payment_attempt")->is_null();
  if (automatic && renewal && last) tries_are_spent(account, cause, invoice);
}

void move_invoice(Account& account, const Cause& cause, const Document& intent, bool automatic) {
  auto invoice = invoice_paid_by(account, intent);
  if (!invoice || invoice->text("status") != "open") return;
  const auto status = intent.text("status");
  if (status == "succeeded") return settle_invoice(account, cause, *invoice, false);
  if (status == "requires_action") return note_action(account, cause, *invoice, automatic);
  if (status == "requires_payment_method") note_failure(account, cause, *invoice, automatic);
}

void void_invoice(Account& account, const Cause& cause, const std::string& id) {
  auto invoice = account.database.find("invoice", id);
  if (!invoice || invoice->text("status") == "paid" || invoice->text("status") == "void") return;
  invoice->body.set("next_payment_attempt", JsonNull{});
  invoice->body.set("status", "void");
  note_transition(account, *invoice, "voided_at");
  account.database.update(*invoice);
  cancel_intent(account, cause, *invoice);
  end_payment(account, *invoice, "canceled", "canceled_at", cause);
  account.emit(cause, "invoice.voided", invoice->body);
}

void give_up_invoice(Account& account, const Cause& cause, const std::string& id) {
  auto invoice = account.database.find("invoice", id);
  if (!invoice || invoice->text("status") != "open") return;
  invoice->body.set("next_payment_attempt", JsonNull{});
  invoice->body.set("status", "uncollectible");
  note_transition(account, *invoice, "marked_uncollectible_at");
  account.database.update(*invoice);
  account.emit(cause, "invoice.marked_uncollectible", invoice->body);
}

void stop_collecting(Account& account, const std::string& id) {
  auto invoice = account.database.find("invoice", id);
  if (!invoice) return;
  const auto status = invoice->text("status");
  if (status != "open" && status != "draft") return;
  invoice->body.set("auto_advance", false);
  invoice->body.set("next_payment_attempt", JsonNull{});
  account.database.update(*invoice);
}

}  // namespace cobro::sandbox::stripe
