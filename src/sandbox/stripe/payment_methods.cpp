#include "sandbox/stripe/payment_methods.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/changes.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

Json card_object(const MethodChoice& choice, std::string_view fingerprint) {
  const TestCard& card = *choice.card;
  const std::string_view last4 = card.number.substr(card.number.size() - 4);
  JsonObject checks{{"address_line1_check", JsonNull{}},
                    {"address_postal_code_check", JsonNull{}},
                    {"cvc_check", "unchecked"}};
  JsonObject networks{{"available", JsonArray{Json(card.brand)}}, {"preferred", JsonNull{}}};
  return JsonObject{{"brand", card.brand},
                    {"checks", std::move(checks)},
                    {"country", card.country},
                    {"display_brand", card.brand},
                    {"exp_month", choice.exp_month},
                    {"exp_year", choice.exp_year},
                    {"fingerprint", fingerprint},
                    {"funding", card.funding},
                    {"generated_from", JsonNull{}},
                    {"last4", last4},
                    {"networks", std::move(networks)},
                    {"regulated_status", "unregulated"},
                    {"three_d_secure_usage", JsonObject{{"supported", true}}},
                    {"wallet", JsonNull{}}};
}

Document make_method(Account& account, const MethodChoice& choice) {
  const TestCard& card = *choice.card;
  JsonObject body{{"id", account.new_id("pm_1")},
                  {"object", "payment_method"},
                  {"allow_redisplay", choice.allow_redisplay},
                  {"billing_details", choice.billing_details.is_null() ? empty_billing_details()
                                                                       : choice.billing_details},
                  {"card", card_object(choice, fingerprint_of(card.number))},
                  {"created", account.unix_now()},
                  {"customer", JsonNull{}},
                  {"customer_account", JsonNull{}},
                  {"livemode", false},
                  {"metadata", choice.metadata.is_null() ? Json(JsonObject{}) : choice.metadata},
                  {"type", "card"}};
  Document method{std::move(body), JsonObject{{"card", card.name}}};
  account.database.insert("payment_method", method, {});
  if (!choice.token.empty()) spend_token(account, choice.token);
  return method;
}

ApiError somebody_elses(const std::string& method, const std::string& customer) {
  if (customer.empty())
    return invalid_request(
        fmt::format("The provided PaymentMethod ({}) belongs to a Customer. Please include the "
                    "Customer in the `customer` parameter.",
                    method),
        "payment_method");
  return invalid_request(
      fmt::format("The PaymentMethod {} does not belong to the Customer you supplied {}. Please "
                  "use this PaymentMethod with the Customer that it belongs to instead.",
                  method, customer),
      "payment_method");
}

// `card[exp_month]` and `card[exp_year]`, both or one of them.
void read_new_expiry(Account& account, Params& params, Json& card) {
  Params* given = params.group("card");
  if (!given) return;
  const auto month = given->integer("exp_month").value_or(*card.int_at({"exp_month"}));
  auto year = given->integer("exp_year").value_or(*card.int_at({"exp_year"}));
  check_expiry(account, *given, month, year);
  if (year < 100) year += 2000;
  card.set("exp_month", month);
  card.set("exp_year", year);
}

}  // namespace

ApiError used_up() {
  return invalid_request(
      "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
      "attachment, shared with a connected account without Customer attachment, or was detached "
      "from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must "
      "attach it to a Customer first.");
}

ApiError not_theirs(const std::string& method, std::string param) {
  return invalid_request(
      fmt::format("The customer does not have a payment method with the ID {}. The payment method "
                  "must be attached to the customer.",
                  method),
      std::move(param), "resource_missing");
}

std::optional<Document> find_or_make(Account& account, const std::string& id) {
  if (auto method = account.database.find("payment_method", id)) return method;
  MethodChoice choice;
  choice.card = id.starts_with("pm_") ? test_card_by_id(id) : nullptr;
  return choice.card ? std::optional(make_method(account, choice)) : std::nullopt;
}

const TestCard& card_of(const Document& method) {
  const TestCard* card = test_card_by_name(method.inner.string_at({"card"}).value_or(""));
  COBRO_CHECK(card != nullptr);
  return *card;
}

std::optional<MethodChoice> read_method_choice(Account& account, Params& params) {
  MethodChoice choice;
  if (params.has("payment_method") && params.has("payment_method_data"))
    params.refuse(only_one_of("payment_method", "payment_method_data"));
  if (Params* data = params.group("payment_method_data")) {
    read_new_method(account, *data, choice);
    return choice;
  }
  const auto id = params.non_empty("payment_method");
  if (!id || id->empty()) return std::nullopt;
  choice.card = test_card_by_id(*id);
  if (choice.card) return choice;
  if (!account.database.find("payment_method", *id))
    params.refuse(no_such(400, "PaymentMethod", *id, "payment_method"));
  choice.existing = *id;
  return choice;
}

base::Result<Document, ApiError> use_method(Account& account, const MethodChoice& choice,
                                            const std::string& customer) {
  if (choice.card) return make_method(account, choice);
  auto method = account.database.find("payment_method", choice.existing);
  COBRO_CHECK(method.has_value());
  if (method->inner.find("used")) return std::unexpected(used_up());
  const auto owner = method->text("customer");
  if (!owner.empty() && owner != customer)
    return std::unexpected(somebody_elses(method->id(), customer));
  return std::move(*method);
}

Answer create_payment_method(Call& call) {
  MethodChoice choice;
  read_new_method(call.account, call.params, choice);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  return make_method(call.account, choice).body;
}

Answer retrieve_payment_method(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto method = find_or_make(call.account, call.id);
  if (!method) return std::unexpected(no_such(404, "PaymentMethod", call.id, "payment_method"));
  return std::move(method->body);
}

Answer update_payment_method(Call& call) {
  auto method = call.account.database.find("payment_method", call.id);
  if (!method) return std::unexpected(no_such(404, "PaymentMethod", call.id, "payment_method"));
  const Json before = method->body;
  Json details = *method->body.find("billing_details");
  Json metadata = *method->body.find("metadata");
  Json card = *method->body.find("card");
  read_billing_details(call.params, details);
  merge_metadata(call.params, metadata);
  read_new_expiry(call.account, call.params, card);
  if (const auto shown =
          call.params.one_of("allow_redisplay", {"always", "limited", "unspecified"}))
    method->body.set("allow_redisplay", *shown);
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  if (method->text("customer").empty())
    return std::unexpected(invalid_request(
        "You must save this PaymentMethod to a customer before you can update it."));
  method->body.set("billing_details", std::move(details));
  method->body.set("metadata", std::move(metadata));
  method->body.set("card", std::move(card));
  save_change(call.account, call.cause, "payment_method.updated", before, *method);
  return std::move(method->body);
}

}  // namespace cobro::sandbox::stripe
