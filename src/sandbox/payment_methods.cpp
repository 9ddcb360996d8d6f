#include "sandbox/payment_methods.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace cobro::sandbox {
namespace {

using wire::Json;
using wire::JsonArray;
using wire::JsonNull;
using wire::JsonObject;

constexpr std::string_view kUsedUp =
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
    "attachment, shared with a connected account without Customer attachment, or was detached "
    "from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must "
    "attach it to a Customer first.";

Json empty_billing_details() {
  JsonObject address;
  for (const char* field : {"city", "country", "line1", "line2", "postal_code", "state"})
    address.emplace_back(field, JsonNull{});
  JsonObject details;
  details.emplace_back("address", std::move(address));
  for (const char* field : {"email", "name", "phone", "tax_id"})
    details.emplace_back(field, JsonNull{});
  return details;
}

Json or_null(std::optional<std::string> text) {
  return text && !text->empty() ? Json(std::move(*text)) : Json(JsonNull{});
}

void read_billing_details(Params& params, Json& details) {
  Params* given = params.group("billing_details");
  if (!given) return;
  if (details.is_null()) details = empty_billing_details();
  for (const char* field : {"email", "name", "phone", "tax_id"})
    if (given->has(field)) details.set(field, or_null(given->text(field)));
  if (Params* address = given->group("address")) {
    Json merged = *details.find("address");
    for (const char* field : {"city", "country", "line1", "line2", "postal_code", "state"})
      if (address->has(field)) merged.set(field, or_null(address->text(field)));
    details.set("address", std::move(merged));
  }
}

Json card_object(const TestCard& card, std::string_view fingerprint) {
  const std::string_view last4 = card.number.substr(card.number.size() - 4);
  JsonObject checks{{"address_line1_check", JsonNull{}},
                    {"address_postal_code_check", JsonNull{}},
                    {"cvc_check", "unchecked"}};
  JsonObject networks{{"available", JsonArray{Json(card.brand)}}, {"preferred", JsonNull{}}};
  return JsonObject{{"brand", card.brand},
                    {"checks", std::move(checks)},
                    {"country", card.country},
                    {"display_brand", card.brand},
                    {"exp_month", 12},
                    {"exp_year", 2034},
                    {"fingerprint", fingerprint},
                    {"funding", card.funding},
                    {"generated_from", JsonNull{}},
                    {"last4", last4},
                    {"networks", std::move(networks)},
                    {"regulated_status", "unregulated"},
                    {"three_d_secure_usage", JsonObject{{"supported", true}}},
                    {"wallet", JsonNull{}}};
}

// The same number has the same fingerprint: FNV-1a of it, as sixteen letters.
std::string fingerprint_of(std::string_view number) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char digit : number)
    hash = (hash ^ static_cast<std::uint8_t>(digit)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

ApiError number_mistake(std::string_view number) {
  ApiError error{402, "card_error", "incorrect_number", "Your card number is incorrect.", "number",
                 {}};
  if (!passes_luhn(number) || number.size() < 12) return error;
  error.code = "card_declined";
  error.message =
      "Your card was declined. Your request was in test mode, but used a non test (live) card. For "
      "a list of valid test cards, visit: https://stripe.com/docs/testing.";
  error.extra.emplace_back("decline_code", "live_mode_test_card");
  return error;
}

const TestCard* read_number(Params& card) {
  std::string number = card.required("number");
  std::erase_if(number, [](char c) { return c == ' ' || c == '-'; });
  const auto month = card.integer("exp_month");
  const auto year = card.integer("exp_year");
  if (!month) card.refuse_missing("exp_month");
  if (!year) card.refuse_missing("exp_year");
  if (month && (*month < 1 || *month > 12))
    card.refuse({402,
                 "card_error",
                 "invalid_expiry_month",
                 "Your card's expiration month is invalid.",
                 "exp_month",
                 {}});
  card.accept({"cvc", "networks"});
  const TestCard* known = test_card_by_number(number);
  if (!known && !number.empty()) card.refuse(number_mistake(number));
  return known;
}

// `type=card` with `card[token]` or `card[number]`.
const TestCard* read_card(Params& params) {
  if (params.required("type") != "card")
    params.refuse(invalid_request(
        "Invalid type: this sandbox knows the payment method type card only", "type"));
  Params* card = params.group("card");
  if (!card) {
    params.refuse_missing("card");
    return nullptr;
  }
  if (const auto token = card->non_empty("token")) {
    const TestCard* known = test_card_by_id(*token);
    if (!known || !token->starts_with("tok_"))
      card->refuse(no_such(400, "token", *token, "card[token]"));
    return known;
  }
  return read_number(*card);
}

Document make_method(Account& account, const TestCard& card, Json billing_details, Json metadata) {
  JsonObject body{{"id", account.new_id("pm_1")},
                  {"object", "payment_method"},
                  {"allow_redisplay", "unspecified"},
                  {"billing_details", billing_details.is_null() ? empty_billing_details()
                                                                : std::move(billing_details)},
                  {"card", card_object(card, fingerprint_of(card.number))},
                  {"created", account.unix_now()},
                  {"customer", JsonNull{}},
                  {"customer_account", JsonNull{}},
                  {"livemode", false},
                  {"metadata", metadata.is_null() ? Json(JsonObject{}) : std::move(metadata)},
                  {"type", "card"}};
  Document method{std::move(body), JsonObject{{"card", card.name}}};
  account.database.insert("payment_method", method, {});
  return method;
}

}  // namespace

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
    choice.card = read_card(*data);
    read_billing_details(*data, choice.billing_details);
    merge_metadata(*data, choice.metadata);
    data->accept({"allow_redisplay", "radar_options"});
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

base::Result<Document, ApiError> use_method(Account& account, const MethodChoice& choice) {
  if (choice.card)
    return make_method(account, *choice.card, choice.billing_details, choice.metadata);
  auto method = account.database.find("payment_method", choice.existing);
  COBRO_CHECK(method.has_value());
  if (method->inner.find("used")) return std::unexpected(invalid_request(std::string(kUsedUp)));
  return std::move(*method);
}

Answer create_payment_method(Call& call) {
  Json billing_details;
  Json metadata;
  const TestCard* card = read_card(call.params);
  read_billing_details(call.params, billing_details);
  merge_metadata(call.params, metadata);
  call.params.accept({"allow_redisplay", "radar_options"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  return make_method(call.account, *card, std::move(billing_details), std::move(metadata)).body;
}

Answer retrieve_payment_method(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  if (auto method = call.account.database.find("payment_method", call.id))
    return std::move(method->body);
  if (const TestCard* card = test_card_by_id(call.id); card && call.id.starts_with("pm_"))
    return make_method(call.account, *card, {}, {}).body;
  return std::unexpected(no_such(404, "PaymentMethod", call.id, "payment_method"));
}

Answer update_payment_method(Call& call) {
  auto method = call.account.database.find("payment_method", call.id);
  if (!method) return std::unexpected(no_such(404, "PaymentMethod", call.id, "payment_method"));
  Json details = *method->body.find("billing_details");
  Json metadata = *method->body.find("metadata");
  read_billing_details(call.params, details);
  merge_metadata(call.params, metadata);
  call.params.accept({"allow_redisplay"});
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  method->body.set("billing_details", std::move(details));
  method->body.set("metadata", std::move(metadata));
  call.account.database.update(*method);
  return std::move(method->body);
}

}  // namespace cobro::sandbox
