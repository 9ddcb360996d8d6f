#include "sandbox/stripe/confirmation.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sandbox/stripe/charges.h"
#include "sandbox/stripe/disputes.h"
#include "sandbox/stripe/error_bodies.h"
#include "sandbox/stripe/intent_parameters.h"
#include "sandbox/stripe/payment_methods.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::JsonNull;
using wire::JsonObject;

// Whoever asks: one intent is charged once.
bool may_be_confirmed(const Document& intent) {
  const auto status = intent.text("status");
  return status == "requires_payment_method" || status == "requires_confirmation" ||
         status == "requires_action";
}

bool needs_challenge(const Document& method, const ConfirmTerms& terms) {
  switch (card_of(method).challenge) {
    case Challenge::never:
      return false;
    case Challenge::on_session:
      return !terms.off_session;
    case Challenge::unless_set_up:
      return !method.inner.find("set_up");
    case Challenge::always:
      return true;
  }
  return true;
}

std::string_view param_of(const Decline& decline) {
  if (decline.code == "incorrect_cvc") return "cvc";
  return decline.code == "expired_card" ? "exp_month" : "";
}

// Back to requires_payment_method, with the error kept on the intent and the intent in it.
ApiError fail_intent(Account& account, const Cause& cause, Document& intent, const Document& method,
                     ApiError error) {
  error.extra.emplace_back("payment_method", method.body);
  intent.body.set("last_payment_error", error_object(error));
  intent.body.set("next_action", JsonNull{});
  intent.body.set("payment_method", JsonNull{});
  intent.body.set("status", "requires_payment_method");
  intent.inner = JsonObject{};
  account.emit(cause, "payment_intent.payment_failed", intent.body);
  error.extra.emplace_back("payment_intent", intent.body);
  return error;
}

ApiError decline_charge(Account& account, const Cause& cause, Document& intent,
                        const Document& method, const Decline& decline) {
  const auto charge = make_charge(account, intent, method, {.decline = &decline});
  account.emit(cause, "charge.failed", charge.body);
  intent.body.set("latest_charge", charge.id());
  auto error = decline_error(decline);
  error.extra.emplace_back("charge", charge.id());
  return fail_intent(account, cause, intent, method, std::move(error));
}

std::string challenge_url(const Account& account, const Document& intent) {
  return fmt::format("{}/_sandbox/3ds/{}/{}", account.options.public_url, intent.id(),
                     intent.inner.string_at({"challenge"}).value_or(""));
}

// Kept for later, or good for this one payment.
void settle_method(Account& account, const Cause& cause, const Document& intent, Document& method) {
  const auto customer = intent.text("customer");
  const auto future = intent.text("setup_future_usage");
  const bool kept = !customer.empty() && !future.empty();
  if (future == "off_session") method.inner.set("set_up", true);
  if (!kept && method.text("customer").empty()) method.inner.set("used", true);
  account.database.update(method);
  if (kept) give_to(account, cause, method, customer);
}

void accept_charge(Account& account, const Cause& cause, Document& intent, Document& method,
                   bool authenticated) {
  const bool captured = intent.text("capture_method") != "manual";
  const auto amount = intent.number("amount");
  const auto charge =
      make_charge(account, intent, method,
                  {.decline = nullptr, .captured = captured, .authenticated = authenticated});
  intent.body.set("latest_charge", charge.id());
  intent.body.set("last_payment_error", JsonNull{});
  intent.body.set("next_action", JsonNull{});
  intent.body.set("status", captured ? "succeeded" : "requires_capture");
  intent.body.set(captured ? "amount_received" : "amount_capturable", amount);
  intent.inner = JsonObject{};
  settle_method(account, cause, intent, method);
  account.emit(cause, "charge.succeeded", charge.body);
  account.emit(cause,
               captured ? "payment_intent.succeeded" : "payment_intent.amount_capturable_updated",
               intent.body);
  if (captured)
    schedule_dispute(account, charge, card_of(method));
  else
    account.schedule_in("expire_authorization", intent.id(), account.options.authorization_lasts);
}

