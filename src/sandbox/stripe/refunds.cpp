#include "sandbox/stripe/refunds.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/balance.h"
#include "sandbox/stripe/charges.h"
#include "sandbox/stripe/disputes.h"
#include "sandbox/stripe/test_cards.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

Json refund_body(Account& account, const Document& charge, std::int64_t amount,
                 std::optional<std::string> reason, Json metadata) {
  const auto id = account.new_id("re_3");
  JsonObject card{{"reference_status", "pending"},
                  {"reference_type", "acquirer_reference_number"},
                  {"type", "refund"}};
  const bool captured = *charge.body.find("captured")->as_bool();
  return JsonObject{
      {"id", id},
      {"object", "refund"},
      {"amount", amount},
      {"balance_transaction", captured ? Json(balance_transaction_id(id)) : Json()},
      {"charge", charge.id()},
      {"created", account.unix_now()},
      {"currency", charge.text("currency")},
      {"destination_details", JsonObject{{"card", std::move(card)}, {"type", "card"}}},
      {"metadata", std::move(metadata)},
      {"payment_intent", charge.text("payment_intent")},
      {"reason", reason ? Json(std::move(*reason)) : Json()},
      {"receipt_number", JsonNull{}},
      {"source_transfer_reversal", JsonNull{}},
      {"status", "succeeded"},
      {"transfer_reversal", JsonNull{}}};
}

void store(Account& account, const Document& refund) {
  const auto intent = refund.text("payment_intent");
  const auto charge = refund.text("charge");
  account.database.insert("refund", refund, {.intent = intent, .charge = charge});
}

void change_refunded(Account& account, Document& charge, std::int64_t by) {
  const auto refunded = charge.number("amount_refunded") + by;
  charge.body.set("amount_refunded", refunded);
  charge.body.set("refunded", refunded == charge.number("amount"));
  account.database.update(charge);
}

ApiError no_charge_to_refund(std::string_view intent) {
  return invalid_request(
      fmt::format("This PaymentIntent ({}) does not have a successful charge to refund.", intent),
      "payment_intent");
}

ApiError insufficient_balance() {
  return invalid_request("Insufficient funds in your Stripe balance to refund this amount.")
      .with("message_code", "insufficient_balance_for_refund");
}

std::optional<ApiError> check_refundable(const Document& charge, std::int64_t amount) {
  const auto currency = charge.text("currency");
  if (charge.text("status") != "succeeded" || !*charge.body.find("captured")->as_bool())
    return no_charge_to_refund(charge.text("payment_intent"));
  if (const Json* lost = charge.inner.find("charged_back"); lost != nullptr && *lost->as_bool())
    return invalid_request(
        fmt::format("Charge {} has been charged back; cannot issue a refund.", charge.id()), {},
        "charge_disputed");
  const auto left = unrefunded_amount(charge);
  if (left == 0)
    return invalid_request(fmt::format("Charge {} has already been refunded.", charge.id()), {},
                           "charge_already_refunded");
  if (amount > left)
    return invalid_request(
        fmt::format("Refund amount ({}) is greater than unrefunded amount on charge ({})",
                    display_amount(amount, currency), display_amount(left, currency)),
        "amount");
  return check_increment(amount, currency, "amount");
}

// The charge that `charge` or `payment_intent` names.
base::Result<Document, ApiError> find_target(Call& call, const std::string& charge,
                                             const std::string& intent) {
  auto& database = call.account.database;
  std::string id = charge;
  if (!intent.empty()) {
    const auto found = database.find("payment_intent", intent);
    if (!found) return std::unexpected(no_such(404, "payment_intent", intent, "payment_intent"));
    id = found->text("latest_charge");
    if (id.empty()) return std::unexpected(no_charge_to_refund(intent));
  }
  auto target = database.find("charge", id);
  if (!target) return std::unexpected(no_such(404, "charge", id, "charge"));
  if (!charge.empty() && id != charge)
    return std::unexpected(only_one_of("charge", "payment_intent"));
  return std::move(*target);
}

void begin_course(Account& account, Document& refund, RefundCourse course) {
  if (course == RefundCourse::pending_first) {
    refund.body.set("status", "pending");
    refund.body.set("pending_reason", "processing");
    account.schedule_in("settle_refund", refund.id(), account.options.settle_after);
  } else if (course == RefundCourse::fails_later) {
    account.schedule_in("fail_refund", refund.id(), account.options.settle_after);
  }
}

void announce_change(Account& account, const Cause& cause, const Document& refund,
                     const std::string& old_status) {
  const JsonObject previous{{"status", old_status}};
  account.emit(cause, "refund.updated", refund.body, previous);
  account.emit(cause, "charge.refund.updated", refund.body, previous);
}

}  // namespace

