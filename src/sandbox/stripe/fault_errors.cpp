#include "sandbox/stripe/fault_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sandbox/stripe/error_bodies.h"
#include "wire/form.h"

namespace cobro::sandbox::stripe {
namespace {

struct Message {
  std::string_view code;  // or the decline code
  std::string_view text;  // {}: the object that the request names
};
constexpr std::string_view kDeclined = "Your card was declined.";
constexpr auto kMessages = std::to_array<Message>({
    {"authentication_required",
     "Your card was declined. This transaction requires authentication."},
    {"card_decline_rate_limit_exceeded",
     "This card has been declined too many times. You can try to charge this card again after 24 "
     "hours."},
    {"card_declined", kDeclined},
    {"expired_card", "Your card has expired."},
    {"incorrect_cvc", "Your card's security code is incorrect."},
    {"incorrect_number", "Your card number is incorrect."},
    {"insufficient_funds", "Your card has insufficient funds."},
    {"processing_error",
     "An error occurred while processing your card. Try again in a little bit."},
    {"api_key_expired", "Expired API Key provided: sk_test_****"},
    {"amount_too_large", "Amount must be no more than $999,999.99"},
    {"amount_too_small", "Amount must be at least $0.50 usd"},
    {"balance_insufficient", "You have insufficient funds in your Stripe account."},
    {"charge_already_captured", "The payment {} has already been captured."},
    {"charge_already_refunded", "The payment {} has already been refunded."},
    {"charge_disputed", "The payment {} has been charged back; cannot issue a refund."},
    {"charge_expired_for_capture", "The payment {} has expired and can no longer be captured."},
    {"customer_max_payment_methods", "The customer {} has reached its limit of payment methods."},
    {"customer_max_subscriptions", "The customer {} has reached its limit of subscriptions."},
    {"email_invalid", "Invalid email address"},
    {"intent_invalid_state", "The intent {} is not in a state that permits this."},
    {"lock_timeout",
     "This object cannot be accessed right now because another API request or Stripe process is "
     "currently accessing it. If you see this error intermittently, retry the request."},
    {"parameter_invalid_empty",
     "You passed an empty string for a parameter. We assume empty values are an attempt to unset "
     "it; however it cannot be unset."},
    {"parameter_missing", "Missing required param."},
    {"payment_intent_authentication_failure",
     "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
     "a new PaymentMethod to attempt to fulfill this PaymentIntent again."},
    {"payment_intent_incompatible_payment_method",
     "The PaymentMethod provided is not one that this PaymentIntent may be paid with."},
    {"payment_intent_unexpected_state",
     "This PaymentIntent {} is in a state that does not permit the request."},
    {"payment_method_currency_mismatch",
     "The currency of the payment does not fit that of the payment method."},
    {"payment_method_unactivated",
     "The payment method type provided is invalid. Please ensure the provided type is activated in "
     "your dashboard (https://dashboard.stripe.com/account/payments/settings)."},
    {"payment_method_unexpected_state",
     "The payment method {} is in a state that does not permit the request."},
    {"rate_limit",
     "Request rate limit exceeded. Learn more about rate limits here "
     "https://stripe.com/docs/rate-limits."},
    {"status_transition_invalid", "The object {} cannot be moved to the status asked for."},
    {"token_already_used", "You cannot use a Stripe token more than once: {}."},
    {"url_invalid", "Not a valid URL"},
});

// The value of the parameter that is to blame, or the id in the path.
std::string named_by(const wire::Request& request, const std::string& param) {
  if (const auto form = wire::parse_form(request.body); form && !param.empty())
    for (const auto& [name, value] : *form)
      if (name == param) return value;
  constexpr std::size_t kId = 3;  // of /v1/refunds/re_1
  const auto parts = base::split(request.path, '/');
  return parts.size() > kId ? std::string(parts[kId]) : "";
}

// Stripe's word for what a parameter names: the last word of `items[0][price]`.
std::string kind_named(const std::string& param) {
  if (param.find("payment_method") != std::string::npos) return "PaymentMethod";
  const auto open = param.rfind('[');
  if (open == std::string::npos) return param.empty() || param == "id" ? "object" : param;
  return param.substr(open + 1, param.size() - open - 2);
}

std::string with_name(std::string_view text, std::string_view named) {
  constexpr std::string_view kPlace = "{}";
  const auto at = text.find(kPlace);
  if (at == std::string_view::npos) return std::string(text);
  return fmt::format("{}{}{}", text.substr(0, at), named, text.substr(at + kPlace.size()));
}

std::string message_of(const FaultRule& rule, const ApiError& error, const wire::Request& request) {
  const auto named = named_by(request, error.param);
  if (error.code == "resource_missing")
    return fmt::format("No such {}: '{}'", kind_named(error.param), named);
  for (const auto& code : {rule.error.decline_code, error.code}) {
    const auto* row = std::ranges::find(kMessages, code, &Message::code);
    if (row != kMessages.end()) return with_name(row->text, named);
  }
  if (error.type == "card_error") return std::string(kDeclined);
  if (error.type == "idempotency_error")
    return "Keys for idempotent requests can only be used with the same parameters they were first "
           "used with.";
  switch (error.status) {
    case 401:
      return "Invalid API Key provided: sk_test_****";
    case 403:
      return "The provided key does not have the required permissions for this endpoint.";
    default:
      break;
  }
  if (error.status >= 500) return "An unknown error occurred";
  return error.param.empty() ? "Invalid request." : "Invalid " + error.param;
}

std::string type_of(const FaultRule& rule) {
  if (!rule.error.type.empty()) return rule.error.type;
  if (rule.status >= 500) return "api_error";
  return rule.status == 402 ? "card_error" : "invalid_request_error";
}

ApiError refusal(const FaultRule& rule, const wire::Request& request) {
  ApiError error{.status = rule.status,
                 .type = type_of(rule),
                 .code = rule.error.code,
                 .param = rule.error.param};
  if (!rule.error.decline_code.empty()) {
    if (error.code.empty()) error.code = "card_declined";
    error.extra.emplace_back("decline_code", rule.error.decline_code);
  }
  error.message =
      rule.error.message.empty() ? message_of(rule, error, request) : rule.error.message;
  return error;
}

ApiError error_of(const FaultRule& rule, const wire::Request& request) {
  FaultRule worded = rule;
  worded.error = {.type = "invalid_request_error"};
  if (rule.fault == Fault::refused)
    worded.error = rule.error;
  else if (rule.fault == Fault::rate_limited)
    worded.error.code = "rate_limit";
  else if (rule.fault == Fault::lock_timeout)
    worded.error.code = "lock_timeout";
  else
    worded.error.type = "api_error";
  return refusal(worded, request);
}

}  // namespace

wire::Reply fault_error(Account& account, const FaultRule& rule, const wire::Request& request) {
  const auto request_id = "req_" + account.chance(14);
  auto reply = wire::json_reply(rule.status, error_body(error_of(rule, request), request_id));
  reply.headers.set("Request-Id", request_id);
  if (rule.should_retry)
    reply.headers.set("Stripe-Should-Retry", *rule.should_retry ? "true" : "false");
  if (rule.fault == Fault::rate_limited)
    reply.headers.set("Stripe-Rate-Limited-Reason", "global-rate");
  return reply;
}

}  // namespace cobro::sandbox::stripe
