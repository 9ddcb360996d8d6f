#include "sandbox/stripe/charges.h"

#include <fmt/format.h>

#include "sandbox/stripe/balance.h"
#include "sandbox/stripe/payment_methods.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(JsonNull{}) : Json(text);
}

Json outcome_object(const TestCard& card, const ChargeOutcome& outcome) {
  const bool accepted = !outcome.decline;
  std::string_view network = "approved_by_network";
  std::string_view message = "Payment complete.";
  Json reason;
  if (!accepted) {
    network = card.blocked ? "not_sent_to_network" : "declined_by_network";
    message = card.blocked ? "Stripe blocked this payment as too risky."
                           : "The bank did not return any further details with this decline.";
    const auto code = outcome.decline->decline_code;
    reason = card.blocked ? Json("highest_risk_level")
                          : text_or_null(code.empty() ? outcome.decline->code : code);
  }
  const int score = card.risk_level == "highest" ? 85 : card.risk_level == "elevated" ? 70 : 20;
  return JsonObject{{"advice_code", accepted ? Json() : text_or_null(outcome.decline->advice_code)},
                    {"network_advice_code", JsonNull{}},
                    {"network_decline_code", JsonNull{}},
                    {"network_status", network},
                    {"reason", std::move(reason)},
                    {"risk_level", card.risk_level},
                    {"risk_score", score},
                    {"seller_message", message},
                    {"type", card.blocked ? "blocked"
                             : accepted   ? "authorized"
                                          : "issuer_declined"}};
}

Json three_d_secure(Account& account, bool authenticated) {
  if (!authenticated) return {};
  return JsonObject{{"authentication_flow", "challenge"},
                    {"electronic_commerce_indicator", "05"},
                    {"exemption_indicator", JsonNull{}},
                    {"result", "authenticated"},
                    {"result_reason", JsonNull{}},
                    {"transaction_id", account.chance(32)},
                    {"version", "2.2.0"}};
}

Json card_details(Account& account, std::int64_t amount, const Document& method,
                  const TestCard& card, const ChargeOutcome& outcome) {
  const Json& shown = *method.body.find("card");
  const bool has_postal_code =
      method.body.string_at({"billing_details", "address", "postal_code"}).has_value();
  JsonObject checks{
      {"address_line1_check", JsonNull{}},
      {"address_postal_code_check",
       has_postal_code || card.postal_check == "fail" ? Json(card.postal_check) : Json()},
      {"cvc_check", card.cvc_check}};
  JsonObject details{
      {"amount_authorized", outcome.decline ? Json() : Json(amount)},
      {"authorization_code", JsonNull{}},
      {"brand", card.brand},
      {"checks", std::move(checks)},
      {"country", card.country},
      {"exp_month", *shown.find("exp_month")},
      {"exp_year", *shown.find("exp_year")},
      {"extended_authorization", JsonObject{{"status", "disabled"}}},
      {"fingerprint", *shown.find("fingerprint")},
      {"funding", card.funding},
      {"incremental_authorization", JsonObject{{"status", "unavailable"}}},
      {"installments", JsonNull{}},
      {"last4", *shown.find("last4")},
      {"mandate", JsonNull{}},
      {"multicapture", JsonObject{{"status", "unavailable"}}},
      {"network", card.brand},
      {"network_token", JsonObject{{"used", false}}},
      {"network_transaction_id", outcome.decline ? Json() : Json(account.chance(15))},
      {"overcapture", JsonObject{{"maximum_amount_capturable", amount}, {"status", "unavailable"}}},
      {"regulated_status", "unregulated"},
      {"three_d_secure", three_d_secure(account, outcome.authenticated)},
      {"wallet", JsonNull{}}};
  if (!outcome.decline && !outcome.captured)
    details.emplace_back("capture_before",
                         (account.now() + account.options.authorization_lasts).unix_seconds());
  return details;
}

