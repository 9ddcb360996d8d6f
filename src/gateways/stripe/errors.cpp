#include "gateways/stripe/errors.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "gateways/stripe/news.h"
#include "gateways/stripe/redact.h"
#include "wire/json.h"

namespace cobro::gateways::stripe {
namespace {

using ports::AnswerKind;
using ports::GatewayAnswer;
using wire::Json;

// Refused while the request was read, before an object was touched. Codes that speak of an
// object's state are left out on purpose: an earlier send of ours may have brought it there.
constexpr auto kValidationCodes = std::to_array<std::string_view>({
    "account_invalid",
    "amount_too_large",
    "amount_too_small",
    "api_key_expired",
    "country_code_invalid",
    "country_unsupported",
    "invalid_characters",
    "invalid_charge_amount",
    "livemode_mismatch",
    "parameter_invalid_empty",
    "parameter_invalid_integer",
    "parameter_invalid_string_blank",
    "parameter_invalid_string_empty",
    "parameter_missing",
    "parameter_unknown",
    "parameters_exclusive",
    "payment_intent_incompatible_payment_method",
    "payment_intent_invalid_parameter",
    "payment_method_currency_mismatch",
    "payment_method_invalid_parameter",
    "payment_method_invalid_parameter_testmode",
    "payment_method_unactivated",
    "payment_method_unsupported_type",
    "platform_api_key_expired",
    "resource_missing",
    "secret_key_required",
    "testmode_charges_only",
    "tls_version_unsupported",
    "url_invalid",
});

struct Error {
  std::string type;
  std::string code;       // empty when there is none
  std::string parameter;  // empty when none is named
  std::string message;
};

Error read(const Json& error) {
  return {error.string_at({"type"}).value_or(""), error.string_at({"code"}).value_or(""),
          error.string_at({"param"}).value_or(""), error.string_at({"message"}).value_or("")};
}

bool is_about_parameters(const Error& error) {
  if (error.code.empty()) return !error.parameter.empty();
  return std::ranges::find(kValidationCodes, error.code) != kValidationCodes.end();
}

AnswerKind kind_of(int status, const Error& error) {
  if (error.type == "idempotency_error" || error.code == "idempotency_key_in_use")
    return AnswerKind::unknown;
  switch (status) {
    case 400:
      if (error.code == "rate_limit") return AnswerKind::not_executed;
      return error.type == "invalid_request_error" && is_about_parameters(error)
                 ? AnswerKind::not_executed
                 : AnswerKind::unknown;
    case 401:
    case 403:
    case 404:
    case 429:
      return AnswerKind::not_executed;
    case 402:
      return error.type == "card_error" ? AnswerKind::declined : AnswerKind::unknown;
    case 409:
      return error.code == "lock_timeout" ? AnswerKind::not_executed : AnswerKind::unknown;
    default:
      return AnswerKind::unknown;
  }
}

bool is_busy(const ports::HttpResponse& response, const Error& error) {
  if (response.status == 429 || error.code == "lock_timeout" || error.code == "rate_limit")
    return true;
  const auto hint = response.headers.find("Stripe-Should-Retry");
  return hint && base::equals_ignoring_case(base::trim(*hint), "true");
}

// Of a 401 not Stripe's own words: they repeat a part of the key.
std::string describe(int status, const Error& error) {
  if (status == 401) return "Stripe answered 401: our credentials were refused";
  std::string text = fmt::format("Stripe answered {}", status);
  const std::string& what = error.code.empty() ? error.type : error.code;
  if (!what.empty()) text += " " + what;
  if (!error.message.empty()) text += ": " + error.message;
  return redacted_message(text);
}

// A card error beside an intent that has gone on contradicts itself: nothing may be settled.
bool has_gone_on(const std::optional<domain::PaymentNews>& payment) {
  using enum domain::RemoteState;
  return payment && (payment->state == succeeded || payment->state == processing ||
                     payment->state == authorized);
}

void add_decline(GatewayAnswer& answer, domain::Operation operation, const Json& error) {
  if (const Json* intent = error.find("payment_intent")) answer.payment = read_payment(*intent);
  if (operation == domain::Operation::confirm && has_gone_on(answer.payment)) {
    answer.kind = AnswerKind::unknown;
    return;
  }
  answer.decline = read_decline(error);
  if (answer.payment && !answer.payment->decline) answer.payment->decline = answer.decline;
}

}  // namespace

GatewayAnswer read_error(domain::Operation operation, const ports::HttpResponse& response) {
  GatewayAnswer answer;
  answer.message = fmt::format("Stripe answered {} without a readable error", response.status);
  const auto body = wire::parse_json(response.body);
  const Json* object = body ? body->find("error") : nullptr;
  if (object == nullptr || object->as_object() == nullptr) return answer;
  const Error error = read(*object);
  answer.kind = kind_of(response.status, error);
  answer.message = describe(response.status, error);
  answer.busy = answer.kind == AnswerKind::not_executed && is_busy(response, error);
  answer.bad_payment_method =
      answer.kind == AnswerKind::not_executed && error.parameter == "payment_method";
  if (answer.kind == AnswerKind::declined) add_decline(answer, operation, *object);
  return answer;
}

}  // namespace cobro::gateways::stripe
