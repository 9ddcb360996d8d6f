#include "sandbox/stripe/payment_intents.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/customers.h"
#include "sandbox/stripe/intent_parameters.h"
#include "sandbox/stripe/payment_methods.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kMissingMethod =
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either "
    "update the PaymentIntent with a payment method and then confirm it again, or confirm it again "
    "directly with a payment method or ConfirmationToken.";

void read_currency(Params& params, Json& body) {
  const auto currency = base::to_lower(params.required("currency"));
  if (!currency.empty() && !is_supported_currency(currency))
    params.refuse(invalid_request(
        fmt::format("Invalid currency: {}. Stripe currently supports the currencies listed at "
                    "https://stripe.com/docs/currencies",
                    currency),
        "currency"));
  body.set("currency", currency);
}

void read_payer(Call& call, Json& body) {
  if (!call.params.has("customer")) return;
  const auto before = body.string_at({"customer"}).value_or("");
  const auto customer = read_customer(call);
  if (!before.empty() && customer != before)
    call.params.refuse(invalid_request(
        "You cannot modify `customer` on a PaymentIntent once it already has been set.",
        "customer"));
  body.set("customer", customer.empty() ? Json() : Json(customer));
}

void check_amount_of(Params& params, const Json& body) {
  const auto amount = body.int_at({"amount"}).value_or(0);
  const auto currency = body.string_at({"currency"}).value_or("");
  if (amount < 1 || !is_supported_currency(currency)) return;
  if (auto mistake = check_charge_amount(amount, currency)) params.refuse(std::move(*mistake));
}

// Terms that mean something only while confirming.
void refuse_terms_without_confirm(Params& params) {
  for (const char* name : {"return_url", "off_session", "error_on_requires_action", "mandate_data"})
    if (params.has(name))
      params.refuse(invalid_request(
          fmt::format("The parameter `{}` cannot be passed when creating a PaymentIntent unless "
                      "`confirm` is set to true.",
                      name),
          name));
}

// All of a create's parameters, into `body`.
ConfirmTerms read_create(Call& call, Json& body, bool confirm) {
  Params& params = call.params;
  if (const auto amount = params.positive("amount")) body.set("amount", *amount);
  if (!params.has("amount")) params.refuse_missing("amount");
  read_currency(params, body);
  check_amount_of(params, body);
  if (const auto method =
          params.one_of("capture_method", {"automatic", "automatic_async", "manual"}))
    body.set("capture_method", *method);
  if (const auto method = params.one_of("confirmation_method", {"automatic", "manual"}))
    body.set("confirmation_method", *method);
  read_method_selection(call, body);
  read_payer(call, body);
  read_descriptive(params, body);
  Json metadata;
  merge_metadata(params, metadata);
  body.set("metadata", std::move(metadata));
  const auto terms = read_confirm_terms(params);
  if (!confirm) refuse_terms_without_confirm(params);
  refuse_untouched(params);
  return terms;
}

}  // namespace

