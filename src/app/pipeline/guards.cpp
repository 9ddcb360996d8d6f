#include "app/pipeline/guards.h"

#include <fmt/format.h>

#include "domain/words.h"

namespace cobro::app {

using domain::Refusal;
using domain::RefusalCode;

base::Result<domain::Order, Refusal> visible_order(const ports::Loaded& loaded,
                                                   const Caller& caller) {
  if (!loaded.order || !may_see(caller, loaded.order->user_id, loaded.order->tenant_id))
    return std::unexpected(not_found("order"));
  return *loaded.order;
}

base::Result<domain::Payment, Refusal> visible_payment(const ports::Loaded& loaded,
                                                       const Caller& caller) {
  if (!loaded.payment || !may_see(caller, loaded.payment->user_id, loaded.payment->tenant_id))
    return std::unexpected(not_found("payment"));
  return *loaded.payment;
}

base::Result<domain::Money, Refusal> read_amount(std::string_view text, domain::Currency currency,
                                                 std::string_view field) {
  const auto amount = domain::Money::parse(text, currency);
  if (!amount) {
    switch (amount.error()) {
      case domain::MoneyError::not_a_number:
        return std::unexpected(invalid_field(field, "not_a_number", "must be a number"));
      case domain::MoneyError::too_many_decimals:
        return std::unexpected(
            invalid_field(field, "too_many_decimals",
                          fmt::format("{} has {} decimals", currency.code(), currency.exponent())));
      case domain::MoneyError::too_large:
        return std::unexpected(
            invalid_field(field, "too_large", "has more than 12 digits of minor units"));
    }
  }
  if (!amount->is_positive())
    return std::unexpected(invalid_field(field, "must_be_positive", "must be more than zero"));
  return *amount;
}

Refusal wrong_state(const Call& call, const domain::Payment& payment, domain::PaymentState needed,
                    std::string_view purpose) {
  const auto shown = [&](domain::PaymentState state) {
    return call.render_state ? call.render_state(payment, state) : std::string(to_string(state));
  };
  // A state that prints like the one it is in would say nothing.
  const auto is = shown(payment.state);
  auto must = shown(needed);
  if (must == is) must = to_string(needed);
  return invalid_state(fmt::format("The payment is {}; it must be {}{}.", is, must, purpose));
}

Refusal not_found(std::string_view what) {
  return {.code = RefusalCode::not_found, .message = fmt::format("There is no such {}.", what)};
}

Refusal forbidden(std::string message) {
  return {.code = RefusalCode::forbidden, .message = std::move(message)};
}

Refusal invalid_field(std::string_view field, std::string_view code, std::string message) {
  return {.code = RefusalCode::validation_failed,
          .message = fmt::format("{}: {}", field, message),
          .details = {{std::string(field), std::string(code), std::move(message)}}};
}

Refusal invalid_state(std::string message) {
  return {.code = RefusalCode::invalid_state, .message = std::move(message)};
}

Refusal payment_in_progress(const domain::Payment& payment) {
  const auto operation =
      payment.pending_operation ? to_string(*payment.pending_operation) : "operation";
  return {.code = RefusalCode::payment_in_progress,
          .message = fmt::format("A {} of this payment is under way and its outcome is not known "
                                 "yet; the payment is {}.",
                                 operation, to_string(payment.state)),
          .retry_after_s = 1};
}

Refusal payment_conflicted() {
  return {.code = RefusalCode::payment_conflicted,
          .message = "The gateway contradicts our record of this payment; a person must decide."};
}

Refusal not_told() {
  return {.code = RefusalCode::gateway_busy,
          .message = "The payment gateway did not say how things are there; try again shortly.",
          .retry_after_s = 2};
}

Refusal order_amount_taken(const ports::Loaded& loaded, const domain::Payment* except) {
  std::string holders;
  for (const auto& other : loaded.order_payments) {
    if ((except != nullptr && other.id == except->id) || held(other).is_zero()) continue;
    holders += fmt::format("{}payment {} ({}, {})", holders.empty() ? "" : ", ",
                           other.id.to_string(), to_string(other.state), held(other).to_string());
  }
  const auto total = loaded.order->total.to_string();
  return {.code = RefusalCode::order_amount_taken,
          .message = holders.empty()
                         ? fmt::format("The amount is more than the order's total of {}.", total)
                         : fmt::format("Of the order's total of {}, {} is already held by {}.",
                                       total, loaded.order->allocated.to_string(), holders)};
}

}  // namespace cobro::app
