#include "sandbox/stripe/disputes.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/balance.h"
#include "sandbox/stripe/charges.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kKind = "dispute";
constexpr std::int64_t kTimeToAnswer = 9 * 24 * 3600;
constexpr std::string_view kInquiryCard = "createDisputeInquiry";

constexpr std::initializer_list<std::string_view> kEvidence = {
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
};

Json no_evidence() {
  JsonObject evidence;
  for (const auto field : kEvidence) evidence.emplace_back(field, JsonNull{});
  evidence.emplace_back("enhanced_evidence", JsonObject{});
  return evidence;
}

bool is_inquiry(const Document& dispute) {
  return dispute.text("status").starts_with("warning_");
}

bool is_open(const Document& dispute) {
  const auto status = dispute.text("status");
  return status.ends_with("needs_response") || status.ends_with("under_review");
}

Document new_dispute(Account& account, const Document& charge, const TestCard& card) {
  const bool inquiry = card.name == kInquiryCard;
  const auto now = account.unix_now();
  JsonObject details{{"due_by", now + kTimeToAnswer},
                     {"enhanced_eligibility", JsonObject{}},
                     {"has_evidence", false},
                     {"past_due", false},
                     {"submission_count", 0}};
  JsonObject method{{"card", JsonObject{{"brand", card.brand},
                                        {"case_type", inquiry ? "inquiry" : "chargeback"},
                                        {"network_reason_code", "10"}}},
                    {"type", "card"}};
  return {JsonObject{{"id", account.new_id("du_1")},
                     {"object", kKind},
                     {"amount", unrefunded_amount(charge)},
                     {"balance_transactions", JsonArray{}},
                     {"charge", charge.id()},
                     {"created", now},
                     {"currency", charge.text("currency")},
                     {"enhanced_eligibility_types", JsonArray{}},
                     {"evidence", no_evidence()},
                     {"evidence_details", std::move(details)},
                     {"is_charge_refundable", inquiry},
                     {"livemode", false},
                     {"metadata", JsonObject{}},
                     {"payment_intent", charge.text("payment_intent")},
                     {"payment_method_details", std::move(method)},
                     {"reason", card.dispute_reason},
                     {"status", inquiry ? "warning_needs_response" : "needs_response"}},
          JsonObject{}};
}

void add_transaction(Document& dispute, bool reinstated) {
  JsonArray transactions = *dispute.body.find("balance_transactions")->as_array();
  transactions.push_back(dispute_transaction(dispute, reinstated));
  dispute.body.set("balance_transactions", std::move(transactions));
}

// The money leaves with the dispute, and cannot be refunded besides.
void withdraw_funds(Account& account, const Cause& cause, Document& dispute, Document& charge) {
  dispute.body.set("is_charge_refundable", false);
  add_transaction(dispute, false);
  charge.inner.set("charged_back", true);
  account.emit(cause, "charge.dispute.funds_withdrawn", dispute.body);
}

// They are back, and can be refunded.
void reinstate_funds(Account& account, Document& dispute) {
  add_transaction(dispute, true);
  auto charge = account.database.find("charge", dispute.text("charge"));
  COBRO_CHECK(charge.has_value());
  charge->inner.set("charged_back", false);
  account.database.update(*charge);
}

void end(Account& account, const Cause& cause, Document& dispute, std::string_view outcome) {
  dispute.body.set("status", is_inquiry(dispute) ? "warning_closed" : outcome);
  dispute.inner = JsonObject{};
  const bool won = dispute.text("status") == "won";
  if (won) reinstate_funds(account, dispute);
  account.database.update(dispute);
  account.emit(cause, "charge.dispute.closed", dispute.body);
  if (won) account.emit(cause, "charge.dispute.funds_reinstated", dispute.body);
}

// An inquiry that the bank turns into a chargeback.
void escalate(Account& account, Document& dispute) {
  auto charge = account.database.find("charge", dispute.text("charge"));
  COBRO_CHECK(charge.has_value());
  dispute.body.set("status", "needs_response");
  dispute.inner = JsonObject{};
  withdraw_funds(account, {}, dispute, *charge);
  account.database.update(*charge);
  account.database.update(dispute);
  account.emit({}, "charge.dispute.updated", dispute.body);
}

// True when the request brings evidence.
bool read_evidence(Params& params, Json& evidence) {
  Params* given = params.group("evidence");
  if (!given) return false;
  bool any = false;
  for (const auto field : kEvidence)
    if (const auto text = given->text(field)) {
      evidence.set(field, text->empty() ? Json() : Json(*text));
      any = any || !text->empty();
    }
  given->not_yet({"enhanced_evidence"});
  return any;
}