Answer create_refund(Call& call) {
  Account& account = call.account;
  Params& params = call.params;
  const auto charge_id = params.non_empty("charge").value_or("");
  const auto intent_id = params.non_empty("payment_intent").value_or("");
  const auto wanted = params.positive("amount");
  auto reason = params.one_of("reason", {"duplicate", "fraudulent", "requested_by_customer"});
  Json metadata;
  merge_metadata(params, metadata);
  params.not_yet({"currency", "customer", "instructions_email", "origin", "refund_application_fee",
                  "reverse_transfer"});
  if (!params.has("charge") && !params.has("payment_intent"))
    params.refuse(invalid_request(
        "One of the following params should be provided for this request: payment_intent or "
        "charge.",
        "payment_intent", "parameter_missing"));
  if (auto mistake = params.done()) return std::unexpected(std::move(*mistake));
  auto charge = find_target(call, charge_id, intent_id);
  if (!charge) return std::unexpected(std::move(charge.error()));

  call.executing = true;
  const auto amount = wanted.value_or(unrefunded_amount(*charge));
  if (auto mistake = check_refundable(*charge, amount)) return std::unexpected(std::move(*mistake));
  if (account.faults.strike_work(Fault::insufficient_balance))
    return std::unexpected(insufficient_balance());
  const auto* card = test_card_by_name(charge->inner.string_at({"card"}).value_or(""));
  COBRO_CHECK(card != nullptr);
  Document refund{refund_body(account, *charge, amount, std::move(reason), std::move(metadata)),
                  JsonObject{}};
  begin_course(account, refund, card->refund);
  store(account, refund);
  change_refunded(account, *charge, amount);
  account.emit(call.cause, "refund.created", refund.body);
  account.emit(call.cause, "charge.refunded", charge->body);
  close_refunded_inquiry(account, call.cause, *charge);
  return std::move(refund.body);
}

Answer retrieve_refund(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto refund = call.account.database.find("refund", call.id);
  if (!refund) return std::unexpected(no_such(404, "refund", call.id, "refund"));
  return std::move(refund->body);
}

Answer update_refund(Call& call) {
  auto refund = call.account.database.find("refund", call.id);
  if (!refund) return std::unexpected(no_such(404, "refund", call.id, "refund"));
  const Json before = *refund->body.find("metadata");
  Json metadata = before;
  merge_metadata(call.params, metadata);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  refund->body.set("metadata", std::move(metadata));
  call.account.database.update(*refund);
  call.account.emit(call.cause, "refund.updated", refund->body, {{"metadata", before}});
  return std::move(refund->body);
}

Answer list_refunds(Call& call) {
  auto query = read_list_query(call.params, "refund");
  const auto charge = call.params.non_empty("charge").value_or("");
  const auto intent = call.params.non_empty("payment_intent").value_or("");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only = {.intent = intent, .charge = charge, .customer = {}};
  return answer_list(call, query, "/v1/refunds");
}

Answer cancel_refund(Call& call) {
  auto refund = call.account.database.find("refund", call.id);
  if (!refund) return std::unexpected(no_such(404, "refund", call.id, "refund"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  // Card refunds never ask for anything, so none can be in requires_action here.
  return std::unexpected(invalid_request(
      fmt::format("You cannot cancel this Refund because it has a status of {}. Only a Refund with "
                  "the following status may be canceled: requires_action.",
                  refund->text("status"))));
}

void store_release(Account& account, const Document& charge, std::optional<std::string> reason) {
  store(account,
        {refund_body(account, charge, charge.number("amount"), std::move(reason), JsonObject{}),
         JsonObject{}});
}

void settle_refund(Account& account, std::string_view id) {
  auto refund = account.database.find("refund", id);
  if (!refund || refund->text("status") != "pending") return;
  refund->body.set("status", "succeeded");
  std::erase_if(*refund->body.as_object(),
                [](const auto& member) { return member.first == "pending_reason"; });
  account.database.update(*refund);
  announce_change(account, {}, *refund, "pending");
}

void fail_refund(Account& account, std::string_view id) {
  auto refund = account.database.find("refund", id);
  if (!refund || refund->text("status") == "failed") return;
  const auto before = refund->text("status");
  refund->body.set("status", "failed");
  refund->body.set("failure_reason", "expired_or_canceled_card");
  refund->body.set("failure_balance_transaction", failure_transaction_id(refund->id()));
  account.database.update(*refund);
  auto charge = account.database.find("charge", refund->text("charge"));
  COBRO_CHECK(charge.has_value());
  change_refunded(account, *charge, -refund->number("amount"));
  account.emit({}, "refund.failed", refund->body);
  announce_change(account, {}, *refund, before);
}

}  // namespace cobro::sandbox::stripe
