// How an authorised or unfinished PaymentIntent ends: captured or cancelled.
#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/balance.h"
#include "sandbox/stripe/charges.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/disputes.h"
#include "sandbox/stripe/intent_parameters.h"
#include "sandbox/stripe/payment_intents.h"
#include "sandbox/stripe/refunds.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

std::optional<ApiError> check_capturable(const Document& intent, std::int64_t amount) {
  const auto status = intent.text("status");
  if (status == "succeeded" && intent.text("capture_method") == "manual")
    return unexpected_state(intent,
                            "This PaymentIntent could not be captured because it has already been "
                            "captured.");
  if (status != "requires_capture")
    return unexpected_state(
        intent, fmt::format("This PaymentIntent could not be captured because it has a status of "
                            "{}. Only a PaymentIntent with one of the following statuses may be "
                            "captured: requires_capture.",
                            status));
  const auto currency = intent.text("currency");
  if (amount > intent.number("amount_capturable"))
    return invalid_request(
        fmt::format("The amount to capture ({}) is greater than the amount that can be captured "
                    "({}).",
                    display_amount(amount, currency),
                    display_amount(intent.number("amount_capturable"), currency)),
        "amount_to_capture", "amount_too_large");
  return check_increment(amount, currency, "amount_to_capture");
}

// A partial capture gives the rest back to the card: Stripe shows that as refunded, though
// no Refund object stands for it.
void capture_charge(Account& account, const Cause& cause, Document& charge, std::int64_t amount) {
  charge.body.set("amount_captured", amount);
  charge.body.set("amount_refunded", charge.number("amount") - amount);
  charge.body.set("captured", true);
  charge.body.set("balance_transaction", balance_transaction_id(charge.id()));
  account.database.update(charge);
  account.emit(cause, "charge.captured", charge.body);
  const auto* card = test_card_by_name(charge.inner.string_at({"card"}).value_or(""));
  COBRO_CHECK(card != nullptr);
  schedule_dispute(account, charge, *card);
}

// Cancelling an authorised intent "refunds" the uncaptured charge as a whole.
void release_charge(Account& account, Document& charge, std::optional<std::string> reason) {
  charge.body.set("amount_refunded", charge.number("amount"));
  charge.body.set("refunded", true);
  account.database.update(charge);
  store_release(account, charge, std::move(reason));
}

void become_canceled(Account& account, Document& intent, Json reason) {
  intent.body.set("amount_capturable", 0);
  intent.body.set("canceled_at", account.unix_now());
  intent.body.set("cancellation_reason", std::move(reason));
  intent.body.set("next_action", JsonNull{});
  intent.body.set("status", "canceled");
  intent.inner = JsonObject{};
  account.database.update(intent);
}

bool may_cancel(std::string_view status) {
  return status != "succeeded" && status != "canceled";
}

}  // namespace

Answer capture_payment_intent(Call& call) {
  Account& account = call.account;
  auto intent = account.database.find("payment_intent", call.id);
  if (!intent) return std::unexpected(no_such(404, "payment_intent", call.id, "intent"));
  Params& params = call.params;
  const auto amount =
      params.positive("amount_to_capture").value_or(intent->number("amount_capturable"));
  if (params.boolean("final_capture") == false)
    params.refuse(invalid_request(
        "This PaymentIntent's payment method does not support multicapture.", "final_capture"));
  Json metadata = *intent->body.find("metadata");
  merge_metadata(params, metadata);
  read_descriptors(params, intent->body);
  params.not_yet(
      {"application_fee_amount", "transfer_data", "amount_details", "payment_details", "hooks"});
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (auto mistake = check_capturable(*intent, amount)) return std::unexpected(std::move(*mistake));
  auto charge = account.database.find("charge", intent->text("latest_charge"));
  charge->body.set("statement_descriptor_suffix",
                   *intent->body.find("statement_descriptor_suffix"));
  capture_charge(account, call.cause, *charge, amount);
  intent->body.set("amount_capturable", 0);
  intent->body.set("amount_received", amount);
  intent->body.set("metadata", std::move(metadata));
  intent->body.set("status", "succeeded");
  account.database.update(*intent);
  account.emit(call.cause, "payment_intent.succeeded", intent->body);
  return std::move(intent->body);
}

Answer cancel_payment_intent(Call& call) {
  Account& account = call.account;
  auto intent = account.database.find("payment_intent", call.id);
  if (!intent) return std::unexpected(no_such(404, "payment_intent", call.id, "intent"));
  const auto reason = call.params.one_of(
      "cancellation_reason", {"duplicate", "fraudulent", "requested_by_customer", "abandoned"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  const auto status = intent->text("status");
  if (!may_cancel(status))
    return std::unexpected(unexpected_state(
        *intent, fmt::format("You cannot cancel this PaymentIntent because it has a status of {}. "
                             "Only a PaymentIntent with one of the following statuses may be "
                             "canceled: requires_payment_method, requires_capture, "
                             "requires_confirmation, requires_action, processing.",
                             status)));
  if (pays_invoice(account, intent->id()))
    return std::unexpected(
        unexpected_state(*intent,
                         "You cannot cancel this PaymentIntent because it was created "
                         "by an Invoice. Void the "
                         "invoice instead."));
  if (status == "requires_capture") {
    auto charge = account.database.find("charge", intent->text("latest_charge"));
    release_charge(account, *charge, std::nullopt);
    account.emit(call.cause, "charge.refunded", charge->body);
  }
  become_canceled(account, *intent, reason ? Json(*reason) : Json());
  account.emit(call.cause, "payment_intent.canceled", intent->body);
  return std::move(intent->body);
}

void cancel_unpaid_intent(Account& account, const Cause& cause, std::string_view id,
                          std::string_view reason) {
  auto intent = account.database.find("payment_intent", id);
  if (!intent || !may_cancel(intent->text("status")) ||
      intent->text("status") == "requires_capture")
    return;
  become_canceled(account, *intent, Json(reason));
  account.emit(cause, "payment_intent.canceled", intent->body);
}

void expire_authorization(Account& account, std::string_view id) {
  auto intent = account.database.find("payment_intent", id);
  if (!intent || intent->text("status") != "requires_capture") return;
  auto charge = account.database.find("charge", intent->text("latest_charge"));
  COBRO_CHECK(charge.has_value());
  release_charge(account, *charge, "expired_uncaptured_charge");
  account.emit({}, "charge.expired", charge->body);
  become_canceled(account, *intent, "automatic");
  account.emit({}, "payment_intent.canceled", intent->body);
}

}  // namespace cobro::sandbox::stripe