Json blank_payment_intent(Account& account) {
  const auto id = account.new_id("pi_3");
  JsonObject card_options{{"installments", JsonNull{}},
                          {"mandate_options", JsonNull{}},
                          {"network", JsonNull{}},
                          {"request_three_d_secure", "automatic"}};
  return JsonObject{{"id", id},
                    {"object", "payment_intent"},
                    {"amount", 0},
                    {"amount_capturable", 0},
                    {"amount_details", JsonObject{{"tip", JsonObject{}}}},
                    {"amount_received", 0},
                    {"application", JsonNull{}},
                    {"application_fee_amount", JsonNull{}},
                    {"automatic_payment_methods", JsonNull{}},
                    {"canceled_at", JsonNull{}},
                    {"cancellation_reason", JsonNull{}},
                    {"capture_method", "automatic_async"},
                    {"client_secret", fmt::format("{}_secret_{}", id, account.chance(25))},
                    {"confirmation_method", "automatic"},
                    {"created", account.unix_now()},
                    {"currency", ""},
                    {"customer", JsonNull{}},
                    {"customer_account", JsonNull{}},
                    {"description", JsonNull{}},
                    {"excluded_payment_method_types", JsonNull{}},
                    {"last_payment_error", JsonNull{}},
                    {"latest_charge", JsonNull{}},
                    {"livemode", false},
                    {"metadata", JsonObject{}},
                    {"next_action", JsonNull{}},
                    {"on_behalf_of", JsonNull{}},
                    {"payment_method", JsonNull{}},
                    {"payment_method_configuration_details", JsonNull{}},
                    {"payment_method_options", JsonObject{{"card", std::move(card_options)}}},
                    {"payment_method_types", JsonArray{Json("card")}},
                    {"processing", JsonNull{}},
                    {"receipt_email", JsonNull{}},
                    {"review", JsonNull{}},
                    {"setup_future_usage", JsonNull{}},
                    {"shipping", JsonNull{}},
                    {"source", JsonNull{}},
                    {"statement_descriptor", JsonNull{}},
                    {"statement_descriptor_suffix", JsonNull{}},
                    {"status", "requires_payment_method"},
                    {"transfer_data", JsonNull{}},
                    {"transfer_group", JsonNull{}}};
}

Answer create_payment_intent(Call& call) {
  Account& account = call.account;
  Document intent{blank_payment_intent(account), JsonObject{}};
  const bool confirm = call.params.boolean("confirm").value_or(false);
  const auto terms = read_create(call, intent.body, confirm);
  const auto choice = read_method_choice(account, call.params);
  if (confirm && !choice)
    call.params.refuse(invalid_request(std::string(kMissingMethod), "payment_method",
                                       "payment_intent_unexpected_state"));
  if (confirm)
    if (auto mistake = check_return_url(intent.body, terms)) call.params.refuse(*mistake);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  std::optional<Document> method;
  if (choice) {
    auto used = use_method(account, *choice, intent.text("customer"));
    if (!used) return std::unexpected(std::move(used.error()));
    method = std::move(*used);
    intent.body.set("payment_method", method->id());
    intent.body.set("status", "requires_confirmation");
  }
  account.emit(call.cause, "payment_intent.created", intent.body);
  std::optional<ApiError> declined;
  if (confirm) declined = confirm_intent(account, call.cause, intent, *method, terms);
  account.database.insert("payment_intent", intent, {.customer = intent.text("customer")});
  if (declined) return std::unexpected(std::move(*declined));
  return std::move(intent.body);
}