std::optional<ApiError> charge_card(Account& account, const Cause& cause, Document& intent,
                                    Document& method, bool authenticated) {
  const TestCard& card = card_of(method);
  if (card.decline) return decline_charge(account, cause, intent, method, *card.decline);
  accept_charge(account, cause, intent, method, authenticated);
  return std::nullopt;
}

}  // namespace

void open_challenge(Account& account, Document& intent, const std::string& return_url) {
  intent.inner = JsonObject{{"challenge", account.new_id("payatt_3")}, {"return_url", return_url}};
  const auto url = challenge_url(account, intent);
  if (return_url.empty()) {
    JsonObject sdk{{"type", "three_d_secure_redirect"},
                   {"source", *intent.inner.find("challenge")},
                   {"stripe_js", url}};
    intent.body.set("next_action",
                    JsonObject{{"type", "use_stripe_sdk"}, {"use_stripe_sdk", std::move(sdk)}});
  } else {
    JsonObject redirect{{"return_url", return_url}, {"url", url}};
    intent.body.set("next_action", JsonObject{{"redirect_to_url", std::move(redirect)},
                                              {"type", "redirect_to_url"}});
  }
  intent.body.set("status", "requires_action");
}

ApiError decline_error(const Decline& decline) {
  ApiError error{402,
                 "card_error",
                 std::string(decline.code),
                 std::string(decline.message),
                 std::string(param_of(decline)),
                 {}};
  if (!decline.advice_code.empty()) error.extra.emplace_back("advice_code", decline.advice_code);
  if (!decline.decline_code.empty()) error.extra.emplace_back("decline_code", decline.decline_code);
  return error;
}

ApiError authentication_failure(std::string_view kind) {
  const bool setup = kind == "setup_intent";
  return {400,
          "invalid_request_error",
          fmt::format("{}_authentication_failure", kind),
          fmt::format("The provided PaymentMethod has failed authentication. You can provide "
                      "payment_method_data or a new PaymentMethod to attempt to fulfill this {} "
                      "again.",
                      setup ? "SetupIntent" : "PaymentIntent"),
          {},
          {}};
}

std::optional<ApiError> confirm_intent(Account& account, const Cause& cause, Document& intent,
                                       Document& method, const ConfirmTerms& terms) {
  if (!may_be_confirmed(intent))
    return unexpected_state(
        intent, fmt::format("This PaymentIntent could not be confirmed because it has a status of "
                            "{}.",
                            intent.text("status")));
  // What the page has authenticated counts for that method alone.
  const bool authenticated = intent.inner.string_at({"authenticated"}) == method.id();
  intent.body.set("payment_method", method.id());
  if (authenticated || !needs_challenge(method, terms))
    return charge_card(account, cause, intent, method, authenticated);
  if (terms.off_session && !terms.may_wait_for_customer)
    return decline_charge(account, cause, intent, method, kAuthenticationRequired);
  if (terms.error_on_requires_action)
    return fail_intent(account, cause, intent, method, decline_error(kAuthenticationRequired));
  open_challenge(account, intent, terms.use_stripe_sdk ? "" : terms.return_url);
  intent.body.set("last_payment_error", JsonNull{});
  account.emit(cause, "payment_intent.requires_action", intent.body);
  return std::nullopt;
}

bool finish_challenge(Account& account, Document& intent, bool approved) {
  auto method = account.database.find("payment_method", intent.text("payment_method"));
  COBRO_CHECK(method.has_value());
  const Cause nobody;
  if (!approved) {
    fail_intent(account, nobody, intent, *method, authentication_failure("payment_intent"));
    return false;
  }
  if (intent.text("confirmation_method") == "manual") {
    intent.inner = JsonObject{{"authenticated", method->id()}};
    intent.body.set("next_action", JsonNull{});
    intent.body.set("status", "requires_confirmation");
    return true;
  }
  return !charge_card(account, nobody, intent, *method, true).has_value();
}

}  // namespace cobro::sandbox::stripe
