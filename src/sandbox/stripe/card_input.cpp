#include "sandbox/stripe/card_input.h"

#include <fmt/format.h>

#include <chrono>

#include "base/check.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using wire::JsonNull;
using wire::JsonObject;

Json or_null(std::optional<std::string> text) {
  return text && !text->empty() ? Json(std::move(*text)) : Json(JsonNull{});
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

void refuse_card(Params& card, std::string_view code, std::string_view message,
                 std::string_view param) {
  card.refuse({402, "card_error", std::string(code), std::string(message), std::string(param), {}});
}

}  // namespace

void check_expiry(Account& account, Params& card, std::int64_t month, std::int64_t year) {
  if (month < 1 || month > 12)
    return refuse_card(card, "invalid_expiry_month", "Your card's expiration month is invalid.",
                       "exp_month");
  const std::chrono::sys_days today{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<base::Duration>(base::Duration(account.now().micros)))};
  const std::chrono::year_month_day date{today};
  const auto now = static_cast<int>(date.year()) * 12LL + static_cast<unsigned>(date.month());
  const auto full_year = year < 100 ? year + 2000 : year;
  if (full_year > static_cast<int>(date.year()) + 50LL || full_year * 12 + month < now)
    refuse_card(card, "invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year");
}

namespace {

void read_number(Account& account, Params& card, MethodChoice& choice) {
  std::string number = card.required("number");
  std::erase_if(number, [](char c) { return c == ' ' || c == '-'; });
  const auto month = card.integer("exp_month");
  const auto year = card.integer("exp_year");
  if (!month) card.refuse_missing("exp_month");
  if (!year) card.refuse_missing("exp_year");
  choice.card = test_card_by_number(number);
  if (!choice.card && !number.empty()) card.refuse(number_mistake(number));
  if (month && year) {
    check_expiry(account, card, *month, *year);
    choice.exp_month = *month;
    choice.exp_year = *year < 100 ? *year + 2000 : *year;
  }
  const auto cvc = card.text("cvc").value_or("123");
  if (cvc.size() < 3 || cvc.size() > 4 || cvc.find_first_not_of("0123456789") != cvc.npos)
    refuse_card(card, "invalid_cvc", "Your card's security code is invalid.", "cvc");
  card.not_yet({"networks"});
}

void read_token(Account& account, Params& card, const std::string& id, MethodChoice& choice) {
  choice.card = id.starts_with("tok_") ? test_card_by_id(id) : nullptr;
  if (choice.card) return;
  const auto token = account.database.find("token", id);
  if (!token) return card.refuse(no_such(400, "token", id, "card[token]"));
  if (*token->body.find("used")->as_bool())
    return card.refuse(
        invalid_request(fmt::format("You cannot use a Stripe token more than once: {}.", id),
                        "card[token]", "token_already_used"));
  choice.card = test_card_by_name(token->inner.string_at({"card"}).value_or(""));
  choice.exp_month = token->body.int_at({"card", "exp_month"}).value_or(0);
  choice.exp_year = token->body.int_at({"card", "exp_year"}).value_or(0);
  choice.token = id;
}

}  // namespace

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

// FNV-1a of it, as sixteen letters.
std::string fingerprint_of(std::string_view number) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char digit : number)
    hash = (hash ^ static_cast<std::uint8_t>(digit)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

// `type=card` with `card[token]` or `card[number]`, billing details and metadata.
void read_new_method(Account& account, Params& params, MethodChoice& choice) {
  if (params.required("type") != "card")
    params.refuse(invalid_request(
        "Invalid type: this sandbox knows the payment method type card only", "type"));
  read_billing_details(params, choice.billing_details);
  merge_metadata(params, choice.metadata);
  choice.allow_redisplay = params.one_of("allow_redisplay", {"always", "limited", "unspecified"})
                               .value_or(choice.allow_redisplay);
  params.not_yet({"radar_options"});
  Params* card = params.group("card");
  if (!card) return params.refuse_missing("card");
  if (const auto token = card->non_empty("token"))
    read_token(account, *card, *token, choice);
  else
    read_number(account, *card, choice);
}

void spend_token(Account& account, const std::string& id) {
  auto token = account.database.find("token", id);
  COBRO_CHECK(token.has_value());
  token->body.set("used", true);
  account.database.update(*token);
}

Answer create_token(Call& call) {
  MethodChoice choice;
  std::string name;
  Params* card = call.params.group("card");
  if (!card) call.params.refuse_missing("card");
  if (card) {
    read_number(call.account, *card, choice);
    name = card->text("name").value_or("");
    card->not_yet({"currency", "address_line1", "address_line2", "address_city", "address_state",
                   "address_zip", "address_country"});
  }
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  call.executing = true;
  const TestCard& known = *choice.card;
  JsonObject shown{{"id", call.account.new_id("card_1")},
                   {"object", "card"},
                   {"brand", known.brand},
                   {"country", known.country},
                   {"cvc_check", "unchecked"},
                   {"exp_month", choice.exp_month},
                   {"exp_year", choice.exp_year},
                   {"fingerprint", fingerprint_of(known.number)},
                   {"funding", known.funding},
                   {"last4", known.number.substr(known.number.size() - 4)},
                   {"metadata", JsonObject{}},
                   {"name", or_null(name)}};
  Document token{JsonObject{{"id", call.account.new_id("tok_1")},
                            {"object", "token"},
                            {"card", std::move(shown)},
                            {"client_ip", JsonNull{}},
                            {"created", call.account.unix_now()},
                            {"livemode", false},
                            {"type", "card"},
                            {"used", false}},
                 JsonObject{{"card", known.name}}};
  call.account.database.insert("token", token, {});
  return std::move(token.body);
}

Answer retrieve_token(Call& call) {
  if (auto mistake = call.params.done()) return std::unexpected(std::move(*mistake));
  auto token = call.account.database.find("token", call.id);
  if (!token) return std::unexpected(no_such(404, "token", call.id, "token"));
  return std::move(token->body);
}

}  // namespace cobro::sandbox::stripe