Answer retrieve_payment_intent(Call& call) {
  call.params.accept({"client_secret"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto intent = call.account.database.find("payment_intent", call.id);
  if (!intent) return std::unexpected(no_such(404, "payment_intent", call.id, "intent"));
  return std::move(intent->body);
}

namespace {

bool may_still_change(const Document& intent) {
  const auto status = intent.text("status");
  return status == "requires_payment_method" || status == "requires_confirmation" ||
         status == "requires_action";
}

std::optional<ApiError> check_updatable(const Call& call, const Document& intent) {
  if (may_still_change(intent)) return std::nullopt;
  for (const char* field : {"amount", "currency", "payment_method", "payment_method_data",
                            "capture_method", "setup_future_usage"})
    if (call.params.has(field))
      return unexpected_state(
          intent,
          fmt::format("This PaymentIntent's {0} could not be updated because it has a status of "
                      "{1}. You may only update the {0} of a PaymentIntent with one of the "
                      "following statuses: requires_payment_method, requires_confirmation, "
                      "requires_action.",
                      field, intent.text("status")));
  return std::nullopt;
}

void read_update(Call& call, Json& body) {
  Params& params = call.params;
  if (const auto amount = params.positive("amount")) body.set("amount", *amount);
  if (params.has("currency")) read_currency(params, body);
  if (params.has("amount") || params.has("currency")) check_amount_of(params, body);
  if (const auto method =
          params.one_of("capture_method", {"automatic", "automatic_async", "manual"}))
    body.set("capture_method", *method);
  check_method_types(call);
  read_payer(call, body);
  read_descriptive(params, body);
  Json metadata = *body.find("metadata");
  merge_metadata(params, metadata);
  body.set("metadata", std::move(metadata));
  refuse_untouched(params);
}

}  // namespace

Answer update_payment_intent(Call& call) {
  auto intent = call.account.database.find("payment_intent", call.id);
  if (!intent) return std::unexpected(no_such(404, "payment_intent", call.id, "intent"));
  Document changed = *intent;
  read_update(call, changed.body);
  const auto choice = read_method_choice(call.account, call.params);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (auto mistake = check_updatable(call, *intent)) return std::unexpected(std::move(*mistake));
  if (choice) {
    auto method = use_method(call.account, *choice, changed.text("customer"));
    if (!method) return std::unexpected(std::move(method.error()));
    changed.body.set("payment_method", method->id());
    changed.body.set("status", "requires_confirmation");
    changed.body.set("next_action", JsonNull{});
    changed.inner = JsonObject{};
  }
  if (may_still_change(changed)) changed.body.set("last_payment_error", JsonNull{});
  call.account.database.update(changed);
  if (call.params.has("customer"))
    call.account.database.set_customer(changed.id(), changed.text("customer"));
  return std::move(changed.body);
}

Answer list_payment_intents(Call& call) {
  auto query = read_list_query(call.params, "payment_intent");
  const auto customer = call.params.non_empty("customer").value_or("");
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  query.only.customer = customer;
  return answer_list(call, query, "/v1/payment_intents");
}

namespace {

std::optional<ApiError> check_confirmable(const Document& intent, bool has_method) {
  const auto status = intent.text("status");
  if (status == "succeeded")
    return unexpected_state(intent,
                            "You cannot confirm this PaymentIntent because it has already "
                            "succeeded after being previously confirmed.");
  if (!may_still_change(intent))
    return unexpected_state(
        intent, fmt::format("You cannot confirm this PaymentIntent because it has a status of {}. "
                            "Only a PaymentIntent with one of the following statuses may be "
                            "confirmed: requires_confirmation, requires_action, "
                            "requires_payment_method.",
                            status));
  if (!has_method) return unexpected_state(intent, std::string(kMissingMethod));
  return std::nullopt;
}

ConfirmTerms read_confirm(Call& call, Json& body) {
  Params& params = call.params;
  read_descriptive(params, body);
  if (const auto method =
          params.one_of("capture_method", {"automatic", "automatic_async", "manual"}))
    body.set("capture_method", *method);
  check_method_types(call);
  params.accept({"client_secret"});
  refuse_untouched(params);
  return read_confirm_terms(params);
}

}  // namespace

Answer confirm_payment_intent(Call& call) {
  Account& account = call.account;
  auto intent = account.database.find("payment_intent", call.id);
  if (!intent) return std::unexpected(no_such(404, "payment_intent", call.id, "intent"));
  auto choice = read_method_choice(account, call.params);
  const auto current = intent->text("payment_method");
  auto wrong_state = check_confirmable(*intent, choice || !current.empty());
  const auto terms = read_confirm(call, intent->body);
  if (!wrong_state)
    if (auto mistake = check_return_url(intent->body, terms)) call.params.refuse(*mistake);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));

  call.executing = true;
  if (wrong_state) return std::unexpected(std::move(*wrong_state));
  if (!choice) {
    choice.emplace();
    choice->existing = current;
  }
  auto method = use_method(account, *choice, intent->text("customer"));
  if (!method) return std::unexpected(std::move(method.error()));
  auto declined = confirm_intent(account, call.cause, *intent, *method, terms);
  account.database.update(*intent);
  note_intent(account, call.cause, *intent);
  if (declined) return std::unexpected(std::move(*declined));
  return std::move(intent->body);
}

}  // namespace cobro::sandbox::stripe