void submit(Account& account, Document& dispute) {
  Json details = *dispute.body.find("evidence_details");
  details.set("submission_count", details.int_at({"submission_count"}).value_or(0) + 1);
  dispute.body.set("evidence_details", std::move(details));
  dispute.body.set("status", is_inquiry(dispute) ? "warning_under_review" : "under_review");
  const auto text = dispute.body.string_at({"evidence", "uncategorized_text"}).value_or("");
  if (text != "winning_evidence" && text != "losing_evidence" &&
      text != "escalate_inquiry_evidence")
    return;
  dispute.inner.set("decision", text);
  account.schedule_in("decide_dispute", dispute.id(), account.options.settle_after);
}

}  // namespace

void schedule_dispute(Account& account, const Document& charge, const TestCard& card) {
  if (!card.dispute_reason.empty())
    account.schedule_in("open_dispute", charge.id(), account.options.settle_after);
}

void open_dispute(Account& account, std::string_view charge_id) {
  auto charge = account.database.find("charge", charge_id);
  COBRO_CHECK(charge.has_value());
  const auto* card = test_card_by_name(charge->inner.string_at({"card"}).value_or(""));
  COBRO_CHECK(card != nullptr);
  if (*charge->body.find("refunded")->as_bool()) return;
  auto dispute = new_dispute(account, *charge, *card);
  charge->body.set("disputed", true);
  charge->body.set("dispute", dispute.id());
  account.emit({}, "charge.dispute.created", dispute.body);
  if (!is_inquiry(dispute)) withdraw_funds(account, {}, dispute, *charge);
  account.database.insert(kKind, dispute,
                          {.intent = dispute.text("payment_intent"), .charge = charge->id()});
  account.database.update(*charge);
}

void decide_dispute(Account& account, std::string_view id) {
  auto dispute = account.database.find(kKind, id);
  if (!dispute || !is_open(*dispute)) return;
  const auto decision = dispute->inner.string_at({"decision"}).value_or("");
  if (decision == "escalate_inquiry_evidence" && is_inquiry(*dispute))
    return escalate(account, *dispute);
  end(account, {}, *dispute, decision == "winning_evidence" ? "won" : "lost");
}

void close_refunded_inquiry(Account& account, const Cause& cause, const Document& charge) {
  const auto id = charge.text("dispute");
  if (id.empty() || !*charge.body.find("refunded")->as_bool()) return;
  auto dispute = account.database.find(kKind, id);
  if (dispute && is_inquiry(*dispute) && is_open(*dispute)) end(account, cause, *dispute, "");
}

Answer retrieve_dispute(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto dispute = call.account.database.find(kKind, call.id);
  if (!dispute) return std::unexpected(no_such(404, kKind, call.id, "dispute"));
  return std::move(dispute->body);
}

Answer update_dispute(Call& call) {
  Account& account = call.account;
  auto dispute = account.database.find(kKind, call.id);
  if (!dispute) return std::unexpected(no_such(404, kKind, call.id, "dispute"));
  Json evidence = *dispute->body.find("evidence");
  const bool given = read_evidence(call.params, evidence);
  const bool submitted = call.params.boolean("submit").value_or(true) && given;
  Json metadata = *dispute->body.find("metadata");
  merge_metadata(call.params, metadata);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (given && !dispute->text("status").ends_with("needs_response"))
    return std::unexpected(
        invalid_request(fmt::format("This dispute cannot take evidence: it has a status of {}.",
                                    dispute->text("status")),
                        "evidence"));
  const auto before = dispute->text("status");
  dispute->body.set("metadata", std::move(metadata));
  if (given) {
    Json details = *dispute->body.find("evidence_details");
    details.set("has_evidence", true);
    dispute->body.set("evidence", std::move(evidence));
    dispute->body.set("evidence_details", std::move(details));
  }
  if (submitted) submit(account, *dispute);
  account.database.update(*dispute);
  account.emit(call.cause, "charge.dispute.updated", dispute->body, {{"status", before}});
  return std::move(dispute->body);
}

Answer close_dispute(Call& call) {
  auto dispute = call.account.database.find(kKind, call.id);
  if (!dispute) return std::unexpected(no_such(404, kKind, call.id, "dispute"));
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  if (!is_open(*dispute))
    return std::unexpected(invalid_request("This dispute is already closed."));
  end(call.account, call.cause, *dispute, "lost");
  return std::move(dispute->body);
}

Answer list_disputes(Call& call) {
  auto query = read_list_query(call.params, kKind);
  const auto charge = call.params.non_empty("charge").value_or("");
  const auto intent = call.params.non_empty("payment_intent").value_or("");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only = {.intent = intent, .charge = charge, .customer = {}};
  return answer_list(call, query, "/v1/disputes");
}

}  // namespace cobro::sandbox::stripe
