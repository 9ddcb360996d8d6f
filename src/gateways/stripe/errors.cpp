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

using domain::ErrandOperation;
using ports::AnswerKind;
using ports::ErrandAnswer;
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

// An error answer, judged without regard to what was asked for.
struct Judged {
  int status = 0;
  AnswerKind kind = AnswerKind::unknown;
  bool busy = false;
  Error error;
  std::string message;
  Json object;
};

Judged judge(const ports::HttpResponse& response) {
  Judged judged;
  judged.status = response.status;
  judged.message = fmt::format("Stripe answered {} without a readable error", response.status);
  const auto body = wire::parse_json(response.body);
  const Json* object = body ? body->find("error") : nullptr;
  if (object == nullptr || object->as_object() == nullptr) return judged;
  judged.error = read(*object);
  judged.object = *object;
  judged.kind = kind_of(response.status, judged.error);
  judged.message = describe(response.status, judged.error);
  judged.busy = judged.kind == AnswerKind::not_executed && is_busy(response, judged.error);
  return judged;
}

// Whatever of a method makes Stripe refuse to attach it (unknown, used before, detached,
// attached to another customer), this call attached nothing. Most of that has no code.
bool refuses_to_attach(const Judged& judged) {
  const Error& error = judged.error;
  const bool refused = judged.status == 400 || judged.status == 404;
  return refused && error.type == "invalid_request_error" && error.parameter != "customer" &&
         (error.code.empty() || error.code.starts_with("payment_method_") ||
          error.code.starts_with("resource_"));
}

// Stripe has no code for a method that is attached to nobody, only these words; should they
// change, the answer is unknown and the method itself is asked for.
bool has_nothing_to_detach(const Judged& judged) {
  const Error& error = judged.error;
  if (error.type != "invalid_request_error") return false;
  if (error.code == "resource_missing") return judged.status == 400 || judged.status == 404;
  return judged.status == 400 && error.code.empty() &&
         error.message.find("not attached to a customer") != std::string::npos;
}

bool refuses_the_method(const Judged& judged, ErrandOperation operation) {
  if (operation == ErrandOperation::attach_method) return refuses_to_attach(judged);
  return operation == ErrandOperation::detach_method && has_nothing_to_detach(judged);
}

bool is_about_the_method(const Judged& judged, ErrandOperation operation) {
  const std::string& parameter = judged.error.parameter;
  return parameter == "payment_method" || parameter == "default_payment_method" ||
         refuses_the_method(judged, operation);
}

// Stripe no longer knows a subscription under its address once it has ended, whoever ended
// it: only the subscription itself can say whether that is why.
bool may_have_ended(const Judged& judged, ErrandOperation operation) {
  return operation == ErrandOperation::end_now && judged.error.code == "resource_missing";
}

}  // namespace

GatewayAnswer read_error(domain::Operation operation, const ports::HttpResponse& response) {
  Judged judged = judge(response);
  GatewayAnswer answer;
  answer.kind = judged.kind;
  answer.busy = judged.busy;
  answer.bad_payment_method =
      judged.kind == AnswerKind::not_executed && judged.error.parameter == "payment_method";
  answer.message = std::move(judged.message);
  if (answer.kind == AnswerKind::declined) add_decline(answer, operation, judged.object);
  return answer;
}

ErrandAnswer read_error(ErrandOperation operation, const ports::HttpResponse& response) {
  const Judged judged = judge(response);
  ErrandAnswer answer{.kind = judged.kind, .busy = judged.busy, .message = judged.message};
  if (refuses_the_method(judged, operation)) answer.kind = AnswerKind::not_executed;
  if (may_have_ended(judged, operation)) answer.kind = AnswerKind::unknown;
  if (answer.kind == AnswerKind::declined) answer.decline = read_decline(judged.object);
  if (answer.kind != AnswerKind::not_executed) return answer;
  answer.bad_payment_method = is_about_the_method(judged, operation);
  const std::string_view parameter = judged.error.parameter;
  answer.bad_price =
      parameter.starts_with("items[0][price]") || parameter.starts_with("line_items[0][price]");
  return answer;
}

bool is_missing(const ports::HttpResponse& response) {
  return response.status == 404 && judge(response).error.code == "resource_missing";
}

}  // namespace cobro::gateways::stripe