Json charge_body(Account& account, const Document& intent, const Document& method,
                 const ChargeOutcome& outcome) {
  const TestCard& card = card_of(method);
  const auto id = account.new_id("ch_3");
  const auto amount = intent.number("amount");
  const auto same = [&](std::string_view field) { return *intent.body.find(field); };
  return JsonObject{
      {"id", id},
      {"object", "charge"},
      {"amount", amount},
      {"amount_captured", outcome.captured ? amount : 0},
      {"amount_refunded", 0},
      {"application", JsonNull{}},
      {"application_fee", JsonNull{}},
      {"application_fee_amount", JsonNull{}},
      {"balance_transaction", outcome.captured ? Json(balance_transaction_id(id)) : Json()},
      {"billing_details", *method.body.find("billing_details")},
      {"calculated_statement_descriptor", "COBRO SANDBOX"},
      {"captured", outcome.captured},
      {"created", account.unix_now()},
      {"currency", same("currency")},
      {"customer", same("customer")},
      {"description", same("description")},
      {"destination", JsonNull{}},
      {"dispute", JsonNull{}},
      {"disputed", false},
      {"failure_balance_transaction", JsonNull{}},
      {"failure_code", outcome.decline ? Json(outcome.decline->code) : Json()},
      {"failure_message", outcome.decline ? Json(outcome.decline->message) : Json()},
      {"fraud_details", JsonObject{}},
      {"livemode", false},
      {"metadata", same("metadata")},
      {"on_behalf_of", JsonNull{}},
      {"order", JsonNull{}},
      {"outcome", outcome_object(card, outcome)},
      {"paid", outcome.decline == nullptr},
      {"payment_intent", intent.id()},
      {"payment_method", method.id()},
      {"payment_method_details",
       JsonObject{{"card", card_details(account, amount, method, card, outcome)},
                  {"type", "card"}}},
      {"radar_options", JsonObject{}},
      {"receipt_email", same("receipt_email")},
      {"receipt_number", JsonNull{}},
      {"receipt_url", JsonNull{}},
      {"refunded", false},
      {"review", JsonNull{}},
      {"shipping", same("shipping")},
      {"source", JsonNull{}},
      {"source_transfer", JsonNull{}},
      {"statement_descriptor", same("statement_descriptor")},
      {"statement_descriptor_suffix", same("statement_descriptor_suffix")},
      {"status", outcome.decline ? "failed" : "succeeded"},
      {"transfer_data", JsonNull{}},
      {"transfer_group", same("transfer_group")}};
}

}  // namespace

std::int64_t unrefunded_amount(const Document& charge) {
  return charge.number("amount") - charge.number("amount_refunded");
}

Document make_charge(Account& account, const Document& intent, const Document& method,
                     const ChargeOutcome& outcome) {
  Document charge{charge_body(account, intent, method, outcome),
                  JsonObject{{"card", card_of(method).name}}};
  account.database.insert("charge", charge,
                          {.intent = intent.id(), .customer = intent.text("customer")});
  return charge;
}

Answer retrieve_charge(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto charge = call.account.database.find("charge", call.id);
  if (!charge) return std::unexpected(no_such(404, "charge", call.id, "charge"));
  return std::move(charge->body);
}

Answer update_charge(Call& call) {
  auto charge = call.account.database.find("charge", call.id);
  if (!charge) return std::unexpected(no_such(404, "charge", call.id, "charge"));
  Json metadata = *charge->body.find("metadata");
  merge_metadata(call.params, metadata);
  const auto description = call.params.text("description");
  call.params.not_yet({"customer", "fraud_details", "receipt_email", "shipping", "transfer_group"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  const Json before = charge->body;
  charge->body.set("metadata", std::move(metadata));
  if (description) charge->body.set("description", text_or_null(*description));
  call.account.database.update(*charge);
  JsonObject previous;
  for (const char* field : {"description", "metadata"})
    if (*before.find(field) != *charge->body.find(field))
      previous.emplace_back(field, *before.find(field));
  call.account.emit(call.cause, "charge.updated", charge->body, previous);
  return std::move(charge->body);
}

Answer list_charges(Call& call) {
  auto query = read_list_query(call.params, "charge");
  const auto intent = call.params.non_empty("payment_intent").value_or("");
  const auto customer = call.params.non_empty("customer").value_or("");
  call.params.not_yet({"transfer_group"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only = {.intent = intent, .charge = {}, .customer = customer};
  return answer_list(call, query, "/v1/charges");
}

}  // namespace cobro::sandbox::stripe
