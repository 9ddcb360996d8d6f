#include "surfaces/common/fields.h"

#include <algorithm>

#include "base/check.h"
#include "wire/card_numbers.h"

namespace cobro::surfaces {
namespace {

// The text of a number, or of a string that holds one; null for anything else.
const std::string* number_text(const wire::Json* value) {
  if (value == nullptr) return nullptr;
  const auto* number = value->as_number();
  const auto* text = number != nullptr ? &number->text : value->as_string();
  return text != nullptr && wire::is_json_number(*text) ? text : nullptr;
}

bool is_above_zero(std::string_view number) {
  if (number.starts_with('-')) return false;
  const auto mantissa = number.substr(0, number.find_first_of("eE"));
  return mantissa.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

void Fields::add(const wire::FieldErrors& errors) {
  auto refusal = refuse_fields(errors);
  if (refusal.code == domain::RefusalCode::card_data_not_allowed)
    cards_ = std::move(refusal);
  else
    std::ranges::move(refusal.details, std::back_inserter(errors_));
}

void Fields::fail(std::string field, std::string code, std::string message) {
  errors_.push_back({std::move(field), std::move(code), std::move(message)});
}

void Fields::check_amount(const wire::Json* amount, std::optional<domain::Currency> currency,
                          std::string field) {
  const auto* text = number_text(amount);
  if (text == nullptr) return;
  if (!is_above_zero(*text))
    return fail(std::move(field), "must_be_positive", "must be greater than zero");
  if (!currency) return;
  const auto money = domain::Money::parse(*text, *currency);
  if (money && money->is_positive()) return;
  const auto code = std::string(currency->code());
  if (money || money.error() == domain::MoneyError::too_many_decimals)
    return fail(
        std::move(field), "too_many_decimals",
        "must have at most " + std::to_string(currency->exponent()) + " decimals in " + code);
  if (money.error() == domain::MoneyError::too_large)
    return fail(std::move(field), "too_large",
                "must have at most twelve digits, decimals included, in " + code);
  fail(std::move(field), "not_a_number", "must be a number");
}

void Fields::check_token(const std::optional<std::string>& token, std::string field) {
  if (!token) return;
  const auto is_digit_or_gap = [](char c) {
    return (c >= '0' && c <= '9') || c == ' ' || c == '-';
  };
  const auto is_token_letter = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == ' ';
  };
  if (std::ranges::all_of(*token, is_digit_or_gap) && wire::contains_card_number(*token))
    add({{std::move(field), wire::FieldCode::card_data_not_allowed,
          "must be the gateway's token, not a card number"}});
  else if (!std::ranges::all_of(*token, is_token_letter))
    add({{std::move(field), wire::FieldCode::invalid_format,
          "must be the gateway's token: letters, digits, _ and -"}});
}

void Fields::check_return_url(const std::optional<std::string>& url, const ReturnUrls& allowed,
                              std::string field) {
  if (!url) return;
  if (const auto fault = allowed.fault_of(*url))
    fail(std::move(field), std::string(fault->code), std::string(fault->message));
}

domain::Refusal Fields::refusal() const {
  COBRO_CHECK(failed());
  return cards_ ? *cards_ : refuse_fields(errors_);
}

domain::Money to_money(const wire::Decimal& amount, domain::Currency currency) {
  auto money = domain::Money::parse(amount.text, currency);
  COBRO_CHECK(money.has_value());
  return *money;
}

}  // namespace cobro::surfaces
